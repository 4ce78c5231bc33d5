"""Customers are erased everywhere, and stay so."""
