"""Descriptive figures."""
