"""Tests of loads: increments, the ledger, what a load refuses."""
