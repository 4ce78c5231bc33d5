"""A seeded demo shop."""
