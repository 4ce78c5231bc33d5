"""Points that comments are anchored at: found in any figure, marked where they are, and never run as code."""

from __future__ import annotations

import datetime as dt

import plotly.graph_objects as go

from ca_assets.settings.comments import Comment, Thread
from ca_dash.comments.points import add_signs, points_of
from ca_dash.figures.base import Style
from ca_dash.locales import locale_of

LOCALE = locale_of("en-GB")
STYLE = Style("light", "EUR", LOCALE, "daily")
NOW = dt.datetime(2026, 11, 2, tzinfo=dt.UTC)


def thread(at: str, *texts: str, is_resolved: bool = False) -> Thread:
    comments = [Comment(author="ann", text=text, written_at=NOW) for text in texts]
    return Thread(at=at, resolved_at=NOW if is_resolved else None, comments=comments)


def test_periods_categories_and_cells_are_points() -> None:
    days = ["2026-11-01", "2026-11-02"]
    assert {at: point.label for at, point in points_of(go.Figure(go.Scatter(x=days, y=[1, 2])), LOCALE).items()} == {
        "2026-11-01": "1 Nov 2026",
        "2026-11-02": "2 Nov 2026",
    }
    lying = points_of(go.Figure(go.Bar(x=[3, 4], y=["tea", "pot"], orientation="h")), LOCALE)
    assert [(point.x, point.y) for point in lying.values()] == [(None, "tea"), (None, "pot")]
    cells = points_of(go.Figure(go.Heatmap(x=[0, 1], y=["Mon", "Tue"], z=[[1, 2], [3, 4]])), LOCALE)
    assert set(cells) == {"0/Mon", "1/Mon", "0/Tue", "1/Tue"} and cells["1/Tue"].label == "1, Tue"


def test_a_sign_stands_at_each_point_with_open_threads() -> None:
    figure = go.Figure(go.Scatter(x=["2026-11-01", "2026-11-02"], y=[1, 2]))
    threads = [
        thread("2026-11-02", "Why?", "Down."),
        thread("2026-11-02", "Also <b>here</b><script>"),
        thread("2026-11-01", "Settled", is_resolved=True),
        thread("2025-01-01", "Not in the picture"),
        thread("", "About all of it"),
    ]
    add_signs(figure, threads, STYLE)
    (sign,) = figure.layout.annotations
    assert (sign.x, sign.yref, sign.text) == ("2026-11-02", "paper", "“2”")
    assert sign.hovertext == "ann: Why? (1 more)<br>ann: Also &lt;b&gt;here&lt;/b&gt;&lt;script&gt;"


def test_a_sign_stays_at_its_point_when_the_rows_change() -> None:
    for days in (["2026-11-02"], ["2026-10-31", "2026-11-01", "2026-11-02", "2026-11-03"]):
        figure = go.Figure(go.Scatter(x=days, y=list(range(len(days)))))
        add_signs(figure, [thread("2026-11-02", "Here")], STYLE)
        assert [sign.x for sign in figure.layout.annotations] == ["2026-11-02"]
