"""The page of all hits of a text, by kind, with what was perhaps meant apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from ca_assets.index.protocol import IndexUnavailable, NotPublished
from ca_assets.index.search.hits import Hit
from ca_dash.components.icons import icon
from ca_dash.components.states import state_message, unavailable
from ca_dash.format import counted
from ca_dash.locales import current
from ca_dash.reports import Reader
from ca_dash.search.box import grouped, hit_title
from ca_dash.search.url import href

SHOWN = 50  # of a kind


def content() -> html.Div:
    """The page, for callbacks to fill."""
    head = [
        html.H1("Search"),
        html.P(
            "Products by id or name, customers, promotions, and values of dimensions, also those without orders.", className="ca-question"
        ),
    ]
    field = dmc.TextInput(
        id="search-page-text",
        label="Find",
        debounce=300,
        value="",
        leftSection=icon("search", 16),
        attributes={"input": {"autoComplete": "off"}},
    )
    hits = html.Div(id="search-page-hits", className="ca-search-page is-pending")
    return html.Div([html.Div(head, className="ca-page-head"), field, hits], className="ca-page")


def hits_of(reader: Reader, text: str) -> Any:
    """The hits in groups, or why there are none."""
    if not text.strip():
        return state_message("Nothing to search for yet", "Type a name, an id or a part of it.", "search")
    try:
        hits = reader.search(text, SHOWN)
    except NotPublished as error:
        return state_message("Nothing can be searched yet", str(error))
    except IndexUnavailable as error:
        return unavailable(error)
    sure = [hit for hit in hits if not hit.below_floor]
    guesses = [hit for hit in hits if hit.below_floor]
    if not sure and not guesses:
        return state_message("Nothing is like it", f"No product, customer, promotion or filter is like “{text}”.", "search")
    parts = _groups(sure)
    if not sure:
        parts = [html.P("Nothing is called so. Did you mean:", className="ca-search-guess"), *_groups(guesses)]
    return parts


def _groups(hits: Sequence[Hit]) -> list[Any]:
    return [
        html.Section([html.H2(f"{title} ({len(found)}{'+' if len(found) == SHOWN else ''})"), html.Ul([_item(hit) for hit in found])])
        for title, found in grouped(hits)
    ]


def _item(hit: Hit) -> html.Li:
    title, id_ = hit_title(hit), html.Small(hit.value) if hit.kind == "product" and hit.label else None
    link = dcc.Link([title, id_], href=href(hit.kind, hit.value))
    return html.Li([link, html.Span(counted(hit.orders, "order", current()), className="ca-muted")])
