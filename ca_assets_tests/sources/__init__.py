"""Sources: files become raw rows; broken rows are kept with their line."""
