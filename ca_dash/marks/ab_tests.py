"""What the marks of the tests before and after stand for: label orders and their customers, customers of pairs, frozen segments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pandas as pd

from ca_dash.figures.ab_tests.verdicts import around, chosen_rows
from ca_dash.figures.segment import segment_name
from ca_dash.marks.mark import Behind, Mark, Shown

STATES = {"too_recent": "too recent", "too_new": "of new customers"}


def label_of(row: dict[str, object], shown: Shown) -> str:
    """A promotion, or a product by its name."""
    return str(shown.style.names.get(str(row["label"])) or row["label"])


def tested(kind: str) -> Callable[[pd.DataFrame, Shown], list[Mark]]:
    """Tested orders and customers of each label that has any."""

    def marks(data: pd.DataFrame, shown: Shown) -> list[Mark]:
        """Of the rows that the chart draws."""
        made = []
        for row in chosen_rows(data, shown.style).to_dict("records"):
            values = {"kind": kind, "label": row["label"], "window": str(int(row["window_days"])), "metric": row["metric"]}
            for members, column, words in (
                ("tested_orders", "used", "tested orders"),
                ("tested_customers", "customers", "their customers"),
            ):
                made.append(Mark("", f"{label_of(row, shown)}, {words}", members, int(row[column]), values))
        return made

    return marks


def untested(kind: str) -> Callable[[pd.DataFrame, Shown], list[Mark]]:
    """Orders of each label without enough data: all, too recent, of customers too new."""

    def marks(data: pd.DataFrame, shown: Shown) -> list[Mark]:
        """Of the rows that the chart draws."""
        rows, made = chosen_rows(data, shown.style), []
        for row in rows[rows["decision"] == "not_enough_data"].to_dict("records"):
            values = {"kind": kind, "label": row["label"]}
            made.append(Mark("", f"{label_of(row, shown)}, orders", "label_orders", int(row["label_orders"]), values))
            for state, words in STATES.items():
                of_state = values | {"window": str(int(row["window_days"])), "state": state}
                made.append(Mark("", f"{label_of(row, shown)}, {words}", "untested_orders", int(row[state]), of_state))
        return made

    return marks


def all_labels(kind: str) -> Callable[[pd.DataFrame, Shown], list[Mark]]:
    """All orders of each label."""

    def marks(data: pd.DataFrame, shown: Shown) -> list[Mark]:
        """Of the rows that the chart draws."""
        days = around(shown.style).days
        rows = data[(data["metric"] == "orders") & (data["window_days"] == days)].sort_values(
            ["label_orders", "label"], ascending=[False, True]
        )
        return [
            Mark("", f"{label_of(row, shown)}, orders", "label_orders", int(row["label_orders"]), {"kind": kind, "label": row["label"]})
            for row in rows.to_dict("records")
        ]

    return marks


def pairs(data: pd.DataFrame, _shown: Shown) -> list[Mark]:
    """Customers of each side of each pair."""
    return [
        Mark(
            "",
            f"{row[f'promotion_{one}']}, never {row[f'promotion_{other}']}",
            "compared_customers",
            int(row[f"customers_{one}"]),
            {"promotion": row[f"promotion_{one}"], "without": row[f"promotion_{other}"]},
        )
        for row in data.sort_values(["promotion_a", "promotion_b"]).to_dict("records")
        for one, other in (("a", "b"), ("b", "a"))
    ]


def segments(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    """Customers of each frozen segment, by the place of its bar."""
    grain = shown.style.choices.get("compared", "daily")
    return [
        Mark(
            str(int(row["segment_order"]) - 1),
            segment_name(row["segment"]),
            "frozen_segment",
            int(row["customers"]),
            {"segment": row["segment"], "grain": grain},
        )
        for row in data[data["metric"] == "orders"].sort_values("segment_order").to_dict("records")
    ]


def listed_segments(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    """The same of a chart whose points are at no such place."""
    return [replace(mark, at="") for mark in segments(data, shown)]


PAIRS, SEGMENTS, LISTED_SEGMENTS = (Behind(("customers",), marks) for marks in (pairs, segments, listed_segments))
