"""Every list has as many rows as the mark that opens it says: all panels with lists, several marks each, several filters."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from ca_assets.on_demand.list_files import open_list
from ca_assets.on_demand.pool import RangePool
from ca_assets.settings.process import ProcessSettings
from ca_assets_tests.dash.applications import SITE
from ca_assets_tests.on_demand.test_pool import index_of, load_shop
from ca_dash.app.views import Views, marks_of
from ca_dash.components.states import Missing
from ca_dash.filters.url import parse
from ca_dash.lists import url
from ca_dash.marks.mark import Mark, mark_href
from ca_dash.reports import Reader

PANELS = sorted(panel.id for panel in SITE.panels.values() if panel.behind)
FILTERS = {
    "whole shop": "",
    "a value": "?scope=country%3DDE&window=all",
    "split": "?split=country&window=all&grain=weekly",
    "some days": "?from=2024-10-22&to=2024-10-29",
    "a value in some weeks": "?scope=country%3D__none__&from=2024-10-20&to=2024-11-05&grain=weekly",
    "months of another currency": "?scope=currency%3DGBP&grain=monthly&window=all&measure=units&value=customers&event=1_2&cohort=daily",
}
WITHOUT_COUNTS = {  # their charts show amounts
    *("overall-revenue", "purchases-revenue", "purchases-parts", "purchases-revenue-hours", "promotions-revenue", "promotions-discount")
}
TESTED = 5  # marks of a panel and filter


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Views]:
    home: Path = tmp_path_factory.mktemp("marks")
    load_shop(home)
    settings = ProcessSettings(home=home)
    pool = RangePool(settings)
    yield Views(Reader(index_of(settings), pool), SITE)
    pool.close()


def marks_in(views: Views, panel_id: str, search: str) -> list[Mark]:
    """The panel's marks; none where it refuses to show anything."""
    panel = SITE.panels[panel_id]
    try:
        rows = views.rows(panel, search)
    except Missing:
        return []
    return marks_of(panel, rows, views._style(panel, rows, "light"))


def sample(marks: list[Mark]) -> list[Mark]:
    """The largest, and some spread over the others."""
    counted = [mark for mark in marks if mark.count is not None]
    largest = sorted(counted, key=lambda mark: mark.count or 0)[-1:]
    return [*largest, *counted[:: max(1, len(counted) // TESTED)]]


@pytest.mark.parametrize("panel_id", PANELS)
def test_a_list_has_as_many_rows_as_its_mark_says(views: Views, panel_id: str) -> None:
    shop = views.shop()
    assert shop is not None
    wrong, tested = [], 0
    for search in FILTERS.values():
        filters = parse(search, shop, SITE.choices)
        for mark in sample(marks_in(views, panel_id, search)):
            path, _, query = mark_href(mark, filters).partition("?")
            kind = url.kind_at(path)
            assert kind is not None
            state = url.parse(kind, query, shop)
            with open_list(views.reader.list_file(state.question).path) as reader:
                tested += mark.count > 0
                if reader.rows != mark.count:
                    wrong.append((search, mark.label, mark.count, reader.rows, query))
    assert not wrong
    assert tested or panel_id in WITHOUT_COUNTS


@pytest.mark.parametrize("panel_id", [panel_id for panel_id in PANELS if SITE.panels[panel_id].figure])
def test_every_point_of_a_figure_opens_the_list_of_its_mark(views: Views, panel_id: str) -> None:
    """All links are of marks, and each series that has marks has links."""
    shop, panel = views.shop(), SITE.panels[panel_id]
    assert shop is not None and panel.behind
    search = "?scope=currency%3DGBP&window=all"
    links = {mark_href(mark, parse(search, shop, SITE.choices)): mark for mark in marks_in(views, panel_id, search) if mark.count != 0}
    figure = views.panel(panel, search, "light").content
    drawn = {link for trace in figure.data if trace.ids is not None for link in np.ravel(trace.ids).tolist()} - {""}
    assert drawn <= set(links)
    assert {links[link].series for link in drawn} == {mark.series for mark in links.values() if mark.at}
