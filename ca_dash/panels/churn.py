"""Panels and tiles of churn: how many customers have lapsed, and how customers come and go. Reports `churn/*`."""

from __future__ import annotations

from dash import html

from ca_assets.contracts.report_path import ReportPath
from ca_dash.components.tiles import plain_tile
from ca_dash.figures import churn
from ca_dash.figures.base import Style
from ca_dash.figures.measure import Measure
from ca_dash.format import hours, interval, number, rate
from ca_dash.marks import churn as marks
from ca_dash.panel import Panel, Selection, Tiles

RATE = Measure("churn_rate", "Churn rate", "rate")
OVERALL = Panel(
    "churn-overall",
    "Churn rate",
    "churn/overall",
    churn.overall,
    "Customers whose last order is longer ago than customers usually take between two orders, of all customers with an order.",
    refuse=churn.too_few,
    ends_with_range=True,
    height=280,
    behind=marks.OVERALL,
)
WEEKLY = Panel(
    "churn-weekly",
    "Weekly churn",
    "churn/weekly",
    churn.rates,
    "Each week is judged at its own end, with what was known then. Band: 95% interval.",
    refuse=churn.too_few,
    measure=RATE,
    height=280,
    behind=marks.RATES,
)
WEEKLY_GAPS = Panel(
    "churn-weekly-gaps",
    "Typical gap between orders, by week",
    "churn/weekly",
    churn.gaps,
    "How long customers with two or more orders took between them on average, as known at each week's end. A young shop knows short gaps "
    "only, so its early churn is high.",
    refuse=churn.too_few,
    height=280,
)
MONTHLY = Panel(
    "churn-monthly",
    "Monthly churn",
    "churn/monthly",
    churn.rates,
    "Each month is judged at its own end, with what was known then. Band: 95% interval.",
    refuse=churn.too_few,
    measure=RATE,
    height=280,
    behind=marks.RATES,
)
MONTHLY_GAPS = Panel(
    "churn-monthly-gaps",
    "Typical gap between orders, by month",
    "churn/monthly",
    churn.gaps,
    "The gap by which each month was judged.",
    refuse=churn.too_few,
    height=280,
)
BRIDGE = Panel(
    "churn-bridge",
    "Customer bridge",
    "churn/customer_bridge_monthly",
    churn.bridge,
    "Active customers at the month's start, plus new ones, plus those who returned, less those who lapsed, are those at its end.",
    refuse=churn.too_few,
    is_wide=True,
    height=360,
    behind=marks.BRIDGE,
)
MOVES = Panel(
    "churn-moves",
    "Customers won and lost",
    "churn/customer_bridge_monthly",
    churn.moves,
    "Per month: new and returned above zero, lapsed below, active at the end as a line. New and lapsed in the same month: in none "
    "of them, in the table as new lapsed.",
    refuse=churn.too_few,
    is_wide=True,
    height=300,
    behind=marks.MOVED,
)


def _tiles(selection: Selection, style: Style) -> list[html.Div]:
    frame = selection.frame_at_end(ReportPath("churn", "overall"))
    row, age, locale = frame.data.iloc[0], selection.age(frame), style.locale
    band = interval(row["churn_rate_low"], row["churn_rate_high"], locale)
    gap = f"mean over {number(row['repeat_customers'], 0, locale)} customers with two orders or more"
    share = f"{rate(row['engaged_rate'], 1, locale)} of all with an order"
    return [
        plain_tile("Churn rate", rate(row["churn_rate"], 1, locale), f"95% interval {band}", age),
        plain_tile("Active customers", number(row["engaged"], 0, locale), share, age),
        plain_tile("Customers with an order", number(row["customers"], 0, locale), "ever, as of the report", age),
        plain_tile("Typical gap between orders", hours(row["frequency_hours"], locale), gap, age),
    ]


TILES = Tiles(_tiles, 4)
