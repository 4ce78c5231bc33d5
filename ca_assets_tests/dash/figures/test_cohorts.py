"""Figures of cohorts: heat map, sizes, survival."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ca_assets_tests.dash.figures.rows import frame, style_for
from ca_dash.figures import cohorts
from ca_dash.theme import Scheme, sequential, text_on

WEEKLY = style_for("cohorts/weekly_0_1")


def test_heat_map_shows_the_newest_cohorts_and_says_so() -> None:
    data = frame("cohorts/daily_0_1")
    fig = cohorts.heatmap(data=data, style=style_for("cohorts/daily_0_1", value="customers"))
    heat = fig.data[0]
    assert len(heat.z) == cohorts.SHOWN
    assert fig.layout.meta["note"] == f"newest 26 of {data['cohort'].nunique()} cohorts of the range"
    last = data[data["cohort"] == data["cohort"].max()].iloc[0]
    assert heat.z[-1][0] == last["customers"] and heat.z[-1][1] is None
    assert list(heat.customdata[-1][0][1:3]) == [last["size"], last["excluded"]]
    assert fig.layout.yaxis.ticktext[-1].startswith(f"13 Mar · <b>{last['size']}</b>")


def test_cells_that_are_not_over_are_striped() -> None:
    data = frame("cohorts/weekly_0_1").tail(40)
    fig = cohorts.heatmap(data=data, style=WEEKLY)
    stripes = fig.data[1]
    assert stripes.name == "Not over yet"
    immature = (~data["mature"]).sum()
    assert immature and len(stripes.x) == 3 * 7 * immature
    done = cohorts.heatmap(data=data[data["mature"]], style=WEEKLY)
    assert "Not over yet" not in {trace.name for trace in done.data}


def test_survival_has_a_band_and_a_curve_for_each_order() -> None:
    fig = cohorts.survival(data=frame("cohorts/next_order_survival"), style=WEEKLY)
    curves = [trace.name for trace in fig.data if trace.name]
    assert curves == ["Download → 1st order (5,000)", "1st → 2nd order (2,500)", "2nd → 3rd order (1,666)", "3rd → 4th order (1,250)"]
    assert len(fig.data) == 8


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_in_cells_stand_out_from_every_colour(scheme: Scheme) -> None:
    """Contrast of WCAG 2 for small text, computed here from its definition."""
    for _, color in sequential(scheme):
        assert contrast(color, text_on(color)) >= 4.5
    fig = cohorts.heatmap(data=frame("cohorts/weekly_0_1"), style=replace(WEEKLY, scheme=scheme))
    values = next(trace for trace in fig.data if trace.name == "Values")
    assert len(values.text) == len(values.textfont.color) and set(values.textfont.color) == {"#000000", "#ffffff"}


def contrast(one: str, other: str) -> float:
    """(lighter + 0.05) / (darker + 0.05) of the relative luminances."""
    parts = [[int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)] for color in (one, other)]
    lights = [[part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color] for color in parts]
    dark, light = sorted(0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue in lights)
    return (light + 0.05) / (dark + 0.05)
