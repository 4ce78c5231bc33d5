"""Tests of the command line, end to end on a small literal shop."""
