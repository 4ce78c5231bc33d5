"""Anomalies of the sample shop as published reports. Seeded; reports need not agree."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

Row = dict[str, Any]
Periods = Sequence[tuple[dt.date, bool, int]]
SEGMENTS = ("champions", "loyal", "potential_loyalist", "cant_lose_them", "newcomers", "need_attention", "at_risk", "lost")


def series(periods: Periods, names: Sequence[tuple[str, float | None]], size: float) -> list[Row]:
    random = np.random.default_rng(8)
    rows = []
    for place, (first, complete, length) in enumerate(periods):
        for order, (name, mean) in enumerate(names):
            level = None if mean is None else mean if "/" in name else mean * size * length
            value = None if level is None else round(float(level * (1 + random.normal(0, 0.05))), 0 if level > 1 else 3)
            drop = 0.4 if place == len(periods) - 3 and value else 1.0
            rows.append(
                {
                    "period": first,
                    "complete": complete,
                    "series_order": order,
                    "series": name,
                    "actual": None if value is None else value * drop,
                    "expected": level,
                    "expected_low": level and level * 0.8,
                    "expected_high": level and level * 1.2,
                    "z": 6.0 if drop < 1 else 0.3,
                    "change_previous": 0.01,
                    "change_comparable": None,
                }
            )
    return rows


def flags(grains: Mapping[str, Periods], size: float) -> list[Row]:
    rows = []
    for grain, periods in grains.items():
        kinds = (("funnel", "sessions", "business_changed"), ("orders", "orders", "data_missing"), ("cohort", "3", "data_broken"))
        for place, (group, name, verdict) in enumerate(kinds, start=3):
            rows.append(
                {
                    "group": group,
                    "grain": grain,
                    "period": periods[-place][0],
                    "score": 5.5,
                    "threshold": 4.0 if group == "funnel" else 3.5,
                    "verdict": verdict,
                    "series": name,
                    "actual": 0.0 if verdict == "data_missing" else 160.0 * size,
                    "expected": 400.0 * size,
                    "change_rate": -1.0 if verdict == "data_missing" else -0.6,
                    "first_flagged": periods[-1][0],
                }
            )
    return rows


def causes(grains: Mapping[str, Periods], size: float) -> list[Row]:
    values = (("country", "FR", 0.83), ("~customer", "new", 0.6), ("country", "GB", 0.17), ("~customer", "returning", 0.4))
    return [
        {
            "group": "funnel",
            "grain": grain,
            "period": periods[-3][0],
            "dimension": dimension,
            "value": value,
            "actual": 10.0,
            "expected": 10.0 + 240 * size * share,
            "contribution": -240 * size * share,
            "contribution_share": share,
            "rank": rank,
        }
        for grain, periods in grains.items()
        for rank, (dimension, value, share) in enumerate(values, start=1)
    ]


def cohorts(periods: Periods, size: float) -> list[Row]:
    return [
        {
            "cohort": first,
            "offset": offset,
            "actual": int(30 * size / (1 + offset)),
            "expected": 30 * size / (1 + offset),
            "z": 4.5 if offset == 2 and place == len(periods) - 8 else 0.2,
            "mature": complete,
        }
        for place, (first, complete, _) in enumerate(periods)
        for offset in range(min(16, len(periods) - place))
    ]


def anomalies(grains: Mapping[str, Periods], steps: Sequence[str], size: float, money: bool) -> dict[str, list[Row]]:
    shares = dict(zip(steps, (400.0, 168.0, 84.0, 64.0, 48.0), strict=True))
    funnel = [*shares.items(), *((f"{step}/{before}", shares[step] / shares[before]) for before, step in pairwise(steps))]
    scores = [
        {"group": group, "grain": grain, "period": first, "score": 0.5, "threshold": 4.0, "is_abnormal": False, "is_scored": True}
        for grain, periods in grains.items()
        for first, *_ in periods
        for group in ("funnel", "orders", "cohort")
    ]
    change = [
        {
            "segment": segment,
            "segment_order": order,
            "customers": int(40 * size * order),
            "abnormal": int(2 * size),
            "average_recency_change": 30.0 * order,
            "average_frequency_change": -12.0,
            "average_monetary_change": 1.5 if money else None,
        }
        for order, segment in enumerate(SEGMENTS, start=1)
    ]
    orders = (("orders", 48.0), ("revenue", 2200.0 if money else None))
    return {
        **{f"funnel_{grain}": series(periods, funnel, size) for grain, periods in grains.items()},
        **{f"orders_{grain}": series(periods, orders, size) for grain, periods in grains.items()},
        **{f"cohort_{grain}": cohorts(periods, size) for grain, periods in grains.items()},
        "scores": scores,
        "flags": flags(grains, size),
        "causes": causes(grains, size),
        "rfm_change": change,
    }
