"""The window of a panel's marks: in words and with a link each, for whoever cannot click on a picture."""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc, html

from ca_assets.analyses.core.members import member_sets
from ca_dash.components.states import state_message
from ca_dash.filters.url import Filters
from ca_dash.format import counted, number
from ca_dash.lists.words import NOUNS
from ca_dash.locales import current
from ca_dash.marks.mark import Mark, mark_href

MOST = 2_000  # more would be slow to draw; the newest are at the end of a series


def marks_table(marks: Sequence[Mark], filters: Filters, back: str) -> html.Div:
    """A row for each mark that stands for somebody, with a link to the list."""
    filled = [mark for mark in marks if mark.count != 0]
    if not filled:
        return state_message("Nothing to list", "No mark of this chart stands for an order or a customer.")
    head = html.Thead(html.Tr([html.Th("What the chart shows", scope="col"), html.Th("List", scope="col")]))
    rows = [html.Tr([html.Th(mark.label, scope="row"), html.Td(_link(mark, filters, back))]) for mark in filled[-MOST:]]
    parts = [html.Table([head, html.Tbody(rows)], className="ca-list-table")]
    if len(filled) > MOST:
        parts.append(html.P(f"The last {number(MOST, 0, current())} of {number(len(filled), 0, current())}.", className="ca-note"))
    return html.Div(parts, className="ca-marks", tabIndex=0, role="region", **{"aria-label": "Lists behind the chart"})


def _link(mark: Mark, filters: Filters, back: str) -> dcc.Link:
    noun = NOUNS[member_sets()[mark.members].rows]
    text = f"Show the {noun}s" if mark.count is None else counted(mark.count, noun, current())
    return dcc.Link(text, href=mark_href(mark, filters, back), className="ca-list-link", title=mark.label)
