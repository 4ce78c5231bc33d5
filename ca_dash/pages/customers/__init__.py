"""Pages of the group Customers."""
