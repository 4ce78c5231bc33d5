"""The page of experiments."""
