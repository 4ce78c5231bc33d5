"""Churn: how many customers are no longer engaged, and how customers come and go."""

from __future__ import annotations

import dash
from dash import html

from ca_dash.figures import churn
from ca_dash.format import hours, interval, number, rate
from ca_dash.page import Page, layout
from ca_dash.panels import Panel
from ca_dash.reports import Reader
from ca_dash.tiles import Place, plain_tile

OVERALL = Panel(
    "churn-overall",
    "Churn rate",
    "churn/overall",
    churn.overall,
    "Customers whose last order is longer ago than customers usually take between two orders, of all customers with an order.",
    refuse=churn.too_few,
    height=280,
)
WEEKLY = Panel(
    "churn-weekly",
    "Weekly churn",
    "churn/weekly",
    churn.weekly_rates,
    "Each week is judged at its own end, with what was known then. Band: 95% interval.",
    refuse=churn.too_few,
    height=280,
)
WEEKLY_GAPS = Panel(
    "churn-weekly-gaps",
    "Typical gap between orders, by week",
    "churn/weekly",
    churn.weekly_gaps,
    "How long customers with two or more orders took between them on average, as known at each week's end. A young shop knows short gaps "
    "only, so its early churn is high.",
    refuse=churn.too_few,
    height=280,
)
MONTHLY = Panel(
    "churn-monthly",
    "Monthly churn",
    "churn/monthly",
    churn.monthly_rates,
    "Each month is judged at its own end, with what was known then. Band: 95% interval.",
    refuse=churn.too_few,
    height=280,
)
MONTHLY_GAPS = Panel(
    "churn-monthly-gaps",
    "Typical gap between orders, by month",
    "churn/monthly",
    churn.monthly_gaps,
    "The gap by which each month was judged.",
    refuse=churn.too_few,
    height=280,
)
BRIDGE = Panel(
    "churn-bridge",
    "Customer bridge",
    "churn/customer_bridge_monthly",
    churn.bridge,
    "Engaged customers at the month's start, plus new ones, plus those who came back, less those who lapsed, are those at its end.",
    is_wide=True,
    height=360,
)
MOVES = Panel(
    "churn-moves",
    "Customers won and lost",
    "churn/customer_bridge_monthly",
    churn.moves,
    "Per month: new and come back above zero, lapsed below, engaged at the end as a line. New and lapsed in the same month: in none "
    "of them, in the table as new lapsed.",
    is_wide=True,
    height=300,
)


def _tiles(reader: Reader, place: Place) -> list[html.Div]:
    row = reader.frame("churn/overall", place.filters.scope, place.filters.as_of).data.iloc[0]
    locale = place.locale
    band = interval(row["churn_rate_low"], row["churn_rate_high"], locale)
    gap = f"mean over {number(row['repeat_customers'], 0, locale)} customers with two orders or more"
    return [
        plain_tile("Churn rate", rate(row["churn_rate"], 1, locale), f"95% interval {band}"),
        plain_tile("Engaged customers", number(row["engaged"], 0, locale), f"{rate(row['engaged_rate'], 1, locale)} of all with an order"),
        plain_tile("Customers with an order", number(row["customers"], 0, locale), "ever, as of the report"),
        plain_tile("Typical gap between orders", hours(row["frequency_hours"], locale), gap),
    ]


PAGE = Page(
    "Churn",
    "How many customers have we lost, and do more leave than come?",
    (WEEKLY, WEEKLY_GAPS, MONTHLY, MONTHLY_GAPS, BRIDGE, MOVES),
    tiles=_tiles,
    tile_count=4,
    note="Engaged: the last order is no longer ago than customers usually take between two orders. The gap itself grows while a shop is "
    "young, because long gaps take time to be seen: read the rate together with the gap beside it.",
)
dash.register_page(__name__, path="/churn", name="Churn", category="Customers", order=1, icon="exit", layout=layout(PAGE))
