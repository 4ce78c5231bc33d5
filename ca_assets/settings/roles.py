"""Roles of people who may log in, from the least to the most that they may do. Data only, so that the command line's help is quick."""

from __future__ import annotations

ROLES = ("viewer", "editor", "admin")
