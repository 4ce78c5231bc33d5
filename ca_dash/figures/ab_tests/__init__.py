"""Tests before and after as pages show them: sentences, charts and tables."""
