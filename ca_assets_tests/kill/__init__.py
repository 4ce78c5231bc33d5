"""Loads that are killed at random moments, while a reader watches that it only ever sees one whole edition of the data."""
