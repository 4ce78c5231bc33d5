"""Pages of the group Funnels."""
