"""Experiments on the published tables: who takes part, both lists, and what came of it."""
