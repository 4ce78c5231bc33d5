"""Pages of the group Products."""
