"""Tests of what the settings pages do with sources and the store."""
