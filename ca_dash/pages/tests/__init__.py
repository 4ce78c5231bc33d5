"""Pages of the group Tests."""
