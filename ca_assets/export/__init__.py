"""Published tables and reports as files."""
