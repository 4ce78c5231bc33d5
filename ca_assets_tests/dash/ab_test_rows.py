"""Tests before and after of the sample shop as published reports. Reports need not agree."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import combinations
from typing import Any

from ca_assets_tests.dash.sample_segments import SEGMENTS

Row = dict[str, Any]
DECISIONS = ("increase", "decrease", "no_evidence", "not_enough_data", "not_enough_data")
METRICS = ("orders", "amount")


def ab_tests(promotions: Sequence[str], products: Sequence[str], day: dt.date, size: float, money: bool) -> dict[str, list[Row]]:
    """All reports; none in an empty scope."""
    if not size:
        return {name: [] for name in ("promotion_effects", "product_effects", "promotion_comparison", "segment_daily")}
    tables: dict[str, list[Row]] = {}
    for kind, labels in (("promotion", promotions), ("product", products)):
        keys = [(place, label, metric) for place, label in enumerate(labels) for metric in METRICS]
        tables[f"{kind}_effects"] = [_effect(*key, days, money) for key in keys for days in (7, 28)]
        tables[f"{kind}_resampled"] = [_resampled(*key) for key in keys]
        tables[f"{kind}_distributions"] = [
            {"label": label, "metric": metric, "distribution": "negative_binomial" if metric == "orders" else "lognormal"}
            | {"bic": 1234.5 + place, "n": 900 - place}
            for place, label, metric in keys
        ]
    tables["promotion_comparison"] = [_pair(place, *pair, money) for place, pair in enumerate(combinations(sorted(promotions), 2))]
    return tables | {f"segment_{grain}": _segments(day, money) for grain in ("daily", "weekly", "monthly")}


def _effect(place: int, label: str, metric: str, days: int, money: bool) -> Row:
    decision = DECISIONS[place % 5]
    before = 0.6 if metric == "orders" else 40.0
    effect = {"increase": 0.2, "decrease": -0.1}.get(decision, 0.01) * before
    row = {"before": before, "after": before + effect, "difference": effect, "effect": effect, "effect_low": effect - 0.05 * before,
           "effect_high": effect + 0.05 * before, "relative_effect": effect / before, "p_value": 0.01, "needed": 345}  # fmt: skip
    if metric == "amount" and not money:
        row, decision = dict.fromkeys(row), "not_enough_data"
    is_enough = decision != "not_enough_data"
    counts = {"label_orders": 1000 - place, "used": 900 - place if is_enough else 90, "too_recent": 60, "too_new": 40 - place % 3}
    q = 0.02 if decision in ("increase", "decrease") else 0.4
    return {"label": label, "metric": metric, "window_days": days, **counts, "customers": 700 if is_enough else 80, **row,
            "q_value": q if is_enough else None, "decision": decision}  # fmt: skip


def _resampled(place: int, label: str, metric: str) -> Row:
    if place % 5 > 2:
        return {"label": label, "metric": metric, **dict.fromkeys(("tests", "accepted", "increased", "decreased", "reject_ratio"))}
    counts = {"tests": 100, "accepted": 90 - place, "increased": 7, "decreased": 3 + place, "reject_ratio": 0.1 + place / 100}
    return {"label": label, "metric": metric, **counts}


def _pair(place: int, a: str, b: str, money: bool) -> Row:
    decision = DECISIONS[place % 4]
    row: Row = {"average_a": 41.0, "average_b": 39.0, "difference": 2.0, "low": 0.5, "high": 3.5, "p_value": 0.01, "q_value": 0.03}
    tests = {"tests": 100, "accepted": 80, "rejected": 20, "reject_ratio": 0.2} if decision != "not_enough_data" else {}
    if not money:
        row, decision, tests = dict.fromkeys(row), "not_enough_data", {}
    return {"promotion_a": a, "promotion_b": b, "customers_a": 300, "customers_b": 280, **row, **tests, "decision": decision}


def _segments(day: dt.date, money: bool) -> list[Row]:
    rows = []
    for place, segment in enumerate(SEGMENTS):
        for metric in METRICS:
            decision = DECISIONS[place % 4] if money or metric == "orders" else "not_enough_data"
            base = 0.05 if metric == "orders" else 40.0
            row: Row = {
                "current": base * 1.1,
                "base": base,
                "difference": base * 0.1,
                "low": base * 0.02,
                "high": base * 0.2,
                "p_value": 0.01,
            }
            row["q_value"] = None if decision == "not_enough_data" else 0.03
            if metric == "amount" and not money:
                row = dict.fromkeys(row)
            rows.append(
                {"segment": segment, "segment_order": place + 1, "metric": metric, "period": day, "customers": 25 + 100 * place}
                | {"changed_since": 10 * place, "placebo_periods": 31, "decision": decision, **row}
            )
    return rows
