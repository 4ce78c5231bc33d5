"""Panels of cohorts: what became of the customers who came, or ordered, at the same time. Reports `cohorts/*`."""

from __future__ import annotations

from collections.abc import Mapping

from ca_dash.figures import cohorts
from ca_dash.figures.cohorts import COHORT, EVENT, REVENUE, VALUE
from ca_dash.marks import cohorts as marks
from ca_dash.panel import Panel


def _report(choices: Mapping[str, str]) -> str:
    """The report of the choices; revenue exists by week of the download only."""
    if choices[VALUE.name] == REVENUE:
        return "cohorts/revenue_weekly"
    return f"cohorts/{choices[COHORT.name]}_{choices[EVENT.name]}"


MAP = Panel(
    "cohorts-map",
    "Cohorts over time",
    "cohorts/{cohort}_{event}",
    cohorts.heatmap,
    "A row is a cohort with its number of customers, a column the days or weeks since. Striped cells are not over: they show the count so "
    "far. Revenue per customer is by week of the download, added up to the column's week, less refunds.",
    choices=(VALUE, COHORT, EVENT),
    choose=_report,
    draws_money=True,
    is_wide=True,
    is_scrolled=True,
    height=680,
    behind=marks.CELLS,
)
SIZES = Panel(
    "cohorts-sizes",
    "Size of the cohorts",
    "cohorts/{cohort}_{event}",
    cohorts.sizes,
    "Customers with the first event in the period. Left out of the cohort: customers whose first order is on a day before their download.",
    choices=(VALUE, COHORT, EVENT),
    choose=_report,
    is_wide=True,
    height=260,
    behind=marks.SIZES,
)
SURVIVAL = Panel(
    "cohorts-survival",
    "How long until the next order",
    "cohorts/next_order_survival",
    cohorts.survival,
    "Kaplan–Meier: customers without the next order so far count for as long as they have been watched. Band: 95%.",
    ignores_range="All known customers, whatever the range.",
    is_wide=True,
    height=380,
)
FIRST_ORDERS = Panel(
    "cohorts-first-order",
    "Download → first order",
    "cohorts/weekly_0_1",
    cohorts.share_heatmap,
    "Share of each week's new customers who placed their first order so many weeks later. Striped: the week is not over.",
    is_wide=True,
    height=560,
    behind=marks.FIRST_ORDERS,
)
