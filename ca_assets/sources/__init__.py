"""Rows of the outside world, as Arrow batches in our column names."""
