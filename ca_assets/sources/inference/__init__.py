"""The dry run's guess of a source's mapping."""
