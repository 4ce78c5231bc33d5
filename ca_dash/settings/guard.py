"""The guard of `ca_dash.auth`, where settings pages look for it."""

from __future__ import annotations

from ca_dash.auth.guard import needs, plural, require

__all__ = ["needs", "plural", "require"]
