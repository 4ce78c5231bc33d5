"""What the marks of anomalies stand for: the orders of a day or week, customers of a cohort's cell, customers of a segment."""

from __future__ import annotations

import pandas as pd

from ca_dash.figures.anomalies import MONEY, ORDERS, SHOWN_COHORTS
from ca_dash.figures.segment import segment_name
from ca_dash.format import counted, label
from ca_dash.marks.mark import Behind, Mark, Shown, axis_day, period_days, period_label

DOWNLOAD = "0_1"


def orders(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    """The orders of each day or week; of revenue those that it is the sum of."""
    chosen, grain = MONEY.value_in(shown.style.choices), shown.style.grain
    return [
        Mark(
            axis_day(row["period"]),
            period_label(row["period"], grain, shown.style),
            "orders",
            int(row["actual"]) if chosen == ORDERS else None,
            days=period_days(row["period"], grain, shown.filters),
            series=label(chosen),
        )
        for row in data[data["series"] == chosen].sort_values("period").to_dict("records")
        if row["actual"]
    ]


def cells(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    """Customers of each cell of the cohorts."""
    grain = shown.style.grain
    unit = "day" if grain == "daily" else "week"
    places = {start: place for place, start in enumerate(sorted(data["cohort"].unique())[-SHOWN_COHORTS:])}
    marks = []
    for row in data.sort_values(["cohort", "offset"]).to_dict("records"):
        place, offset = places.get(row["cohort"]), int(row["offset"])
        text = f"{period_label(row['cohort'], grain, shown.style)}, after {counted(offset, unit, shown.style.locale)}"
        values = {"event": DOWNLOAD, "grain": grain, "cohort": axis_day(row["cohort"]), "offset": str(offset)}
        marks.append(Mark("" if place is None else f"{offset}/{place}", text, "cohort", int(row["actual"]), values))
    return marks


def segments(data: pd.DataFrame, _shown: Shown) -> list[Mark]:
    """Customers of each segment, as of the report; the forecast may be some days older."""
    rows = data[data["customers"] > 0].sort_values("segment_order")
    return [Mark(segment_name(name), segment_name(name), "segment", None, {"segment": name}) for name in rows["segment"]]


ORDERS_OF_PERIOD = Behind(("orders",), orders)
CELLS, SEGMENTS = (Behind(("customers",), marks) for marks in (cells, segments))
