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
    bars = funnels.session_steps(data=sessions, style=STYLE).data[0]
    lines = {trace.name: trace.line.color for trace in funnels.session_volumes(data=sessions, style=STYLE).data}
    rates = {trace.name: trace.line.color for trace in funnels.session_rates(data=sessions, style=STYLE).data if trace.name}
    assert dict(zip(bars.y, bars.marker.color, strict=True)) == lines
    assert rates == {name: color for name, color in lines.items() if name != "Sessions"}
    people = frame("funnels/customers_conversion")
    total = conversion.total(data=people, style=STYLE).data[0]
    monthly = {trace.name: trace.line.color for trace in conversion.monthly_rates(data=people, style=STYLE).data if trace.name}
    assert monthly.items() <= dict(zip(total.y, total.marker.color, strict=True)).items()


def test_hovers_of_the_conversion_have_the_interval() -> None:
    hovers = conversion.total(data=frame("funnels/customers_conversion"), style=STYLE).data[0].hovertemplate
    assert "31.0% of mature customers<br>95% interval 29.0% – 33.0%<extra></extra>" in hovers[2]
