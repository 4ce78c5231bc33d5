"""Funnels, sessions: where visits end."""

from __future__ import annotations

import dash

from ca_dash.figures import funnels
from ca_dash.page import Page, layout
from ca_dash.panels import Panel

STEPS = Panel(
    "sessions-steps",
    "Steps of a session",
    "funnels/sessions_{grain}",
    funnels.session_steps,
    "Sessions with each step over the periods shown. Volumes: a session may have a later step without an earlier one.",
    is_wide=True,
    height=300,
)
RATES = Panel(
    "sessions-rates",
    "Share of sessions with each step",
    "funnels/sessions_{grain}",
    funnels.session_rates,
    "Sessions with the step divided by all sessions of the period; band: 95% Wilson interval.",
    is_wide=True,
    height=340,
)
VOLUMES = Panel(
    "sessions-volumes",
    "Sessions with each step",
    "funnels/sessions_{grain}",
    funnels.session_volumes,
    "Number of sessions with each step per period.",
)
HOURS = Panel(
    "sessions-hours",
    "Sessions by hour",
    "funnels/sessions_hourly",
    funnels.session_hours,
    "Sessions per hour of day divided by the number of days.",
)

PAGE = Page("Sessions", "How far do visits get, and at which step do they stop?", (STEPS, RATES, VOLUMES, HOURS), has_grain=True)
dash.register_page(__name__, path="/funnels/sessions", name="Sessions", category="Funnels", order=0, icon="funnel", layout=layout(PAGE))
