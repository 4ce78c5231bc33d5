"""The page of notifications; `form` is what it is made of."""

from __future__ import annotations

from ca_dash.settings.pages.notifications.form import PAGE

__all__ = ["PAGE"]
