"""Segments of buyers: how large they are, how they are found, and how buyers move between them."""
