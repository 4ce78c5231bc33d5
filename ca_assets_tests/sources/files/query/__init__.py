"""Files that are read through SQL."""
