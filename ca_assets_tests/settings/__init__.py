"""Tests of the settings database, users, keys and the applied shop."""
