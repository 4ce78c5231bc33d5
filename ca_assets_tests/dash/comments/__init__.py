"""Tests of comments in the application."""
