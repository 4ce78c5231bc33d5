"""Points of a figure that comments can be about, and the marks of those that are: a small sign at the point, with the first words."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from ca_assets.settings.comments import Thread
from ca_dash.figures.base import Style
from ca_dash.format import day
from ca_dash.locales import Locale
from ca_dash.marks.mark import places_of

FIRST_WORDS = 90
MOST = 1_500  # a list of more points is no help to choose from; the newest are at the end of a series


@dataclass(frozen=True)
class Point:
    """Where a point is in the figure; `y` is None where only its place on the x axis counts."""

    x: Any
    y: Any
    label: str


def points_of(figure: go.Figure, locale: Locale) -> dict[str, Point]:
    """The points of a figure by the text that comments are anchored at: periods, categories, cells (`column/row`)."""
    points: dict[str, Point] = {}
    for trace in figure.data:
        if trace.hoverinfo == "skip" or trace.type in ("scatter3d", "treemap"):
            continue
        if trace.type == "heatmap":
            points |= {f"{x}/{y}": Point(x, y, f"{_label(x, locale)}, {_label(y, locale)}") for y in trace.y for x in trace.x}
            continue
        places = places_of(trace)
        is_lying = "orientation" in trace and trace.orientation == "h"
        for place in places if places is not None else ():
            at = str(place)
            points.setdefault(at, Point(None, place, _label(place, locale)) if is_lying else Point(place, None, _label(place, locale)))
    return points


def add_signs(figure: go.Figure, threads: Sequence[Thread], style: Style) -> None:
    """Put a sign at each point that open threads are about. Points that the figure does not show have none."""
    open_threads = [thread for thread in threads if thread.at and thread.resolved_at is None]
    if not open_threads:
        return
    points = points_of(figure, style.locale)
    for at in dict.fromkeys(thread.at for thread in open_threads):
        point = points.get(at)
        if point is None:
            continue
        here = [thread for thread in open_threads if thread.at == at]
        vertical = {"y": point.y} if point.y is not None else {"y": 1, "yref": "paper", "yanchor": "top"}
        horizontal = {"x": point.x} if point.x is not None else {"x": 1, "xref": "paper", "xanchor": "right"}
        figure.add_annotation(
            **horizontal,
            **vertical,
            text=f"“{len(here)}”" if len(here) > 1 else "“ ”",
            hovertext="<br>".join(_first_words(thread) for thread in here),
            showarrow=False,
            captureevents=True,
            font={"size": 11, "color": "#ffffff"},
            bgcolor="#3b5bdb",
            borderpad=2,
            name="comment",
        )


def _first_words(thread: Thread) -> str:
    first = thread.comments[0]
    words = " ".join(first.text.split())
    shown = words if len(words) <= FIRST_WORDS else words[:FIRST_WORDS].rstrip() + "…"
    answers = f" ({len(thread.comments) - 1} more)" if len(thread.comments) > 1 else ""
    return html.escape(f"{first.author}: {shown}{answers}", quote=False)


def _label(place: Any, locale: Locale) -> str:
    """A point in words: dates as dates are written, the rest as it stands on the axis."""
    if isinstance(place, str) and not (len(place) >= 10 and place[4] == place[7] == "-" and place[:4].isdecimal()):
        return place
    try:
        moment = pd.Timestamp(place)
    except (ValueError, TypeError):
        return str(place)
    return str(place) if isinstance(place, (int, float)) or pd.isna(moment) else day(moment.date(), locale)
