"""Pages of the group Overview: the shop, its customers and what is unusual, at a glance."""
