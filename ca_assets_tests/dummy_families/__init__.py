"""Two families that tests add to the product without an edit anywhere: their packages join `ca_assets.analyses` by its search path."""
