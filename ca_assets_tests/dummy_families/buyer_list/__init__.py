"""Buyers and their orders."""
