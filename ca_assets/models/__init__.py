"""Kept states of models: what a family learned, so that its next run need not learn it again."""
