"""The published view that pages, search and exports read."""
