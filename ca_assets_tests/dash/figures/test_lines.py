"""Lines of one chart differ without their colours: each has strokes of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from ca_assets_tests.dash.applications import SITE, make_app, publish, views_of
from ca_dash.app.views import Views
from ca_dash.figures.base import DASHES, MAX_SERIES


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Views:
    folder: Path = tmp_path_factory.mktemp("lines")
    index = make_app(folder)[1]
    publish(index, {"all": 1.0})
    return views_of(index)


def test_there_are_strokes_for_every_line() -> None:
    assert len(set(DASHES)) == len(DASHES) >= MAX_SERIES and "dot" not in DASHES


def test_each_line_of_a_chart_has_strokes_of_its_own(views: Views) -> None:
    several = 0
    for panel in (panel for panel in SITE.panels.values() if panel.figure):
        figure = views.panel(panel, "?window=all&measure=orders", "light").content
        lines = [trace for trace in figure.data if trace.type == "scatter" and "lines" in (trace.mode or "") and trace.line.width != 0]
        strokes = {trace.legendgroup or trace.name: trace.line.dash or "solid" for trace in reversed(lines) if trace.line.dash != "dot"}
        assert len(set(strokes.values())) == len(strokes), (panel.id, strokes)
        several += len(strokes) > 1
    assert several >= 5
