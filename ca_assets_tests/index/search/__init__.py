"""Tests of the search over published terms."""
