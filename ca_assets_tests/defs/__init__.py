"""Tests of the Dagster graph, with its real processes."""
