"""From a panel to the rows behind its marks, on a loaded shop: as a reader who follows the links."""

from __future__ import annotations

import pyarrow as pa

from ca_assets.on_demand.list_files import open_list
from ca_assets_tests.dash.applications import SITE
from ca_dash.app.views import Views, marks_of
from ca_dash.components.states import Missing
from ca_dash.filters.url import parse
from ca_dash.lists import url
from ca_dash.marks.mark import Mark, mark_href

PANELS = sorted(panel.id for panel in SITE.panels.values() if panel.behind)
TESTED = 5  # marks of a panel and filter


def marks_in(views: Views, panel_id: str, search: str) -> list[Mark]:
    """The panel's marks; none where it refuses to show anything."""
    panel = SITE.panels[panel_id]
    try:
        rows = views.rows(panel, search)
    except Missing:
        return []
    return marks_of(panel, rows, views.style(panel, rows, "light"))


def sample(marks: list[Mark]) -> list[Mark]:
    """The largest, and some spread over the others."""
    counted = [mark for mark in marks if mark.count is not None]
    largest = sorted(counted, key=lambda mark: mark.count or 0)[-1:]
    return [*largest, *counted[:: max(1, len(counted) // TESTED)]]


def rows_behind(views: Views, mark: Mark, search: str) -> pa.Table:
    """The whole list that a mark opens, by its URL."""
    shop = views.shop()
    assert shop is not None
    path, _, query = mark_href(mark, parse(search, shop, SITE.choices)).partition("?")
    kind = url.kind_at(path)
    assert kind is not None
    with open_list(views.reader.list_file(url.parse(kind, query, shop).question).path) as reader:
        return pa.Table.from_batches(list(reader.batches()), reader.schema)


def miscounted(views: Views, panel_id: str, search: str) -> tuple[list[tuple[str, str, int | None, int]], int]:
    """Marks whose list has another number of rows than they say, with both; and how many were followed that stand for somebody."""
    wrong, followed = [], 0
    for mark in sample(marks_in(views, panel_id, search)):
        rows = rows_behind(views, mark, search).num_rows
        followed += rows > 0
        if rows != mark.count:
            wrong.append((search, mark.label, mark.count, rows))
    return wrong, followed
