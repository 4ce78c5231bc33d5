"""Segments of the sample shop as published reports. Seeded; reports need not agree."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np

SEGMENTS = ("champions", "loyal", "potential_loyalist", "cant_lose_them", "newcomers", "need_attention", "at_risk", "lost")
HOURS = 24.0
Row = dict[str, Any]
Periods = Sequence[tuple[dt.date, bool, int]]


def points(size: float, money: bool) -> list[Row]:
    random = np.random.default_rng(5)
    rows = []
    for place in range(int(240 * size)):
        is_repeat = place % 3 > 0
        rows.append(
            {
                "client": f"client {place}",
                "currency": "EUR" if money else None,
                "recency_hours": float(round(HOURS * random.gamma(2, 60), 6)),
                "frequency_hours": float(round(HOURS * random.gamma(2, 20), 6)) if is_repeat else None,
                "monetary": float(round(random.gamma(4, 12), 6)) if money else None,
                "recency_score": 1 + place % 5,
                "frequency_score": 1 + place % 4 if is_repeat else None,
                "monetary_score": 1 + place % 5,
                "segment": SEGMENTS[place % 8],
            }
        )
    return rows


def summary(size: float, money: bool) -> list[Row]:
    counts = [int(size * count) for count in (25, 54, 326, 150, 437, 422, 191, 955)]
    total = sum(counts)
    return [
        {
            "segment": segment,
            "segment_order": order,
            "customers": count,
            "customer_share": count / total if total else None,
            "orders": 3 * count,
            "revenue": 120.5 * count if money else None,
            "revenue_share": count / total if money and total else None,
            "average_recency_hours": 900.0 * order if count else None,
            "average_frequency_hours": 700.0 if count and segment != "newcomers" else None,
            "average_monetary": 40.0 + order if count and money else None,
        }
        for order, (segment, count) in enumerate(zip(SEGMENTS, counts, strict=True), 1)
    ]


def scores(size: float, money: bool) -> list[Row]:
    metrics = ["recency", "frequency", *(["monetary"] if money else [])]
    rows = []
    for metric in metrics:
        currency = "EUR" if metric == "monetary" else None
        for score in range(1, 6):
            low, high = (100.0 * (5 - score), 100.0 * (6 - score)) if size else (None, None)
            bounds = {"bound_low": low if score < 5 else None, "bound_high": high if score > 1 else None}
            known = {"fits": 12, "fitted_on": dt.date(2024, 2, 29)}
            rows.append(
                {
                    "metric": metric,
                    "currency": currency,
                    "score": score,
                    "customers": int(90 * size),
                    "low": low,
                    "high": high,
                    **bounds,
                    **known,
                }
            )
    return [*rows, {"metric": "frequency", "currency": None, "score": 0, "customers": int(900 * size)}]


def histogram(width: float, size: float) -> list[Row]:
    rows = []
    for place in range(12):
        score = max(1, 5 - place // 2)
        rows.append(
            {
                "bin": place,
                "low": width * place,
                "high": width * (place + 1) if place < 11 else None,
                "score": score,
                "customers": int(size * (60 - 4 * place)),
            }
        )
    return [row for row in rows if row["customers"]]


def moves(months: Periods, size: float, money: bool) -> list[Row]:
    rows = []
    for first, complete, _ in months:
        for source in ("__new__", *SEGMENTS):
            for step in (0, 1):
                target = SEGMENTS[(SEGMENTS.index(source) + step) % 8] if source in SEGMENTS else ("newcomers", "potential_loyalist")[step]
                count = int(size * (80 if step == 0 else 9))
                amounts = {"revenue_before": 10.0 * count if money else None, "revenue_after": 12.0 * count if money else None}
                is_moved = step == 1 and source in SEGMENTS
                row = {
                    "period": first,
                    "complete": complete,
                    "from_segment": source,
                    "to_segment": target,
                    "customers": count,
                    "by_boundary": count // 4 if is_moved else 0,
                }
                rows.append(row | amounts)
    return [row for row in rows if row["customers"]]


def segmentation(months: Periods, size: float, money: bool) -> dict[str, list[Row]]:
    return {
        "summary": summary(size, money),
        "scores": scores(size, money),
        "recency": histogram(30.0, size),
        "frequency": histogram(10.0, size),
        "monetary": histogram(10.0, size) if money else [],
        "migration_monthly": moves(months, size, money),
    }
