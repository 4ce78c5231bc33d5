"""What the cells and bars of cohorts stand for: the customers of a cohort, and those whose next order came so much later."""

from __future__ import annotations

import pandas as pd

from ca_dash.figures.cohorts import EVENT, OFFSETS, REVENUE, SHOWN, VALUE
from ca_dash.format import counted
from ca_dash.marks.mark import Behind, Mark, Shown, axis_day, period_label

FIRST_EVENT = "0_1"


def cells(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    """Customers of each cell; where cells are of revenue, those of the whole cohort."""
    is_revenue = VALUE.value_in(shown.style.choices) == REVENUE
    event = FIRST_EVENT if is_revenue else EVENT.value_in(shown.style.choices)
    return _cells(data, shown, event, is_revenue=is_revenue)


def first_orders(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    """Customers of each cell from the download to the first order, whatever is chosen."""
    return _cells(data, shown, FIRST_EVENT)


def sizes(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    """Customers of each cohort, and those left out of it."""
    is_revenue = VALUE.value_in(shown.style.choices) == REVENUE
    event = FIRST_EVENT if is_revenue else EVENT.value_in(shown.style.choices)
    marks = []
    for row in data.drop_duplicates("cohort").sort_values("cohort").to_dict("records"):
        values, label = _values(row, shown, event), period_label(row["cohort"], shown.style.grain, shown.style)
        marks.append(Mark(axis_day(row["cohort"]), label, "cohort", int(row["size"]), values, series="In the cohort"))
        if row["excluded"]:
            left_out = {**values, "left_out": "yes"}
            name = "Left out: ordered before the download"
            marks.append(Mark(axis_day(row["cohort"]), f"{label}, left out", "cohort", int(row["excluded"]), left_out, series=name))
    return marks


def _cells(data: pd.DataFrame, shown: Shown, event: str, *, is_revenue: bool = False) -> list[Mark]:
    offset, unit = OFFSETS[shown.style.grain]
    starts = sorted(data["cohort"].unique())[-SHOWN:]
    places = {cohort: place for place, cohort in enumerate(starts)}
    marks = []
    for row in data.sort_values(["cohort", offset]).to_dict("records"):
        place, number = places.get(row["cohort"]), int(row[offset])
        values = _values(row, shown, event)
        label = (
            f"{period_label(row['cohort'], shown.style.grain, shown.style)}, after {counted(number, unit.lower()[:-1], shown.style.locale)}"
        )
        at = "" if place is None else f"{number}/{place}"
        count = None if is_revenue else int(row["customers"])
        marks.append(Mark(at, label, "cohort", count, values if is_revenue else {**values, "offset": str(number)}))
    return marks


def _values(row: dict[str, object], shown: Shown, event: str) -> dict[str, str]:
    return {"event": event, "grain": shown.style.grain, "cohort": axis_day(row["cohort"])}


CELLS, FIRST_ORDERS, SIZES = (Behind(("customers",), marks) for marks in (cells, first_orders, sizes))
