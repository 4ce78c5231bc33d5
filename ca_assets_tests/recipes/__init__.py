"""Recipes: how they are taken over into a shop.yaml, and each one on a small sample of its own."""
