"""Dagster and nothing but Dagster."""
