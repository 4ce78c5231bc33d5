"""Tests of the models of anomalies."""
