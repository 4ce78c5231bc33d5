"""Figures of funnels and of the conversion."""

from __future__ import annotations

import pandas as pd

from ca_assets_tests.dash.figures.rows import STYLE, frame
from ca_dash.figures import conversion, funnels


def test_step_names_cannot_bring_tags() -> None:
    data = pd.DataFrame({"step_order": [0, 1], "step": ["sessions", "<b onload=x>&"], "sessions": [10, 5]})
    fig = funnels.session_steps(data=data, style=STYLE)
    assert list(fig.data[0].y) == ["Sessions", "&lt;b onload=x&gt;&amp;"]
    assert "50.0" in fig.data[0].text[1]


def test_a_step_has_one_colour_on_its_page() -> None:
    sessions = frame("funnels/sessions_daily")
    lines = {trace.name: trace.line.color for trace in funnels.session_volumes(data=sessions, style=STYLE).data}
    rates = {trace.name: trace.line.color for trace in funnels.session_rates(data=sessions, style=STYLE).data if trace.name}
    assert rates == {name: color for name, color in lines.items() if name != "Sessions"}
    hours = {trace.name: trace.marker.color for trace in funnels.session_hours(data=frame("funnels/sessions_hourly"), style=STYLE).data}
    assert hours == lines


def test_a_funnel_has_one_colour_and_says_what_each_step_lost() -> None:
    data = pd.DataFrame({"step_order": [0, 1, 2], "step": ["sessions", "has_basket", "purchased"], "sessions": [1000, 400, 400]})
    fig = funnels.session_steps(data=data, style=STYLE)
    assert fig.data[0].marker.color == STYLE.accent
    assert [(note.y, note.text) for note in fig.layout.annotations] == [(0.5, "−60%, 600 lost here")]


def test_hovers_of_rates_say_of_what() -> None:
    days = {"period": pd.to_datetime(["2024-01-01", "2024-01-02"]), "complete": True, "step_order": 1, "step": "has_basket"}
    counts = {"sessions": [1811, 0], "total_sessions": [2304, 0]}
    rates = {"rate": [1811 / 2304, None], "rate_low": [0.768, None], "rate_high": [0.802, None]}
    steps = [pd.DataFrame({**days, "step_order": 0, "step": "sessions", **counts, **rates}), pd.DataFrame({**days, **counts, **rates})]
    fig = funnels.session_rates(data=pd.concat(steps, ignore_index=True), style=STYLE)
    (line,) = [trace for trace in fig.data if trace.hovertemplate]
    assert list(line.hovertemplate) == ["78.60%: 1,811 of 2,304, 95% interval 76.8–80.2%", "–: 0 of 0, 95% interval –"]
    assert fig.layout.yaxis.maxallowed == 1


def test_hovers_of_the_conversion_have_the_interval() -> None:
    hovers = conversion.total(data=frame("funnels/customers_conversion"), style=STYLE).data[0].hovertemplate
    assert "31.0% of customers with 30 full days<br>95% interval 29.0% – 33.0%<extra></extra>" in hovers[2]
