"""A real django-oscar shop for tests: its settings, its address table, a small catalogue, and what visitors do in it."""
