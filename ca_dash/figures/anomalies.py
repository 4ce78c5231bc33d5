"""Figures and tables of anomalies: flags over time and in sentences, series with what is usual, cohorts by score, causes, RFM change.

Input: rows of `anomalies/*`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ca_assets.wording.flags import GROUPS, VERDICTS, Writing, flag_sentence
from ca_dash.components.table import TableRows
from ca_dash.figures import base
from ca_dash.figures.base import Style
from ca_dash.figures.segment import HOURS, segment_name
from ca_dash.filters.url import Choice
from ca_dash.format import RESERVED, day, label, number, written
from ca_dash.theme import template

PACE = Choice("pace", "Look at", (("daily", "Days"), ("weekly", "Weeks")))
STEPS, RATIOS = "steps", "ratios"
FUNNEL = Choice("funnel", "Funnel shows", ((STEPS, "Steps"), (RATIOS, "Ratios between steps")))
ORDERS, REVENUE = "orders", "revenue"
MONEY = Choice("money", "Orders show", ((ORDERS, "Orders"), (REVENUE, "Revenue")))
LOOKS = {"data_missing": ("x", 3), "data_broken": ("diamond", 1), "business_changed": ("circle", 0)}
THRESHOLDS = {"funnel": 4.0, "orders": 3.5}
MOST_STEPS = 6
SHOWN_CAUSES = 12
SHOWN_COHORTS = 26
STRONGEST = 6.0  # z at which the colour is full


def grain_of(style: Style) -> str:
    """daily or weekly, as chosen."""
    return PACE.value_in(style.choices)


def of_pace(data: pd.DataFrame, style: Style) -> pd.DataFrame:
    """Rows of the chosen grain."""
    return data[data["grain"] == grain_of(style)]


def timeline(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Flags over time: a row per group, a mark per flag by its verdict; the hover says it in a sentence."""
    rows = of_pace(data, style)
    fig = base.figure(style, y="")
    for verdict, (symbol, place) in LOOKS.items():
        part = rows[rows["verdict"] == verdict].sort_values("period")
        fig.add_scatter(
            x=base.days(part["period"]),
            y=[GROUPS[group] for group in part["group"]],
            name=VERDICTS[verdict],
            mode="markers",
            marker={"symbol": symbol, "size": 12, "color": style.color(place), "line": {"width": 1, "color": style.surface}},
            customdata=[base.plain(sentence(row, style)) for row in part.to_dict("records")],
            hovertemplate="%{customdata}<extra></extra>",
        )
    fig.update_yaxes(categoryorder="array", categoryarray=[*reversed(GROUPS.values())], range=[-0.6, 2.6], rangemode="normal")
    base.time_axis(fig, style=style, data=rows, grain="weekly" if grain_of(style) == "weekly" else "daily")
    fig.update_xaxes(nticks=5)
    fig.update_layout(hovermode="closest", meta={"note": f"{len(rows)} flagged"})
    return fig


def sentences(*, data: pd.DataFrame, style: Style) -> TableRows:
    """Flags, newest first: when, the verdict, what happened in a sentence, and since when it is known."""
    rows = of_pace(data, style).sort_values(["period", "group"], ascending=[False, True])
    shown = pd.DataFrame(
        {
            "period": rows["period"].to_numpy(),
            "verdict": [VERDICTS[verdict] for verdict in rows["verdict"]],
            "what": [sentence(row, style) for row in rows.to_dict("records")],
            "score": rows["score"].round(1).to_numpy(),
            "first_flagged": rows["first_flagged"].to_numpy(),
        }
    )
    titles = {"period": "Day" if grain_of(style) == "daily" else "Week of", "what": "What happened", "score": "Score"}
    return TableRows(shown, titles=titles, wrapped=("what",))


def sentence(row: Mapping[str, Any], style: Style) -> str:
    """A flag in words, with its first cause where that is known."""
    return flag_sentence(row, Writing(style.locale, style.currency, style.day, style.also))


def funnel(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Each step (or ratio) over time with what is usual as a band; what is beyond it is marked."""
    is_ratio = FUNNEL.value_in(style.choices) == RATIOS
    rows = data[data["series"].str.contains("/", regex=False) == is_ratio]
    names = list(rows.sort_values("series_order")["series"].drop_duplicates())[:MOST_STEPS]
    fig = make_subplots(
        rows=max(len(names), 1), cols=1, shared_xaxes=True, vertical_spacing=0.06, subplot_titles=[_title(n) for n in names]
    )
    fig.update_layout(template=template(style.scheme), separators=style.locale.separators)
    for place, name in enumerate(names, start=1):
        one = go.Figure()
        _with_band(one, rows[rows["series"] == name].sort_values("period"), "rate" if is_ratio else "count", style)
        for trace in one.data:
            trace.showlegend = bool(trace.showlegend) and place == 1
            fig.add_trace(trace, row=place, col=1)
    base.time_axis(fig, style=style, data=rows)
    fig.update_annotations(font_size=12, x=0, xanchor="left")
    fig.update_yaxes(rangemode="tozero", nticks=4, tickformat=".0%" if is_ratio else None)
    fig.update_layout(hovermode="closest", margin={"t": 58})
    return fig


def _title(series: str) -> str:
    step, _, before = series.partition("/")
    return base.plain(f"{label(step)} per {label(before).lower()}" if before else label(step))


def orders(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Orders or revenue over time with what is usual as a band."""
    chosen = MONEY.value_in(style.choices)
    rows = data[data["series"] == chosen].sort_values("period")
    unit: Any = "money" if chosen == REVENUE else "count"
    fig = base.figure(style, y=label(chosen), unit=unit)
    _with_band(fig, rows, unit, style, label(chosen))
    base.time_axis(fig, style=style, data=rows)
    fig.update_layout(hovermode="closest")
    return fig


def _with_band(fig: go.Figure, rows: pd.DataFrame, unit: Any, style: Style, name: str = "Actual") -> None:
    threshold = THRESHOLDS["orders" if name != "Actual" else "funnel"]
    known = rows.dropna(subset=["expected_low", "expected_high"])
    x = base.days(known["period"])
    fig.add_scatter(
        x=x + x[::-1],
        y=base.numbers(known["expected_high"]) + base.numbers(known["expected_low"])[::-1],
        fill="toself",
        fillcolor=style.tint(style.accent, 0.14),
        mode="lines",
        line={"width": 0},
        hoverinfo="skip",
        name="What is usual",
        showlegend=True,
    )
    fig.add_scatter(
        x=base.days(rows["period"]),
        y=base.numbers(rows["expected"]),
        name="Expected",
        mode="lines",
        line={"color": style.muted, "width": 1.5, "dash": "4px,3px"},
        hoverinfo="skip",
        showlegend=True,
    )
    actual, expected = (base.texts(rows[column], unit, style) for column in ("actual", "expected"))
    when = [day(pd.Timestamp(period).date(), style.locale) for period in rows["period"]]
    open_ = ["" if complete else " · not over yet" for complete in rows["complete"]]
    hovers = [f"<b>{a}</b><br>{b}, expected {c}{d}<extra></extra>" for a, b, c, d in zip(when, actual, expected, open_, strict=True)]
    fig.add_scatter(
        x=base.days(rows["period"]),
        y=base.numbers(rows["actual"]),
        name=name,
        mode="lines",
        line={"color": style.accent, "width": 2},
        hovertemplate=hovers,
        showlegend=True,
    )
    is_odd = pd.to_numeric(rows["z"], errors="coerce").abs() > threshold
    odd = rows[is_odd]
    fig.add_scatter(
        x=base.days(odd["period"]),
        y=base.numbers(odd["actual"]),
        name="Beyond what is usual",
        mode="markers",
        marker={"color": style.color(3), "size": 9, "symbol": "circle-open", "line": {"width": 2}},
        hovertemplate=[text for text, flag in zip(hovers, is_odd, strict=True) if flag],
        showlegend=bool(len(odd)),
    )


def cohorts(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """First orders by cohort (row) and time since the download: the colour says how unusual, the number how many."""
    starts = sorted(data["cohort"].unique())[-SHOWN_COHORTS:]
    place = {start: row for row, start in enumerate(starts)}
    rows = data[data["cohort"].isin(starts)]
    columns = int(rows["offset"].max()) + 1
    z: list[list[float | None]] = [[None] * columns for _ in starts]
    text, hover = [[""] * columns for _ in starts], [[""] * columns for _ in starts]
    unit = "day" if style.grain == "daily" else "week"
    for row in rows.to_dict("records"):
        where, offset = place[row["cohort"]], int(row["offset"])
        z[where][offset] = None if pd.isna(row["z"]) else float(row["z"])
        text[where][offset] = number(row["actual"], 0, style.locale)
        usual = "" if pd.isna(row["expected"]) else f", expected {number(row['expected'], 1, style.locale)}"
        start = day(pd.Timestamp(row["cohort"]).date(), style.locale)
        so_far = "" if row["mature"] else "<br>not over yet: so far"
        hover[where][offset] = f"<b>{start}</b>, after {offset} {unit}{'' if offset == 1 else 's'}<br>{text[where][offset]}{usual}{so_far}"
    fig = base.figure(style, y="", x=f"{unit.capitalize()}s since the download")
    fig.add_heatmap(
        z=z,
        x=list(range(columns)),
        y=list(range(len(starts))),
        text=text,
        customdata=hover,
        texttemplate="%{text}",
        hovertemplate="%{customdata}<extra></extra>",
        colorscale=[[0, style.color(1)], [0.5, style.surface], [1, style.color(0)]],
        zmin=-STRONGEST,
        zmax=STRONGEST,
        xgap=2,
        ygap=2,
        hoverongaps=True,
        showscale=False,
        textfont={"size": 11, "color": style.ink},
    )
    labels = [written(pd.Timestamp(start), style.locale.day_month, style.locale) for start in starts]
    fig.update_yaxes(
        range=[len(starts) - 0.5, -0.5], tickvals=list(range(len(starts))), ticktext=labels, showgrid=False, rangemode="normal"
    )
    fig.update_xaxes(showgrid=False, dtick=1)
    fig.update_layout(hovermode="closest", meta={"note": "orange: fewer than expected, blue: more"})
    return fig


def causes(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Of the newest flag: what is more or less than expected in the values that depart most from their usual share."""
    rows = newest_flag(data, style).sort_values("rank").head(SHOWN_CAUSES)
    is_money = bool(((rows["actual"] % 1) != 0).any())
    fig = base.figure(style, y="", x="More or less than expected" + (f" ({style.currency})" if is_money and style.currency else ""))
    names = [_bar_name(dimension, value) for dimension, value in zip(rows["dimension"], rows["value"], strict=True)]
    unit: Any = "money" if is_money else "quantity"
    texts = zip(*(base.texts(rows[column], unit, style) for column in ("actual", "expected")), strict=True)
    fig.add_bar(
        orientation="h",
        y=[base.plain(name) for name in names],
        x=base.numbers(rows["contribution"]),
        marker={"color": [style.color(1) if value < 0 else style.accent for value in rows["contribution"]], "cornerradius": 3},
        customdata=[f"{actual} instead of {expected}" for actual, expected in texts],
        hovertemplate="<b>%{y}</b><br>%{customdata}<extra></extra>",
    )
    fig.update_yaxes(autorange="reversed", rangemode="normal", automargin=True, tickmode="linear", dtick=1)
    fig.update_layout(hovermode="closest", showlegend=False)
    if len(rows):
        first = rows.iloc[0]
        fig.update_layout(meta={"note": f"{GROUPS[first['group']]}, {day(pd.Timestamp(first['period']).date(), style.locale)}"})
    return fig


def newest_flag(data: pd.DataFrame, style: Style) -> pd.DataFrame:
    """The rows of the newest flag of the chosen grain; of two of the same day those of the orders."""
    rows = of_pace(data, style)
    rows = rows[rows["period"] == rows["period"].max()]
    return rows[rows["group"] == rows["group"].max()]


def _bar_name(dimension: str, value: str) -> str:
    names = {"~customer": "Customers", "~promotion": "Promotion"}
    words, is_ours = {**RESERVED, "new": "new", "returning": "returning"}, dimension[0] == "~"
    return f"{names.get(dimension, label(dimension))}: {words.get(value, value) if is_ours or value in RESERVED else value}"


def all_causes(*, data: pd.DataFrame, style: Style) -> TableRows:
    """Causes of all flags, newest first."""
    rows = of_pace(data, style).sort_values(["period", "group", "rank"], ascending=[False, True, True])
    shown = pd.DataFrame(
        {
            "period": rows["period"].to_numpy(),
            "group": [GROUPS[group] for group in rows["group"]],
            "where": [_bar_name(dimension, value) for dimension, value in zip(rows["dimension"], rows["value"], strict=True)],
            "actual": rows["actual"].round(2).to_numpy(),
            "expected": rows["expected"].round(2).to_numpy(),
            "contribution": rows["contribution"].round(2).to_numpy(),
            "rank": rows["rank"].to_numpy(),
        }
    )
    titles = {"period": "Day" if grain_of(style) == "daily" else "Week of", "group": "Of", "where": "Where", "contribution": "More or less"}
    return TableRows(shown, titles=titles, wide=("where",))


def rfm_change(*, data: pd.DataFrame, style: Style) -> TableRows:
    """How each segment will change by the end of the forecast; hours as days."""
    rows = data.sort_values("segment_order")
    shown = pd.DataFrame(
        {
            "segment": [segment_name(segment) for segment in rows["segment"]],
            "customers": rows["customers"].to_numpy(),
            "abnormal": rows["abnormal"].to_numpy(),
            "recency_days": (pd.to_numeric(rows["average_recency_change"]) / HOURS).round(1).to_numpy(),
            "frequency_days": (pd.to_numeric(rows["average_frequency_change"]) / HOURS).round(1).to_numpy(),
            "average_monetary_change": rows["average_monetary_change"].to_numpy(),
        }
    )
    titles = {
        "abnormal": "Change in an unusual way",
        "recency_days": "Days since the last order",
        "frequency_days": "Days between orders",
        "average_monetary_change": "Average amount",
    }
    return TableRows(shown, titles=titles, wide=("segment",))
