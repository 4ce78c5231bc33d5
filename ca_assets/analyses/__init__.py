"""Clean tables to reports: the business, pure functions."""
