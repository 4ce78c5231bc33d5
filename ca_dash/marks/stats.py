"""What the marks of orders, revenue and customers over time, of weekdays, hours and distributions stand for."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from ca_dash.figures.stats import SINGLE_COUNTS
from ca_dash.format import counted, money
from ca_dash.lists.words import written_hour
from ca_dash.marks.mark import Behind, Mark, Shown, axis_day, period_days, period_label, whole


def per_period(members: str, count: str | None, *series: str | None) -> Callable[[pd.DataFrame, Shown], list[Mark]]:
    """Marks of a row per period: of each series those of the set in the period's days; `count`: the column of their number."""

    def marks(data: pd.DataFrame, shown: Shown) -> list[Mark]:
        """Of the rows that the chart draws."""
        grain, style = shown.style.grain, shown.style
        return [
            Mark(
                axis_day(row["period"]),
                period_label(row["period"], grain, style),
                members,
                whole(row[count]) if count else None,
                days=period_days(row["period"], grain, shown.filters),
                series=name,
            )
            for row in data.sort_values("period").to_dict("records")
            for name in series or (None,)
        ]

    return marks


def weekdays(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    """Orders of each weekday in the days of the range; the bar is their mean."""
    locale, filters = shown.style.locale, shown.filters
    orders = data.assign(weekday=pd.to_datetime(data["period"]).dt.dayofweek).groupby("weekday")["orders"].sum()
    days = (filters.start, filters.end)
    return [
        Mark(locale.short_weekdays[day], locale.weekdays[day], "orders", int(count), {"weekday": str(day)}, days)
        for day, count in ((int(str(day)), count) for day, count in orders.items())
    ]


def hours(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    """Orders of each hour of the day."""
    counts = data["orders"] if "orders" in data else [None] * len(data)
    return [
        shown.of_window(Mark(str(int(hour)), written_hour(int(hour)), "orders", whole(count), {"hour": str(int(hour))}))
        for hour, count in zip(data["hour"], counts, strict=True)
    ]


def orders_per_customer(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    """Customers with exactly so many orders; from some number on together."""
    marks = []
    for count, customers in data.groupby(data["orders"].clip(upper=SINGLE_COUNTS))["customers"].sum().items():
        number = int(str(count))
        is_last = number == SINGLE_COUNTS
        words = counted(number, "order", shown.style.locale)
        mark = Mark(
            f"{SINGLE_COUNTS}+" if is_last else str(number),
            f"{words} or more" if is_last else words,
            "buyers",
            int(customers),
            {"orders_from" if is_last else "orders": str(number)},
        )
        marks.append(shown.of_window(mark))
    return marks


def payment_amounts(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    """Customers whose mean order amount is in the bin."""
    style, marks = shown.style, []
    for place, row in enumerate(data.sort_values("bin").to_dict("records")):
        low, high = row["amount_low"], row["amount_high"]
        first = money(low, style.currency, style.locale)
        values = {"amount_from": repr(float(low))} | ({} if pd.isna(high) else {"amount_below": repr(float(high))})
        label = f"{first} or more" if pd.isna(high) else f"{first} to below {money(high, style.currency, style.locale)}"
        marks.append(shown.of_window(Mark(str(place), label, "buyers", int(row["customers"]), values)))
    return marks


def active(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    """Buyers and visitors of each week."""
    buyers, visitors = per_period("buyers", "buyers", "per buyer"), per_period("visitors", "customers", "per visitor")
    return [*buyers(data, shown), *visitors(data, shown)]


ORDERS = Behind(("orders",), per_period("orders", "orders", "Orders"))
REVENUE = Behind(("orders",), per_period("orders", None, "Revenue"))
REVENUE_PARTS = Behind(("orders",), per_period("orders", None, "Discount"))  # net revenue and refunds are of other days' orders too
AVERAGE_AMOUNT = Behind(("orders",), per_period("orders", "orders"))
WEEKDAYS = Behind(("orders",), weekdays)
HOURS = Behind(("orders",), hours)
ORDERS_PER_CUSTOMER = Behind(("customers",), orders_per_customer)
PAYMENT_AMOUNTS = Behind(("customers",), payment_amounts)
VISITORS = Behind(("customers",), per_period("visitors", "customers"))
ACTIVE = Behind(("customers",), active)
