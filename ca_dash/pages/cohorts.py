"""Cohorts: what became of the customers who came, or ordered, at the same time."""

from __future__ import annotations

from collections.abc import Mapping

import dash

from ca_dash.choices import COHORT, EVENT, VALUE
from ca_dash.figures import cohorts
from ca_dash.page import Page, layout
from ca_dash.panels import Panel


def _report(values: Mapping[str, str]) -> str:
    """The report of the choices; revenue exists by week of the download only."""
    return "cohorts/revenue_weekly" if values["value"] == "revenue" else f"cohorts/{values['cohort']}_{values['event']}"


MAP = Panel(
    "cohorts-map",
    "Cohorts over time",
    "cohorts/{cohort}_{event}",
    cohorts.heatmap,
    "A row is a cohort with its number of customers, a column the days or weeks since. Striped cells are not over: they show the count so "
    "far. Revenue per customer is by week of the download, added up to the column's week, less refunds.",
    money=("net_revenue_per_customer",),
    is_wide=True,
    height=680,
    choose=_report,
)
SIZES = Panel(
    "cohorts-sizes",
    "Size of the cohorts",
    "cohorts/{cohort}_{event}",
    cohorts.sizes,
    "Customers with the first event in the period. Left out of the cohort: customers whose first order is on a day before their download.",
    is_wide=True,
    height=260,
    choose=_report,
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
DASHBOARD = Panel(
    "cohorts-first-order",
    "Download → first order",
    "cohorts/weekly_0_1",
    cohorts.share_heatmap,
    "Share of each week's new customers who placed their first order so many weeks later. Striped: the week is not over.",
    is_wide=True,
    height=560,
)

PAGE = Page(
    "Cohorts",
    "Do customers who come today order sooner, and come back more often, than those who came before?",
    (MAP, SIZES, SURVIVAL),
    choices=(VALUE, COHORT, EVENT),
    uses_download=True,
    note="The range chooses the cohorts, by the day or week of their first event; the newest 26 of them are drawn, the table and the "
    "download have all.",
)
dash.register_page(__name__, path="/cohorts", name="Cohorts", category="Customers", order=0, icon="grid", layout=layout(PAGE))
