"""Figures of anomalies: the sentence of a flag, bands, what is marked."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from ca_dash.figures import anomalies
from ca_dash.figures.base import Style

LAST = dt.date(2026, 11, 20)
CAUSES = pd.DataFrame(
    [
        ("orders", "daily", dt.date(2026, 11, 11), "device", "mobile", 0.1, 1),
        ("orders", "daily", dt.date(2026, 11, 11), "country", "FR", 0.83, 2),
    ],
    columns=["group", "grain", "period", "dimension", "value", "contribution_share", "rank"],
)
STYLE = Style(currency="GBP", day=LAST, also=CAUSES)
FLAG = {
    "group": "orders", "grain": "daily", "period": dt.date(2026, 11, 11), "score": 5.0, "verdict": "business_changed", "series": "orders",
    "actual": 59.0, "expected": 100.0, "change_rate": -0.41, "first_flagged": LAST,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (
            {},
            "Orders on 11 Nov 2026 were 41% below what the last eight Wednesdays let expect (59 instead of 100); "
            "83% of it in country = FR.",
        ),
        (
            {"series": "revenue", "change_rate": 0.5, "actual": 1500.0, "expected": 1000.0, "period": dt.date(2026, 8, 3)},
            "Revenue on 3 Aug 2026 was 50% above what the Mondays and days around it let expect (£1,500.00 instead of £1,000.00).",
        ),
        (
            {"grain": "weekly", "period": dt.date(2026, 11, 9), "actual": 590.0, "expected": 1000.0},
            "Orders in the week of 9 Nov 2026 were 41% below what the eight weeks before let expect (590 instead of 1,000).",
        ),
        (
            {"group": "funnel", "series": "purchased/saw_checkout", "actual": 0.2, "expected": 0.4, "change_rate": -0.5},
            "The share of “Saw checkout” that went on to “Purchased” on 11 Nov 2026 was 50% below what the last eight Wednesdays "
            "let expect (20.0% instead of 40.0%).",
        ),
        (
            {"verdict": "data_missing", "actual": 0.0, "change_rate": -1.0},
            "Orders on 11 Nov 2026 were at zero, where 100 were expected.",
        ),
        (
            {"group": "cohort", "series": "1", "actual": 3.0, "expected": 6.0, "change_rate": -0.5},
            "First orders 1 day after a download on 11 Nov 2026 were 50% below what the last eight Wednesdays let expect (3 instead of 6).",
        ),
    ],
    ids=["cause", "around", "week", "ratio", "missing", "cohort"],
)  # fmt: skip
def test_a_flag_is_said_in_a_sentence(changes: dict, text: str) -> None:
    assert anomalies.sentence({**FLAG, **changes}, STYLE) == text


def test_what_is_beyond_the_band_is_marked() -> None:
    days = pd.date_range("2026-11-01", periods=5)
    rows = pd.DataFrame(
        {
            "period": days, "complete": True, "series_order": 0, "series": "orders", "actual": [10.0, 11, 3, 10, 12], "expected": 10.0,
            "expected_low": 7.0, "expected_high": 14.0, "z": [0.0, 0.3, -5.0, 0.0, None],
        }
    )  # fmt: skip
    figure = anomalies.orders(data=rows, style=STYLE)
    marked = next(trace for trace in figure.data if trace.name == "Beyond what is usual")
    assert (list(marked.x), list(marked.y)) == (["2026-11-03"], [3.0])
    band = next(trace for trace in figure.data if trace.name == "What is usual")
    assert (min(band.y), max(band.y)) == (7.0, 14.0)


def test_the_timeline_tells_verdicts_apart_by_shape() -> None:
    rows = pd.DataFrame([FLAG, {**FLAG, "verdict": "data_missing", "group": "funnel"}, {**FLAG, "grain": "weekly"}])
    figure = anomalies.timeline(data=rows, style=STYLE)
    shown = {trace.name: (trace.marker.symbol, list(trace.y)) for trace in figure.data if len(trace.x)}
    assert shown == {"Data missing": ("x", ["Funnel"]), "Business changed": ("circle", ["Orders"])}
