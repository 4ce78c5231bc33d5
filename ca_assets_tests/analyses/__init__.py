"""Tests of the analyses: against the oracle and its hand-computed cases, and properties that hold for any shop."""
