"""Buyers as points of recency, frequency and monetary."""
