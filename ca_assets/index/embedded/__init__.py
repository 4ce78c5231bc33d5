"""The embedded index: one SQLite file beside the lake."""
