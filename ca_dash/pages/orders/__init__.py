"""Pages of the group Orders."""
