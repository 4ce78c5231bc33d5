"""Customer journey: the average customer's way from the download through the orders."""

from __future__ import annotations

import dash
from dash import html

from ca_dash.figures import journey
from ca_dash.format import hours, money, number
from ca_dash.page import Page, layout
from ca_dash.panels import Panel
from ca_dash.reports import Reader
from ca_dash.tiles import Place, plain_tile

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
)


def _tiles(reader: Reader, place: Place) -> list[html.Div]:
    rows = reader.frame("journey/average", place.filters.scope, place.filters.as_of).data.set_index("step")
    locale, currency = place.locale, place.currency
    if "order_1" not in rows.index:
        return []
    first, last = rows.loc["order_1"], rows.loc["since_last_order"]
    timed = number(first["hours_customers"], 0, locale)
    return [
        plain_tile("Download to first order", hours(first["average_hours"], locale), f"mean over {timed} customers"),
        plain_tile("Orders per buyer", number(first["orders_per_buyer"], 2, locale), f"{number(first['customers'], 0, locale)} buyers"),
        plain_tile("First order", money(first["average_amount"], currency, locale), "mean amount"),
        plain_tile(
            "Since the last order", hours(last["average_hours"], locale), f"mean over {number(last['customers'], 0, locale)} buyers"
        ),
    ]


PAGE = Page(
    "Customer journey",
    "How long does the average customer take from the first contact to the first order, and on to the next?",
    (AVERAGE,),
    tiles=_tiles,
    tile_count=4,
    uses_download=True,
    note="Each step counts the customers who took it, so later steps are those of better customers. The journey is of all known data, "
    "whatever the range.",
)
dash.register_page(__name__, path="/journey", name="Customer journey", category="Customers", order=2, icon="path", layout=layout(PAGE))
