"""Funnels, sessions: where visits end."""

from __future__ import annotations

from ca_dash.page import Page
from ca_dash.panels.funnels import SESSION_HOURS, SESSION_RATES, SESSION_STEPS, SESSION_VOLUMES

PAGE = Page(
    "/funnels/sessions",
    "Sessions",
    "How far do visits get, and at which step do they stop?",
    (SESSION_STEPS, SESSION_RATES, SESSION_VOLUMES, SESSION_HOURS),
    group="Funnels",
    order=0,
    icon="funnel",
)
