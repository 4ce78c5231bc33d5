"""Tests of the model of deliveries."""
