"""The panel and tiles of the customer journey: the average way from the download through the orders. Report `journey/average`."""

from __future__ import annotations

from dash import html

from ca_assets.contracts.report_path import ReportPath
from ca_dash.components.tiles import plain_tile
from ca_dash.figures import journey
from ca_dash.figures.base import Style
from ca_dash.format import hours, money, number
from ca_dash.marks import journey as marks
from ca_dash.panel import Panel, Selection, Tiles

AVERAGE = Panel(
    "journey-average",
    "Customer journey",
    "journey/average",
    journey.average,
    "Mean time from each step to the next, over the customers who took it, and the mean amount of each order. As many orders as a buyer "
    "places on average.",
    refuse=journey.no_orders,
    is_wide=True,
    height=420,
    behind=marks.AVERAGE,
)


def _tiles(selection: Selection, style: Style) -> list[html.Div]:
    frame = selection.frame(ReportPath("journey", "average"))
    rows, age, locale = frame.data.set_index("step"), selection.age(frame), style.locale
    if "order_1" not in rows.index:
        return []
    first, last = rows.loc["order_1"], rows.loc[journey.LAST]
    timed = f"mean over {number(first['hours_customers'], 0, locale)} customers"
    buyers = f"{number(first['customers'], 0, locale)} buyers"
    since = f"mean over {number(last['customers'], 0, locale)} buyers"
    return [
        plain_tile("Download to first order", hours(first["average_hours"], locale), timed, age),
        plain_tile("Orders per buyer", number(first["orders_per_buyer"], 2, locale), buyers, age),
        plain_tile("First order", money(first["average_amount"], style.currency, locale), "mean amount", age),
        plain_tile("Since the last order", hours(last["average_hours"], locale), since, age),
    ]


TILES = Tiles(_tiles, 4)
