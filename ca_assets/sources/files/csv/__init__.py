"""CSV files as sources."""
