"""Tests of the search box and its pages."""
