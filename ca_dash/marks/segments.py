"""What the marks of segments stand for: customers of a segment, with a score, in a bin, and who moved."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from ca_dash.figures.segment import segment_name
from ca_dash.figures.segments import bin_title
from ca_dash.marks.mark import Behind, Mark, Shown, axis_day, period_label

METRICS = {"recency": "Recency", "frequency": "Frequency", "monetary": "Monetary"}


def by_segment(data: pd.DataFrame, _shown: Shown) -> list[Mark]:
    """Customers of each segment."""
    return [
        Mark(segment_name(row["segment"]), segment_name(row["segment"]), "segment", int(row["customers"]), {"segment": row["segment"]})
        for row in data.sort_values("segment_order").to_dict("records")
    ]


def bins(metric: str) -> Callable[[pd.DataFrame, Shown], list[Mark]]:
    """Customers of each bin of a histogram with a score."""

    def marks(data: pd.DataFrame, shown: Shown) -> list[Mark]:
        """Of the rows that the chart draws."""
        unit = "money" if metric == "monetary" else "days"
        return [
            Mark(
                str(int(row["bin"])),
                f"{bin_title(row, unit, shown.style)}, score {int(row['score'])}",
                "binned",
                int(row["customers"]),
                {"metric": metric, "score": str(int(row["score"])), **_edges(row)},
                series=f"Score {int(row['score'])}",
            )
            for row in data.sort_values(["bin", "score"]).to_dict("records")
        ]

    return marks


def by_score(data: pd.DataFrame, _shown: Shown) -> list[Mark]:
    """Customers with each score."""
    marks = []
    for row in data.to_dict("records"):
        currency = {"currency": row["currency"]} if isinstance(row["currency"], str) else {}
        of_what = " ".join((METRICS[row["metric"]], *currency.values()))
        values = {"metric": row["metric"], "score": str(int(row["score"])), **currency}
        marks.append(Mark("", f"{of_what}, score {int(row['score'])}", "scored", int(row["customers"]), values))
    return marks


def last_month(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    """Who went, or stayed, in the last month."""
    return _moves(data[data["period"] == data["period"].max()], shown) if len(data) else []


def moves(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    """Who went in each month."""
    return _moves(data[data["from_segment"] != data["to_segment"]], shown)


def _moves(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    marks = []
    for row in data.sort_values(["period", "customers"], ascending=False).to_dict("records"):
        origin, target = row["from_segment"], row["to_segment"]
        label = f"{segment_name(origin)} → {segment_name(target)}, {period_label(row['period'], 'monthly', shown.style)}"
        values = {"origin": origin, "target": target, "month": axis_day(row["period"])}
        marks.append(Mark("", label, "segment_moves", int(row["customers"]), values))
    return marks


def _edges(row: dict[str, object]) -> dict[str, str]:
    return {"value_from": str(row["low"])} | ({} if pd.isna(row["high"]) else {"value_below": str(row["high"])})


BY_SEGMENT, BY_SCORE, LAST_MONTH, MOVES = (Behind(("customers",), marks) for marks in (by_segment, by_score, last_month, moves))
RECENCY, FREQUENCY, MONETARY = (Behind(("customers",), bins(metric)) for metric in ("recency", "frequency", "monetary"))
