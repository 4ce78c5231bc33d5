"""Benchmarks of the value model."""
