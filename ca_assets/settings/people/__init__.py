"""People and how they get in: login sessions, one-time links, the second factor, read-only links of pages."""
