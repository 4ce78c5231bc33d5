"""What the marks of funnels stand for: orders where a session ended with one, customers by their steps. Other sessions have no list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from ca_dash.figures.base import step_label
from ca_dash.figures.conversion import window
from ca_dash.lists.words import written_hour
from ca_dash.marks.mark import Behind, Mark, Shown, axis_day, period_days, period_label, span, whole

PURCHASED = "purchased"  # the last step of a session: it became an order


def session_steps(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    """The orders of the periods shown."""
    rows = data[data["step"] == PURCHASED]
    if rows.empty:
        return []
    days = span([period_days(period, shown.style.grain, shown.filters) for period in rows["period"]])
    name = step_label(PURCHASED)
    return [Mark(name, name, "orders", int(rows["sessions"].sum()), days=days)]


def session_periods(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    """The orders of each period."""
    style = shown.style
    return [
        Mark(
            axis_day(row["period"]),
            period_label(row["period"], style.grain, style),
            "orders",
            int(row["sessions"]),
            days=period_days(row["period"], style.grain, shown.filters),
            series=step_label(PURCHASED),
        )
        for row in data[data["step"] == PURCHASED].to_dict("records")
    ]


def session_hours(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    """The orders of each hour of the day."""
    rows = data[data["step"] == PURCHASED].sort_values("hour").to_dict("records")
    return [
        shown.of_window(
            Mark(
                str(int(row["hour"])),
                written_hour(int(row["hour"])),
                "orders",
                int(row["sessions"]),
                {"hour": str(int(row["hour"]))},
                series=step_label(PURCHASED),
            )
        )
        for row in rows
    ]


def customer_totals(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    """Customers of each step in the periods shown."""
    if data.empty:
        return []
    days = span([period_days(period, shown.style.grain, shown.filters) for period in data["period"].unique()])
    rows = data.groupby(["step_order", "step"], as_index=False)["customers"].sum().sort_values("step_order")
    return [
        Mark(step_label(step).replace(" ", "<br>"), step_label(step), "customer_step", int(count), {"step": step}, days)
        for step, count in zip(rows["step"].astype(str), rows["customers"], strict=True)
    ]


def customer_periods(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    """Customers of each step and period."""
    style = shown.style
    return [
        Mark(
            axis_day(row["period"]),
            f"{step_label(row['step'])}, {period_label(row['period'], style.grain, style)}",
            "customer_step",
            int(row["customers"]),
            {"step": row["step"]},
            period_days(row["period"], style.grain, shown.filters),
            step_label(row["step"]),
        )
        for row in data.sort_values(["period", "step_order"]).to_dict("records")
    ]


def customer_hours(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    """Customers of each step and hour of the day, of all days."""
    return [
        Mark(
            str(int(row["hour"])),
            f"{step_label(row['step'])}, {written_hour(int(row['hour']))}",
            "customer_step",
            int(row["customers"]),
            {"step": row["step"], "hour": str(int(row["hour"]))},
            series=step_label(row["step"]),
        )
        for row in data.sort_values(["hour", "step_order"]).to_dict("records")
    ]


def conversion_total(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    """Customers who got to each step of the true funnel, and those who were lost before it."""
    del shown
    rows = data[data["grain"] == "total"].sort_values("step_order").to_dict("records")
    marks, before = [], None
    for row in rows:
        name, count = step_label(row["step"]), int(row["customers"])
        if before is not None:
            lost = {"step": row["step"], "state": "lost"}
            marks.append(Mark("", f"Lost before: {name}", "converted", before - count, lost))
        marks.append(Mark(name, name, "converted", count, {"step": row["step"], "state": "reached"}))
        before = count
    return marks


def conversion_times(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    """Customers who got to each step, whose times the bars sum up."""
    return [mark for mark in conversion_total(data, shown) if mark.at and mark.values["step"] != "download"]


def conversion_months(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    """Customers of each month of download who got to each step."""
    rows = data[(data["grain"] == "month") & (data["step"] != "download")].sort_values(["period", "step_order"])
    return [_of_month(row, shown, step_label(row["step"]), "reached", row["customers"]) for row in rows.to_dict("records")]


def entered(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    """Customers of each month of download, with and without all their days behind them."""
    rows = data[(data["grain"] == "month") & (data["step_order"] == 0)].sort_values("period").to_dict("records")
    states = (
        ("reached", "mature", f"{window(shown.style)} days passed"),
        ("undecided", "undecided", f"Still within {window(shown.style)} days"),
    )
    return [_of_month(row, shown, name, state, row[column]) for row in rows for state, column, name in states]


def _of_month(row: dict[Any, Any], shown: Shown, series: str, state: str, count: float) -> Mark:
    month = axis_day(row["period"])
    label = f"{series}, {period_label(row['period'], 'monthly', shown.style)}"
    return Mark(month, label, "converted", whole(count), {"step": row["step"], "state": state, "month": month}, series=series)


def _customers(marks: Callable[[pd.DataFrame, Shown], list[Mark]]) -> Behind:
    return Behind(("customers",), marks)


SESSION_STEPS, SESSION_PERIODS = Behind(("orders",), session_steps), Behind(("orders",), session_periods)
SESSION_HOURS = Behind(("orders",), session_hours)
CUSTOMER_TOTALS, CUSTOMER_PERIODS, CUSTOMER_HOURS = map(_customers, (customer_totals, customer_periods, customer_hours))
CONVERSION_TOTAL, CONVERSION_TIMES = map(_customers, (conversion_total, conversion_times))
CONVERSION_MONTHS, ENTERED = map(_customers, (conversion_months, entered))
