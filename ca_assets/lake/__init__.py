"""The lake: Delta tables, the truth that everything else is made from."""
