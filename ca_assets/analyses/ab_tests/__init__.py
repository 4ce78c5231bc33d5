"""Tests before and after: what follows a promotion, a product, and what becomes of segments."""
