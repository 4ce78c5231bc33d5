"""Figures of segments: what is drawn, what is left out and said, by hand on a few rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from ca_assets.analyses.core.family import catalogue
from ca_dash.figures import migration, rfm, segments
from ca_dash.figures.base import Style
from ca_dash.figures.segment import SEGMENTS

STYLE = Style(currency="EUR", meta={"customers": {"all": 9}}, scope="all")
POINTS = pd.DataFrame(
    {
        "client": ["ann", "<b>bo</b>", "cy"],
        "currency": ["EUR", "EUR", "EUR"],
        "recency_hours": [24.0, 48.0, 240.0],
        "frequency_hours": [72.0, np.nan, 120.0],
        "monetary": [10.0, 20.0, 30.0],
        "recency_score": [5, 5, 1],
        "frequency_score": [4, np.nan, 2],
        "monetary_score": [1, 3, 5],
        "segment": ["loyal", "newcomers", "lost"],
    }
)
MOVES = pd.DataFrame(
    [
        (dt.date(2024, 1, 1), True, "loyal", "loyal", 7, 0, 70.0, 80.0),
        (dt.date(2024, 2, 1), False, "loyal", "champions", 2, 1, 20.0, 50.0),
        (dt.date(2024, 2, 1), False, "__new__", "newcomers", 3, 0, 0.0, 30.0),
        (dt.date(2024, 2, 1), False, "lost", "lost", 4, 0, 0.0, 0.0),
    ],
    columns=["period", "complete", "from_segment", "to_segment", "customers", "by_boundary", "revenue_before", "revenue_after"],
)


def test_segments_are_those_of_the_contract() -> None:
    assert [*SEGMENTS] == ["champions", "loyal", "potential_loyalist", "cant_lose_them", "newcomers", "need_attention", "at_risk", "lost"]
    assert len({(segment.color, segment.symbol) for segment in SEGMENTS.values()}) == 8, "told apart by colour or mark"
    assert "segmentation/summary" in catalogue()


def test_buyers_without_a_frequency_are_left_out_and_counted() -> None:
    figure = rfm.space(data=POINTS, style=STYLE)
    assert [(trace.name, list(trace.x), list(trace.y), list(trace.z)) for trace in figure.data] == [
        ("Loyal customers (1)", [1.0], [3.0], [10.0]),
        ("Lost (1)", [10.0], [5.0], [30.0]),
    ]
    assert figure.layout.meta["note"] == "2 of 9 buyers, 3 drawn by chance, 1 with one day of orders left out"
    plane = rfm.recency_monetary(data=POINTS, style=STYLE)
    assert sum(len(trace.x) for trace in plane.data) == 3 and plane.layout.meta["note"] == "3 of 9 buyers, 3 drawn by chance"


def test_a_clients_name_is_no_markup() -> None:
    figure = rfm.recency_monetary(data=POINTS, style=STYLE)
    (text,) = next(trace.customdata for trace in figure.data if trace.name == "Newcomers")
    assert "&lt;b&gt;bo" in text and "one day of orders" in text and "5/–/3" in text


@pytest.mark.parametrize("draw", [rfm.space, rfm.frequency_recency, rfm.monetary_frequency, rfm.recency_monetary])
def test_an_axis_with_zeros_is_not_logarithmic(draw: Callable[..., go.Figure]) -> None:
    zero = POINTS.assign(recency_hours=0.0, frequency_hours=0.0, monetary=0.0)
    for data, kind in ((POINTS, "log"), (zero, "linear")):
        layout = draw(data=data, style=STYLE).layout
        axis = layout.scene.xaxis if draw is rfm.space else layout.xaxis
        assert (axis.type or "linear") == kind


def test_a_stream_is_of_the_last_month_and_says_so() -> None:
    figure = migration.flow(data=MOVES, style=STYLE)
    stream = figure.data[0]
    assert sorted(stream.link.value) == [2.0, 3.0, 4.0]
    assert list(stream.node.label) == ["Loyal customers · 2", "Lost · 4", "New customers · 3", "Champions · 2", "Newcomers · 3", "Lost · 4"]
    assert figure.layout.meta["note"] == "Feb 2024, not over yet"
    assert "1 of them because the bounds moved" in next(text for text in stream.link.customdata if "Champions" in text)


def test_the_table_of_moves_leaves_out_who_stayed() -> None:
    rows = migration.moves(data=MOVES, style=STYLE).data
    assert rows[["from_segment", "to_segment", "customers"]].to_numpy().tolist() == [
        ["New customers", "Newcomers", 3],
        ["Loyal customers", "Champions", 2],
    ]


def test_hours_are_shown_as_days() -> None:
    row = {
        "segment": "loyal", "segment_order": 2, "customers": 1, "customer_share": 1.0, "orders": 3, "revenue": 90.0, "revenue_share": 1.0,
        "average_recency_hours": 36.0, "average_frequency_hours": np.nan, "average_monetary": 30.0,
    }  # fmt: skip
    shown = segments.summary(data=pd.DataFrame([row]), style=STYLE).data.iloc[0]
    assert shown["days_since"] == 1.5 and pd.isna(shown["days_between"])
    bounds = {"metric": "recency", "currency": None, "score": 5, "customers": 1, "low": 12.0, "high": 24.0, "bound_low": np.nan,
              "bound_high": 48.0, "fits": 12, "fitted_on": dt.date(2024, 2, 29)}  # fmt: skip
    money = bounds | {"metric": "monetary", "currency": "EUR"}
    table = segments.scores(data=pd.DataFrame([money, bounds]), style=STYLE).data
    assert table["high"].tolist() == [1.0, 24.0] and table["bound_high"].tolist() == [2.0, 48.0]


def test_a_treemap_shows_customers_share_and_revenue() -> None:
    rows = pd.DataFrame(
        [
            ("champions", 1, 3, 0.75, 9, 90.0, 0.9),
            ("lost", 8, 1, 0.25, 1, 10.0, 0.1),
            ("loyal", 2, 0, np.nan, 0, 0.0, np.nan),
        ],
        columns=["segment", "segment_order", "customers", "customer_share", "orders", "revenue", "revenue_share"],
    )
    trace = segments.treemap(data=rows, style=STYLE).data[0]
    assert list(trace.labels) == ["Champions", "Lost"] and list(trace.values) == [3.0, 1.0]
    assert trace.text[0].replace("\u202f", " ").startswith("3 · 75.0%<br>€90")
    assert "3 customers (75.0%)" in trace.customdata[0] and "90.0%" in trace.customdata[0]
