"""Tests of the tests before and after."""
