"""What the marks of promotions stand for: orders with, and without, a promotion.

The row of all other promotions together has no list: which they are depends on the days and the filter.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from ca_assets.contracts.reserved import NONE, OTHER
from ca_dash.figures import ranked
from ca_dash.figures.promotions import BARS, LINES, promotion_name
from ca_dash.lists.words import written_hour
from ca_dash.marks.mark import Behind, Mark, Shown, axis_day, period_days, period_label, whole

SHARES = (("organic_orders", "Organic", "no"), ("promoted_orders", "With a promotion", "yes"))


def summary(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    """Orders and customers of each promotion of the table."""
    rows = data[data["promotion_id"] != OTHER]
    marks = []
    for row in rows.sort_values("orders", ascending=False).to_dict("records"):
        promotion, name = row["promotion_id"], promotion_name(row["promotion_id"])
        for members, column in (("promotion_orders", "orders"), ("promotion_buyers", "customers")):
            mark = Mark(f"{promotion} {column}", f"{name}, {column}", members, int(row[column]), {"promotion": promotion})
            marks.append(shown.of_window(mark))
    return marks


def shares(*columns: tuple[str, str, str]) -> Callable[[pd.DataFrame, Shown], list[Mark]]:
    """Orders with and without a promotion per period."""

    def marks(data: pd.DataFrame, shown: Shown) -> list[Mark]:
        """Of the rows that the chart draws."""
        style = shown.style
        rows = ranked.by_grain(data, columns=[column for column, _, _ in columns], style=style)
        return [
            Mark(
                axis_day(row["period"]),
                f"{period_label(row['period'], style.grain, style)}, {name.lower()}",
                "promotion_orders",
                whole(row[column]),
                {"promoted": promoted},
                period_days(row["period"], style.grain, shown.filters),
                name,
            )
            for row in rows.to_dict("records")
            for column, name, promoted in columns
        ]

    return marks


def hours(*columns: tuple[str, str, str]) -> Callable[[pd.DataFrame, Shown], list[Mark]]:
    """Orders with and without a promotion by hour of the day."""

    def marks(data: pd.DataFrame, shown: Shown) -> list[Mark]:
        """Of the rows that the chart draws."""
        return [
            shown.of_window(
                Mark(
                    str(int(row["hour"])),
                    f"{written_hour(int(row['hour']))}, {name.lower()}",
                    "promotion_orders",
                    whole(row[column]),
                    {"promoted": promoted, "hour": str(int(row["hour"]))},
                    series=name,
                )
            )
            for row in data.sort_values("hour").to_dict("records")
            for column, name, promoted in columns
        ]

    return marks


def by_promotion(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    """Orders of each promotion in the days of the range, by the place of its bar."""
    sums = data[data["promotion_id"] != NONE].groupby("promotion_id")[["orders", "revenue"]].sum(min_count=1)
    rows = sums[sums["orders"] > 0].sort_values("revenue", ascending=False).head(BARS)
    days = (shown.filters.start, shown.filters.end)
    return [
        Mark(str(place), promotion_name(str(promotion)), "promotion_orders", int(orders), {"promotion": str(promotion)}, days)
        for place, (promotion, orders) in enumerate(rows["orders"].items())
        if promotion != OTHER
    ]


def trend(column: str) -> Callable[[pd.DataFrame, Shown], list[Mark]]:
    """Orders of each of the largest promotions per period; the chart shows their amount."""

    def marks(data: pd.DataFrame, shown: Shown) -> list[Mark]:
        """Of the rows that the chart draws."""
        style = shown.style
        used = data.groupby("promotion_id")["orders"].transform("sum") > 0
        rows, lines = ranked.largest(
            data[used & (data["promotion_id"] != NONE)], key="promotion_id", column=column, count=LINES, style=style
        )
        return [
            Mark(
                axis_day(row["period"]),
                f"{promotion_name(row['line'])}, {period_label(row['period'], style.grain, style)}",
                "promotion_orders",
                None if row[column] else 0,
                {"promotion": row["line"]},
                period_days(row["period"], style.grain, shown.filters),
                ranked.shortened(promotion_name(row["line"])),
            )
            for row in rows.to_dict("records")
            if row["line"] in lines and row["line"] != OTHER
        ]

    return marks


SUMMARY = Behind(("orders", "customers"), summary)
DAILY_ORDERS = Behind(("orders",), shares(*SHARES))
DAILY_RATE = Behind(("orders",), shares(SHARES[1]))
HOURS = Behind(("orders",), hours(*SHARES))
HOURLY_RATE = Behind(("orders",), hours(SHARES[1]))
BY_PROMOTION = Behind(("orders",), by_promotion)
REVENUE = Behind(("orders",), trend("revenue"))
DISCOUNT = Behind(("orders",), trend("discount"))
