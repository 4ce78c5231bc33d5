"""What the marks of customer lifetime value stand for: customers who ordered on a day, of a segment, at a risk."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from ca_dash.figures.clv import past_origin
from ca_dash.figures.segment import segment_name
from ca_dash.marks.mark import Behind, Mark, Shown, axis_day, period_label


def looked_back(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    """The customers who ordered on each day that has passed; the line is what they paid."""
    if not (data["kind"] == "backtest").any():
        return []
    rows = data[(data["origin"] == past_origin(data)) & data["complete"].astype(bool)].sort_values("period")
    days = [pd.Timestamp(day).date() for day in rows["period"]]
    return [Mark(axis_day(day), period_label(day, "daily", shown.style), "buyers", days=(day, day), series="Actual") for day in days]


def by_segment(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    """The customers of each segment as of the prediction date; and all of them by what is expected."""
    last = _prediction_date(shown)
    if last is None:
        return []
    return [
        Mark(name, name, "segment", int(row["customers"]), {"segment": row["segment"]}, last=last, series="Expected")
        for row in data.sort_values("segment_order").to_dict("records")
        for name in [segment_name(row["segment"])]
    ] + [Mark("", "All, by expected revenue", "expected", int(data["customers"].sum()), last=last)]


def churn_risk(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    """The customers of each tenth by risk; and all of them by risk."""
    last = _prediction_date(shown)
    if last is None:
        return []
    return [
        Mark(
            str(int(row["decile"])),
            f"Tenth {int(row['decile'])}",
            "risk",
            int(row["customers"]),
            {"tenth": str(int(row["decile"]))},
            last=last,
        )
        for row in data.sort_values("decile").to_dict("records")
    ] + [Mark("", "All, by risk", "risk", int(data["customers"].sum()), last=last)]


def _prediction_date(shown: Shown) -> dt.date | None:
    """The last day that the newest forecast knows; None where there is none."""
    text = shown.style.meta.get("prediction_date")
    return dt.date.fromisoformat(text) if text else None


LOOKED_BACK, BY_SEGMENT, CHURN_RISK = (Behind(("customers",), marks) for marks in (looked_back, by_segment, churn_risk))
