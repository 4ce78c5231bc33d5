"""Panels of funnels: where visits end, what customers do when, and who goes all the way to a purchase. Reports `funnels/*`."""

from __future__ import annotations

from ca_dash.figures import conversion, funnels
from ca_dash.figures.measure import Measure
from ca_dash.marks import funnels as marks
from ca_dash.panel import Panel

SESSION_STEPS = Panel(
    "sessions-steps",
    "Steps of a session",
    "funnels/sessions_{grain}",
    funnels.session_steps,
    "Sessions with each step over the periods shown. Volumes: a session may have a later step without an earlier one.",
    is_wide=True,
    height=300,
    behind=marks.SESSION_STEPS,
)
SESSION_RATES = Panel(
    "sessions-rates",
    "Share of sessions with each step",
    "funnels/sessions_{grain}",
    funnels.session_rates,
    "Sessions with the step divided by all sessions of the period; band: 95% Wilson interval.",
    measure=Measure("rate", "Share of sessions", "rate", is_of_last_step=True),
    is_wide=True,
    height=340,
    behind=marks.SESSION_PERIODS,
)
SESSION_VOLUMES = Panel(
    "sessions-volumes",
    "Sessions with each step",
    "funnels/sessions_{grain}",
    funnels.session_volumes,
    "Number of sessions with each step per period.",
    measure=Measure("sessions", "Sessions", "count", is_of_last_step=True),
    behind=marks.SESSION_PERIODS,
)
SESSION_HOURS = Panel(
    "sessions-hours",
    "Sessions by hour",
    "funnels/sessions_hourly",
    funnels.session_hours,
    "Sessions per hour of day divided by the number of days.",
    behind=marks.SESSION_HOURS,
)

CUSTOMER_TOTALS = Panel(
    "customers-totals",
    "Customers with each step",
    "funnels/customers_{grain}",
    funnels.customer_totals,
    "Customers whose step fell in the periods shown. Different people: for the way of the same people see Conversion.",
    is_wide=True,
    behind=marks.CUSTOMER_TOTALS,
)
CUSTOMER_VOLUMES = Panel(
    "customers-volumes",
    "Customers with each step over time",
    "funnels/customers_{grain}",
    funnels.customer_volumes,
    "Customers whose download, sign-up, action, first session or first purchase fell in the period.",
    is_wide=True,
    height=340,
    behind=marks.CUSTOMER_PERIODS,
)
CUSTOMER_HOURS = Panel(
    "customers-hours",
    "Customers by hour",
    "funnels/customers_hourly",
    funnels.customer_hours,
    "Customers by the hour of day of each step, per day of the whole customer range.",
    ignores_range="All known data, whatever the range.",
    is_wide=True,
    behind=marks.CUSTOMER_HOURS,
)

CONVERSION = "funnels/customers_conversion"
ALL_MONTHS = "All months together, whatever the range."
CONVERSION_TOTAL = Panel(
    "conversion-total",
    "From download to purchase",
    CONVERSION,
    conversion.total,
    "Customers whose days after the download are over, by the steps that they reached in order within them.",
    ignores_range=ALL_MONTHS,
    behind=marks.CONVERSION_TOTAL,
)
CONVERSION_TIMES = Panel(
    "conversion-times",
    "Time to each step",
    CONVERSION,
    conversion.time_to_step,
    "Time from the download to the step, over the customers who reached it.",
    ignores_range=ALL_MONTHS,
    behind=marks.CONVERSION_TIMES,
)
CONVERSION_RATES = Panel(
    "conversion-rates",
    "Conversion by month of download",
    CONVERSION,
    conversion.monthly_rates,
    "Share of the month's customers with all their days behind them who reached the step; band: 95% Wilson interval.",
    period_grain="monthly",
    is_wide=True,
    height=340,
    behind=marks.CONVERSION_MONTHS,
)
CONVERSION_ENTERED = Panel(
    "conversion-entered",
    "Customers by month of download",
    CONVERSION,
    conversion.entered,
    "Those who may still take a step within their days are in no rate.",
    period_grain="monthly",
    is_wide=True,
    behind=marks.ENTERED,
)
