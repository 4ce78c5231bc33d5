"""Figures of buyers by recency, frequency and monetary. Input: `rfm/points`, of which buyers without a value are left out and counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from ca_assets.analyses.core.segments.columns import METRIC_NAMES
from ca_assets.contracts.units import Unit
from ca_dash.figures import base
from ca_dash.figures.base import Style
from ca_dash.figures.segment import HOURS, SEGMENTS, color, segment_name
from ca_dash.format import money, number

SCORES = ("recency_score", "frequency_score", "monetary_score")


@dataclass(frozen=True)
class Metric:
    """A value of buyers as an axis: its column, name and unit (hours are shown as days)."""

    column: str
    title: str
    unit: Unit

    def values(self, data: pd.DataFrame) -> pd.Series:
        """Days or money."""
        values = pd.to_numeric(data[self.column])
        return values / HOURS if self.unit == "days" else values

    def axis(self, style: Style) -> str:
        """The axis title."""
        return f"{self.title} ({style.currency})" if self.unit == "money" and style.currency else self.title


RECENCY = Metric("recency_hours", METRIC_NAMES["recency"].capitalize(), "days")
FREQUENCY = Metric("frequency_hours", METRIC_NAMES["frequency"].capitalize(), "days")
MONETARY = Metric("monetary", METRIC_NAMES["monetary"].capitalize(), "money")


def space(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Buyers with two days of orders in the space of recency, frequency and monetary, by segment."""
    metrics = (RECENCY, FREQUENCY, MONETARY)
    rows = _placed(data, metrics)
    fig = base.figure(style, y="")
    axes: dict[str, Any] = {}
    for letter, metric in zip("xyz", metrics, strict=True):
        is_log = bool((metric.values(rows) > 0).all())
        steps = {"type": "log", "dtick": 1} if is_log else {"type": "linear", "nticks": 5}
        look = {"title": {"text": metric.axis(style), "font": {"size": 11}}, "color": style.muted, "backgroundcolor": "rgba(0,0,0,0)"}
        axes[f"{letter}axis"] = {**look, **steps, "gridcolor": style.tint(style.muted, 0.35)}
    for segment, part in _by_segment(rows):
        x, y, z = (metric.values(part) for metric in metrics)
        look = SEGMENTS[segment]
        fig.add_scatter3d(
            x=base.numbers(x),
            y=base.numbers(y),
            z=base.numbers(z),
            name=f"{look.name} ({number(len(part), 0, style.locale)})",
            mode="markers",
            marker={"size": 3.5, "color": color(segment, style), "symbol": look.symbol, "opacity": 0.85},
            customdata=_hovers(part, style),
            hovertemplate="%{customdata}<extra></extra>",
        )
    fig.update_layout(
        scene={**axes, "camera": {"eye": {"x": 1.5, "y": 1.5, "z": 0.75}, "center": {"x": 0, "y": 0, "z": -0.18}}},
        margin={"t": 10},
        hovermode="closest",
    )
    fig.update_layout(meta={"note": _left_out(data, rows, style)})
    return fig


def frequency_recency(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Buyers by days since the last order and days between orders."""
    return _plane(data, RECENCY, FREQUENCY, style)


def monetary_frequency(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Buyers by days between orders and average amount."""
    return _plane(data, FREQUENCY, MONETARY, style)


def recency_monetary(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Buyers by days since the last order and average amount."""
    return _plane(data, RECENCY, MONETARY, style)


def _plane(data: pd.DataFrame, x: Metric, y: Metric, style: Style) -> go.Figure:
    rows = _placed(data, (x, y))
    fig = base.figure(style, y=y.title, unit=y.unit, x=x.axis(style))
    for segment, part in _by_segment(rows):
        look = SEGMENTS[segment]
        fig.add_scatter(
            x=base.numbers(x.values(part)),
            y=base.numbers(y.values(part)),
            name=look.name,
            mode="markers",
            marker={"size": 6, "color": color(segment, style), "symbol": look.symbol, "opacity": 0.7},
            customdata=_hovers(part, style),
            hovertemplate="%{customdata}<extra></extra>",
        )
    for update, metric in ((fig.update_xaxes, x), (fig.update_yaxes, y)):
        if bool((metric.values(rows) > 0).all()):
            update(type="log", dtick=1)
    fig.update_layout(hovermode="closest", meta={"note": _left_out(data, rows, style)}, showlegend=len(rows) > 0)
    return fig


def _placed(data: pd.DataFrame, metrics: tuple[Metric, ...]) -> pd.DataFrame:
    """The buyers that have all these values."""
    return data.dropna(subset=[metric.column for metric in metrics])


def _by_segment(rows: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    return [(segment, part) for segment in SEGMENTS if len(part := rows[rows["segment"] == segment])]


def _left_out(data: pd.DataFrame, rows: pd.DataFrame, style: Style) -> str:
    """How many buyers are not drawn, and why."""
    buyers = int((style.meta.get("customers") or {}).get(style.scope, len(data)))
    notes = [f"{number(len(rows), 0, style.locale)} of {number(buyers, 0, style.locale)} buyers"]
    if buyers > len(data):
        notes.append(f"{number(len(data), 0, style.locale)} drawn by chance")
    if len(rows) < len(data):
        notes.append(f"{number(len(data) - len(rows), 0, style.locale)} with one day of orders left out")
    return ", ".join(notes)


def _hovers(rows: pd.DataFrame, style: Style) -> list[str]:
    def days(hours: float) -> str:
        return f"{number(hours / HOURS, 1, style.locale)} days"

    texts = []
    for row in rows.to_dict("records"):
        between = "one day of orders" if pd.isna(row["frequency_hours"]) else f"{days(row['frequency_hours'])} between orders"
        currency = row["currency"] if isinstance(row["currency"], str) else style.currency
        scores = "/".join("–" if pd.isna(row[name]) else str(int(row[name])) for name in SCORES)
        texts.append(
            f"<b>{base.plain(str(row['client']))}</b> · {segment_name(row['segment'])}<br>last order {days(row['recency_hours'])} ago<br>"
            f"{between}<br>{money(row['monetary'], currency, style.locale)} per order<br>scores R/F/M {scores}"
        )
    return texts
