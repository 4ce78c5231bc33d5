"""Customer lifetime value of the sample shop as published reports. Reports need not agree."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ca_assets_tests.dash.sample_segments import SEGMENTS

Row = dict[str, Any]
WEEKS, DAYS, BACKTESTS = 26, 182, 9
SCORES = {"mae_orders": 0.55, "rmse_orders": 1.01, "mae_revenue": 29.1, "rmse_revenue": 60.3, "total_error_orders": 0.1,
          "total_error_revenue": -0.04, "gini_orders": 0.73, "gini_revenue": 0.7, "decile_wape_revenue": 0.12,
          "coverage_80_orders": 0.82, "coverage_80_total": None}  # fmt: skip


def clv(last: dt.date, size: float, money: bool) -> dict[str, list[Row]]:
    """All reports as of a day; none has rows where there is no money."""
    if not money:
        return {name: [] for name in ("daily", "total", "by_segment", "scoreboard", "calibration", "churn_risk", "parameters")}
    origins = [last - dt.timedelta(days=3 + 28 * back) for back in range(BACKTESTS + 1)]
    return {
        "daily": [row for place, origin in enumerate(origins) for row in _daily(origin, place == 0, last, size)],
        "total": [_total(origin, place == 0, last, size) for place, origin in enumerate(origins)],
        "by_segment": [_segment(place, segment, size) for place, segment in enumerate(SEGMENTS)],
        "scoreboard": [
            {
                "metric": metric,
                "model": model,
                "value": None if value is None or (factor > 1 and metric.startswith("coverage")) else value * factor,
                "ratio": None if value is None else factor,
                "count": int(1700 * size),
                "origin": origins[7],
            }
            for metric, value in SCORES.items()
            for model, factor in (("published", 1.0), ("bgnbd_gg", 1.1), ("last_period", 1.6))
        ],
        "calibration": [
            {
                "decile": decile,
                "customers": int(170 * size),
                "predicted_orders": 0.02 * decile**2,
                "actual_orders": 0.019 * decile**2,
                "predicted_revenue": 1.1 * decile**2,
                "actual_revenue": 1.05 * decile**2,
            }
            for decile in range(1, 11)
        ],
        "churn_risk": [
            {
                "decile": decile,
                "customers": int(250 * size),
                "p_no_order": 0.3 + 0.065 * decile,
                "backtest_customers": int(170 * size),
                "backtest_p_no_order": 0.31 + 0.065 * decile,
                "realised_rate": 0.29 + 0.066 * decile,
                "realised_low": 0.24 + 0.066 * decile,
                "realised_high": min(1.0, 0.33 + 0.066 * decile),
            }
            for decile in range(1, 11)
        ],
        "parameters": [
            {"name": "r", "value": 0.245, "text": None},
            {"name": "model", "value": None, "text": "bgnbd_gg"},
            {"name": "guard", "value": None, "text": "less than a year of orders"},
        ],
    }


def _daily(origin: dt.date, is_published: bool, last: dt.date, size: float) -> list[Row]:
    rows = []
    for place in range(1, DAYS + 1):
        day = origin + dt.timedelta(days=place)
        known, newcomers = size * (300 - place + 20 * (day.weekday() % 3)), size * (150 + place)
        rows.append(
            {
                "origin": origin,
                "kind": "published" if is_published else "backtest",
                "period": day,
                "complete": day <= last,
                "actual": size * (420 + 7 * (place % 11)) if day <= last else None,
                "known": known,
                "newcomers": newcomers,
                "predicted": known + newcomers,
                "predicted_low": 0.6 * (known + newcomers),
                "predicted_high": 1.5 * (known + newcomers),
            }
        )
    return rows


def _total(origin: dt.date, is_published: bool, last: dt.date, size: float) -> Row:
    passed = min((last - origin).days, DAYS)
    predicted = 82_000.0 * size
    return {
        "origin": origin,
        "kind": "published" if is_published else "backtest",
        "weeks": WEEKS,
        "complete": passed == DAYS,
        "actual": 450.0 * size * passed,
        "actual_newcomers": 200.0 * size * passed,
        "known": 0.45 * predicted,
        "newcomers": 0.55 * predicted,
        "predicted": predicted,
        "predicted_low": 0.7 * predicted,
        "predicted_high": 1.4 * predicted,
        "error_rate": 0.05 if passed else None,
    }


def _segment(place: int, segment: str, size: float) -> Row:
    return {
        "segment": segment,
        "segment_order": place + 1,
        "customers": int(size * (30 + 40 * place)),
        "orders_expected": size * (300.0 - 30 * place),
        "revenue_expected": size * (9000.0 - 1000 * place),
        "revenue_share": (9 - place) / 44,
        "revenue_before": size * (12_000.0 - 1400 * place),
    }
