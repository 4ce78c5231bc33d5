"""How people get in: one-time links, the second factor, read-only links of pages."""
