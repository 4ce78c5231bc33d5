"""Deliveries of the sample shop as published reports. Seeded; reports need not agree."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np

from ca_assets.analyses.delivery_anomalies.geohash import centres, encode, texts

Row = dict[str, Any]
DURATIONS = {"deliver": 55.0, "prepare": 25.0, "ride": 30.0, "return": 4400.0}
WINDOWS = ("", "@7d", "@28d", "@90d", "@365d")


def _punctual(promised: int) -> Row:
    on_time = int(promised * 0.9)
    rate = on_time / promised if promised else None
    return {"promised": promised, "on_time": on_time, "on_time_rate": rate, "on_time_rate_low": rate, "on_time_rate_high": rate and 1.0}


def _cells(mean: float, size: float) -> list[Row]:
    rows = []
    for cell in range(168):
        weekday, hour = cell // 24 + 1, cell % 24
        count = int(size * 12 * max(0.0, np.sin((hour - 6) / 18 * np.pi)))
        is_slow = weekday == 5 and hour in (17, 18) and count >= 5
        shade = (1.0 if is_slow else (cell % 7) / 14) if count >= 5 else None
        z = (9.5 if is_slow else cell % 5 - 2.0) if count >= 5 else None
        rows.append(
            {
                "weekday": weekday,
                "hour": hour,
                "deliveries": count,
                "mean_minutes": mean * (2 if is_slow else 1) if count else None,
                "normalised": shade,
                "robust_z": z,
                "is_abnormal": is_slow,
            }
        )
    return rows


def _places(mean: float, size: float) -> list[Row]:
    random = np.random.default_rng(3)
    count = max(1, int(120 * size))
    numbers = np.unique(encode(51.5 + random.normal(0, 0.05, count), -0.1 + random.normal(0, 0.08, count)))
    latitude, longitude = centres(numbers)
    return [
        {
            "geohash": text,
            "latitude": float(latitude[i]),
            "longitude": float(longitude[i]),
            "deliveries": 1 + i % 9,
            "mean_minutes": mean * (4 if i % 29 == 5 else 1),
            "z": 5.5 if i % 29 == 5 else 0.1,
            "score": 5.5 if i % 29 == 5 else 0.4,
            "is_abnormal": i % 29 == 5,
        }
        for i, text in enumerate(texts(numbers))
    ]


def delivery(days: Sequence[dt.date], size: float) -> dict[str, list[Row]]:
    """All reports, with the suffix of each window that they have."""
    count = int(9000 * size)
    three = {f"{name}_minutes": DURATIONS[name] for name in ("deliver", "prepare", "ride")}
    made: dict[str, list[Row]] = {
        "kpis": [
            {"duration": n, "deliveries": count, "impossible": 3, "mean_minutes": m, "p50_minutes": m * 0.9, "p90_minutes": m * 1.5}
            for n, m in DURATIONS.items()
        ],
        "totals": [
            {"report_date": days[-1], "orders": count + 40, "deliveries": count, "open": 40, "located": count, "locations": 120}
            | {**_punctual(count), "mean_late_minutes": 12.0}
        ],
        "abnormal_customers": [
            {"client": f"client {i}", "deliveries": 4, **three, "z_deliver": 4.0, "z_prepare": 1.0, "z_ride": 5.0, "score": 5.0}
            for i in range(int(5 * size))
        ],
        "abnormal_transactions": [
            {
                "id": f"order {i}",
                "client": None if i % 4 == 0 else f"client {i}",
                "ordered_at": dt.datetime(2024, 3, 1, 17, i, tzinfo=dt.UTC),
            }
            | {"geohash": "gcpvj0d", **three, "is_location": True, "is_customer": i % 4 > 0, "rule": 1 if i % 4 else 2}
            for i in range(int(20 * size))
        ],
        "lateness": [
            {"group": group, "deliveries": n, "mature": n // 2, "reordered": n // 6, "reorder_rate": 0.33, "reorder_rate_low": 0.3}
            | {"reorder_rate_high": 0.36, "refunded": n // 50, "refund_rate": 0.04, "refund_rate_low": 0.02, "refund_rate_high": 0.06}
            for group, n in (("on_time", int(count * 0.9)), ("late", count // 10))
        ],
        **{f"{name}_weekday_hour": _cells(mean, size) for name, mean in DURATIONS.items()},
        **{f"{name}_locations": _places(mean, size) for name, mean in DURATIONS.items()},
    }
    reports = {f"{type_}{window}": rows for type_, rows in made.items() for window in WINDOWS}
    for window in ("@7d", "@28d"):
        del reports[f"lateness{window}"]
    reports["daily"] = [
        {"period": day, "complete": True, "deliveries": int(40 * size), "mean_minutes": 55.0, "p50_minutes": 50.0 + i % 5}
        | {"p90_minutes": 80.0 + i % 9, **_punctual(int(40 * size))}
        for i, day in enumerate(days)
    ]
    return reports
