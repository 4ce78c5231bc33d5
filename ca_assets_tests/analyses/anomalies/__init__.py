"""Tests of the family `anomalies`."""
