"""The table of buyers with their segments."""
