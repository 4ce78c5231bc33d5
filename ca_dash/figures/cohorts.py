"""Figures of cohorts: the heat map of what became of them, their sizes, and the curves of the next order.

Input: rows of `cohorts/{daily,weekly}_*`, `cohorts/revenue_weekly`, `cohorts/next_order_survival`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from ca_assets.analyses.cohorts.specs import FROM_ORDERS, transition
from ca_assets.contracts.units import Grain, Unit
from ca_dash.figures import base
from ca_dash.figures.base import Style
from ca_dash.filters.url import Choice
from ca_dash.format import decimals, money_signs, number, ordinal, short, written
from ca_dash.theme import sequential, text_on

SHOWN = 26
STRIPES = 4
DIGITS = 5  # of a share in a chart: finer than a pixel, and half of what the browser would have to load
OFFSETS: Mapping[Grain, tuple[str, str]] = {"daily": ("offset_days", "Days"), "weekly": ("offset_weeks", "Weeks")}


def transition_name(from_order: int) -> str:
    """From one order to the next: 0 → Download → 1st order; 1 → 1st → 2nd order."""
    return f"{ordinal(from_order) if from_order else 'Download'} → {ordinal(from_order + 1)} order"


SHARE, CUSTOMERS, REVENUE = "share", "customers", "revenue"
VALUE = Choice("value", "Show", ((SHARE, "Share"), (CUSTOMERS, "Customers"), (REVENUE, "Revenue per customer")))
COHORT = Choice("cohort", "Cohorts by", (("weekly", "Week"), ("daily", "Day")), idle_with=(VALUE.name, REVENUE))
FROM_ORDER = {transition(order): order for order in FROM_ORDERS}
TRANSITIONS = tuple((name, transition_name(order)) for name, order in FROM_ORDER.items())
EVENT = Choice("event", "From and to", TRANSITIONS, is_list=True, idle_with=(VALUE.name, REVENUE))


@dataclass(frozen=True)
class Cells:
    """What the cells of a heat map hold: the column, its unit and title, and how a hover writes it."""

    column: str
    unit: Unit
    title: str
    hover: str


def heatmap(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """The chosen value of each cohort (row) by time since its first event (column); not yet finished cells are hatched."""
    value, order = VALUE.value_in(style.choices), FROM_ORDER[EVENT.value_in(style.choices)]
    return _heatmap(data, style, value, f"{ordinal(order)} order" if order and value != REVENUE else "download")


def share_heatmap(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Shares, whatever is chosen: for a dashboard."""
    return _heatmap(data, style, SHARE, "download")


def sizes(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Customers of each cohort, and those left out because they ordered before their download."""
    rows = data.drop_duplicates("cohort").sort_values("cohort").rename(columns={"cohort": "period"})
    fig = base.figure(style, y="Customers")
    base.add_bars(fig, data=rows, y="size", name="In the cohort", color=style.accent, unit="count", style=style)
    if rows["excluded"].any():
        name = "Left out: ordered before the download"
        base.add_bars(fig, data=rows, y="excluded", name=name, color=style.color(1), unit="count", style=style)
    fig.update_layout(barmode="stack", legend={"traceorder": "normal"})
    base.time_axis(fig, style=style, data=rows)
    return fig


def survival(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Share of customers who placed the next order within so many days, with its 95% band."""
    fig = base.figure(style, y="Share with the next order", unit="rate", x="Days since the download or the order before")
    for position, (order, rows) in enumerate(data.sort_values("day").groupby("from_order")):
        customers = number(rows["customers"].max(), 0, style.locale)
        name, color = f"{transition_name(int(str(order)))} ({customers})", style.color(position)
        _band(fig, rows.dropna(subset=["share_low", "share_high"]), name, style.tint(color, 0.16))
        fig.add_scatter(
            x=[int(day) for day in rows["day"]],
            y=base.numbers(rows["share"].round(DIGITS)),
            name=name,
            legendgroup=name,
            mode="lines",
            line={"color": color, "width": 2, "shape": "hv", "dash": base.DASHES[position % len(base.DASHES)]},
            customdata=rows[["at_risk", "share_low", "share_high"]].astype(float).round(DIGITS).to_numpy(),
            hovertemplate="%{y:.1%} (%{customdata[1]:.1%} – %{customdata[2]:.1%}), %{customdata[0]:,.0f} still waiting",
        )
    fig.update_xaxes(hoverformat=",.0f", rangemode="tozero", nticks=10)
    fig.update_layout(hovermode="x unified")
    return fig


def _heatmap(data: pd.DataFrame, style: Style, value: str, since: str) -> go.Figure:
    offset, unit = OFFSETS[style.grain]
    cohorts = sorted(data["cohort"].unique())
    shown = cohorts[-SHOWN:]
    rows = data[data["cohort"].isin(shown)]
    rows = rows.assign(row=rows["cohort"].map({cohort: place for place, cohort in enumerate(shown)}))
    cells = _cells(value, style)
    fig = base.figure(style, y="", x=f"{unit} since the {since}")
    grid = _grid(rows, offset, cells, style)
    fig.add_heatmap(**grid, **_look(rows, cells, style))
    _hatch(fig, rows[~rows["mature"].astype(bool)], offset, style)
    _write(fig, grid, style)
    _axes(fig, rows, offset, style)
    if len(cohorts) > len(shown):
        fig.update_layout(meta={"note": f"newest {len(shown)} of {number(len(cohorts), 0, style.locale)} cohorts of the range"})
    return fig


def _cells(value: str, style: Style) -> Cells:
    if value == REVENUE:
        before, after = money_signs(style.currency, style.locale)
        hover = f"{before}%{{z:,.{decimals(style.currency)}f}}{after}"
        return Cells("net_revenue_per_customer", "money", "Net revenue per customer so far", hover)
    if value == CUSTOMERS:
        return Cells("customers", "count", "Customers", "%{z:,.0f}")
    return Cells("share", "share", "Share of the cohort (%)", "%{z:.2%}")


def _grid(rows: pd.DataFrame, offset: str, cells: Cells, style: Style) -> dict[str, Any]:
    """Values, texts and hover data by row and column; what has not begun is empty."""
    columns = int(rows[offset].max()) + 1
    height = int(rows["row"].max()) + 1
    z: list[list[float | None]] = [[None] * columns for _ in range(height)]
    texts, extra = [[""] * columns for _ in range(height)], [[[0, 0, 0, "", ""]] * columns for _ in range(height)]
    days = [written(pd.Timestamp(cohort), style.locale.day, style.locale) for cohort in sorted(rows["cohort"].unique())]
    counts = rows["customers"] if "customers" in rows else rows["size"]
    records = zip(
        rows["row"], rows[offset], base.numbers(rows[cells.column]), counts, rows["size"], rows["excluded"], rows["mature"], strict=True
    )
    for row, column, value, count, size, excluded, is_mature in records:
        z[row][column] = value
        texts[row][column] = _text(value, cells.unit, style)
        extra[row][column] = [int(count), int(size), int(excluded), "" if is_mature else "<br>not over yet: so far", days[row]]
    return {"z": z, "text": texts, "customdata": extra, "x": list(range(columns)), "y": list(range(height))}


def _look(rows: pd.DataFrame, cells: Cells, style: Style) -> dict[str, Any]:
    values = rows[cells.column].astype(float)
    top = float(values.quantile(0.97)) or float(values.max()) or 1.0  # one full column must not make all others pale
    bar = {
        "orientation": "h",
        "thickness": 7,
        "len": 0.5,
        "x": 0.97,
        "xanchor": "right",
        "yref": "container",
        "y": 0.995,
        "yanchor": "top",
        "outlinewidth": 0,
        "tickvals": [0, top],
        "ticktext": ["0", f"≥ {_text(top, cells.unit, style)}{'%' if cells.unit == 'share' else ''}"],
        "tickangle": 0,
        "ticks": "",
        "tickfont": {"size": 10},
        "title": {"text": cells.title, "side": "top", "font": {"size": 11}},
    }
    counted = "" if cells.unit == "money" else "%{customdata[0]:,.0f} of %{customdata[1]:,.0f} customers<br>"
    return {
        "colorscale": [list(step) for step in sequential(style.scheme)],
        "zmin": 0,
        "zmax": top,
        "xgap": 2,
        "ygap": 2,
        "colorbar": bar,
        "hovertemplate": f"<b>%{{customdata[4]}}</b>, after %{{x}}<br>{cells.hover}<br>{counted}"
        "cohort of %{customdata[1]:,.0f}, left out %{customdata[2]:,.0f}%{customdata[3]}<extra></extra>",
    }


def _text(value: float | None, unit: Unit, style: Style) -> str:
    """A cell's value, short enough to stand in it."""
    if value is None:
        return ""
    if unit == "share":
        return number(value * 100, 1 if value < 0.995 else 0, style.locale) if value else "0"
    if unit == "count" or value >= 100:
        return number(value, 0, style.locale) if value < 1e5 else short(value, style.locale)
    return number(value, decimals(style.currency), style.locale)


def _hatch(fig: go.Figure, rows: pd.DataFrame, offset: str, style: Style) -> None:
    """Stripes over the cells whose day or week is not over."""
    x: list[float | None] = []
    y: list[float | None] = []
    for column, row in zip(rows[offset], rows["row"], strict=True):
        for stripe in range(1, 2 * STRIPES):
            start, end = _stripe(stripe / STRIPES)
            x += [column - 0.5 + start[0], column - 0.5 + end[0], None]
            y += [row + 0.5 - start[1], row + 0.5 - end[1], None]
    if x:
        line = {"color": style.tint(style.ink, 0.38), "width": 1}
        fig.add_scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip", name="Not over yet", showlegend=False)


def _write(fig: go.Figure, grid: dict[str, Any], style: Style) -> None:
    """The cells' values over colours and stripes, in black or white: a heat map's own texts are grey on the middle colours."""
    scale, top = sequential(style.scheme), fig.data[0].zmax
    cells = [(x, y, text, grid["z"][y][x]) for y, row in enumerate(grid["text"]) for x, text in enumerate(row) if text]
    inks = [text_on(scale[round(min(value / top, 1) * (len(scale) - 1))][1]) for *_, value in cells]
    fig.add_scatter(
        x=[cell[0] for cell in cells],
        y=[cell[1] for cell in cells],
        text=[cell[2] for cell in cells],
        mode="text",
        textfont={"size": 12, "color": inks},
        hoverinfo="skip",
        showlegend=False,
        name="Values",
    )


def _stripe(shift: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """Ends of the diagonal x + y = shift inside the unit square."""
    return ((max(0.0, shift - 1), min(1.0, shift)), (min(1.0, shift), max(0.0, shift - 1)))


def _axes(fig: go.Figure, rows: pd.DataFrame, offset: str, style: Style) -> None:
    heads = rows.drop_duplicates("cohort").sort_values("row")
    days = [written(pd.Timestamp(cohort), style.locale.day_month, style.locale) for cohort in heads["cohort"]]
    sizes_ = [number(size, 0, style.locale) for size in heads["size"]]
    labels = [f"{day} · <b>{size}</b>  " for day, size in zip(days, sizes_, strict=True)]
    fig.update_yaxes(
        range=[len(labels) - 0.5, -0.5], tickvals=list(range(len(labels))), ticktext=labels, showgrid=False, rangemode="normal", nticks=None
    )
    last = int(rows[offset].max())
    fig.update_xaxes(
        range=[-0.5, last + 0.5], dtick=1 if last <= 9 else 2 if last <= 26 else 5, tick0=0, nticks=None, showline=False, ticks=""
    )
    fig.update_layout(hovermode="closest", showlegend=False, margin={"t": 52})


def _band(fig: go.Figure, rows: pd.DataFrame, name: str, fill: str) -> None:
    if rows.empty:
        return
    x: Sequence[int] = [int(day) for day in rows["day"]]
    fig.add_scatter(
        x=[*x, *reversed(x)],
        y=base.numbers(rows["share_high"].round(DIGITS)) + base.numbers(rows["share_low"].round(DIGITS))[::-1],
        fill="toself",
        fillcolor=fill,
        mode="lines",
        line={"width": 0, "shape": "linear"},
        hoverinfo="skip",
        showlegend=False,
        legendgroup=name,
    )
