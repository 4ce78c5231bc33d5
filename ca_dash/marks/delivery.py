"""What the marks of deliveries stand for: the orders that were delivered, by the day of the delivery."""

from __future__ import annotations

import pandas as pd

from ca_dash.figures.delivery import ABNORMAL, DURATION, GROUPS, USUAL, punctual
from ca_dash.lists.words import written_hour
from ca_dash.marks.mark import Behind, Mark, Shown, axis_day, period_days, period_label
from ca_dash.marks.stats import per_period

DELIVERIES = "deliveries"


def on_time(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    """Deliveries of each period that came on time."""
    style = shown.style
    return [
        Mark(
            axis_day(row["period"]),
            period_label(row["period"], style.grain, style),
            DELIVERIES,
            int(row["on_time"]),
            {"promise": "on_time"},
            period_days(row["period"], style.grain, shown.filters),
        )
        for row in punctual(data, style).dropna(subset=["on_time"]).to_dict("records")  # null where nothing is promised
    ]


def cells(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    """Deliveries of each weekday and hour of the order, the slow ones last, where they are not cut off."""
    locale, duration = shown.style.locale, DURATION.value_in(shown.style.choices)
    marks = []
    for row in data.sort_values(["is_abnormal", "weekday", "hour"]).to_dict("records"):
        day, hour = int(row["weekday"]) - 1, int(row["hour"])
        label = f"{locale.weekdays[day]}, {written_hour(hour)}{' (slow)' if row['is_abnormal'] else ''}"
        values = {"weekday": str(day), "hour": str(hour), "duration": duration}
        mark = Mark(f"{locale.short_weekdays[day]}/{hour}", label, DELIVERIES, int(row["deliveries"]), values)
        marks.append(shown.of_window(mark))
    return marks


def places(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    """Deliveries to each location, the slow ones last."""
    duration = DURATION.value_in(shown.style.choices)
    return [
        shown.of_window(
            Mark(
                row["geohash"],
                f"Location {row['geohash']}{' (slow)' if row['is_abnormal'] else ''}",
                DELIVERIES,
                int(row["deliveries"]),
                {"geohash": row["geohash"], "duration": duration},
                series=ABNORMAL if row["is_abnormal"] else USUAL,
            )
        )
        for row in data.sort_values(["is_abnormal", "score", "geohash"]).to_dict("records")
    ]


def customers(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    """Deliveries to each of the customers."""
    return [
        shown.of_window(Mark(row["client"], row["client"], DELIVERIES, int(row["deliveries"]), {"client": row["client"]}))
        for row in data.sort_values("score").to_dict("records")
    ]


def lateness(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    """Deliveries to customers, on time and late."""
    return [
        shown.of_window(
            Mark(
                GROUPS[row["group"]],
                GROUPS[row["group"]],
                DELIVERIES,
                int(row["deliveries"]),
                {"promise": row["group"], "buyers": "customers"},
            )
        )
        for row in data.to_dict("records")
    ]


BY_DAY = Behind(("orders",), per_period(DELIVERIES, DELIVERIES))
ON_TIME = Behind(("orders",), on_time)
CELLS = Behind(("orders",), cells)
PLACES = Behind(("orders",), places)
CUSTOMERS = Behind(("orders",), customers)
LATENESS = Behind(("orders",), lateness)
