"""Experiments: assignment, statistics, reading from published tables."""
