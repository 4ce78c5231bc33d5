"""What the marks of churn stand for: active and lapsed customers, and who came, went and returned in a month."""

from __future__ import annotations

import pandas as pd

from ca_dash.figures.churn import MONTHS, MOVES, bridge_steps
from ca_dash.marks.mark import Behind, Mark, Shown, axis_day, period_label


def overall(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    """Active and lapsed customers as of the day of the figure."""
    row = data.iloc[0]
    if pd.isna(row["engaged"]):
        return []
    counts = {"Active": int(row["engaged"]), "Lapsed": int(row["customers"] - row["engaged"])}
    return [Mark("0", name, "churn", count, {"state": name.lower()}, series=name, last=shown.style.day) for name, count in counts.items()]


def rates(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    """Customers who had lapsed at the end of each period."""
    grain, style = shown.style.grain, shown.style
    return [
        Mark(
            axis_day(row["period"]),
            period_label(row["period"], grain, style),
            "churn",
            int(row["customers"] - row["engaged"]),
            {"state": "lapsed", "grain": grain, "period": axis_day(row["period"])},
            series="Churn rate",
        )
        for row in data[data["engaged"].notna()].sort_values("period").to_dict("records")
    ]


def bridge(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    """Customers of each bar of the waterfall."""
    judged = data[data["frequency_hours"].notna()].sort_values("period").tail(MONTHS)
    if judged.empty:
        return []
    steps = bridge_steps(judged, shown.style)[0]
    return [
        Mark(
            str(step["place"]),
            f"{step['name']}, {period_label(step['period'], 'monthly', shown.style)}"
            + (", at its start" if step["move"] == "opening" else ""),
            "bridge",
            abs(int(step["change"])),
            {"move": step["move"], "month": axis_day(step["period"])},
            series=step["name"],
        )
        for step in steps.to_dict("records")
    ]


def moves(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    """Customers won and lost in each month, and those active at its end."""
    series = {**{column: name for column, name, _ in MOVES}, "closing": "Active at the end", "new_lapsed": "New and lapsed"}
    return [
        Mark(
            axis_day(row["period"]),
            f"{name}, {period_label(row['period'], 'monthly', shown.style)}",
            "bridge",
            int(row[column]),
            {"move": column, "month": axis_day(row["period"])},
            series=name if column != "new_lapsed" else None,
        )
        for row in data[data["frequency_hours"].notna()].sort_values("period").to_dict("records")
        for column, name in series.items()
    ]


OVERALL, RATES, BRIDGE, MOVED = (Behind(("customers",), marks) for marks in (overall, rates, bridge, moves))
