"""The search box of the header: a field with a list, which assets/search.js fills from `/search.json` while somebody types."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html
from flask import Flask, Response, jsonify, request

from ca_assets.index.protocol import IndexUnavailable, NotPublished
from ca_assets.index.search.hits import Hit
from ca_dash.components.icons import icon
from ca_dash.format import scope_label
from ca_dash.reports import Reader
from ca_dash.search.url import KINDS, ROOT, href

HITS = 5  # of a kind
FIELD = {"role": "combobox", "aria-expanded": "false", "aria-controls": "search-hits", "aria-autocomplete": "list", "autoComplete": "off"}


def box() -> html.Div:
    """The field; on phones a link to the page of all hits, which has one."""
    field = dmc.TextInput(
        id="search-text",
        placeholder="Search",
        leftSection=icon("search", 16),
        rightSection=html.Kbd("Ctrl K", className="ca-search-key"),
        rightSectionWidth=62,
        attributes={"input": {**FIELD, "aria-label": "Search products, customers, promotions and filters"}},
        size="sm",
    )
    hits = html.Div(id="search-hits", className="ca-search-hits", role="listbox", hidden=True, **{"aria-label": "Hits"})
    said = html.Div(id="search-said", className="ca-unseen", role="status")
    link = dcc.Link(icon("search"), href=ROOT, className="ca-search-link", title="Search")
    return html.Div([html.Div([field, hits, said], className="ca-search-field"), link], className="ca-search", role="search")


def hit_title(hit: Hit) -> str:
    """A hit for people: a product by its name, a dimension's value as filters call it."""
    if hit.kind == "dimension":
        return scope_label(hit.value)
    return hit.label or hit.value


def grouped(hits: Sequence[Hit]) -> list[tuple[str, list[Hit]]]:
    """Hits by kind under its title, the kind of the best hit first."""
    kinds = dict.fromkeys(hit.kind for hit in hits)
    return [(KINDS[kind], [hit for hit in hits if hit.kind == kind]) for kind in kinds]


def register(server: Flask, reader: Callable[[], Reader]) -> None:
    """What the box asks of the reader of the request; it stands behind the login like every route."""

    @server.get("/search.json")
    def _hits() -> Response | tuple[Response, int]:
        text = request.args.get("q", "")
        try:
            hits = reader().search(text, HITS)
        except NotPublished as error:
            return jsonify(groups=[], problem=str(error))
        except IndexUnavailable as error:
            return jsonify(groups=[], problem=str(error)), 503
        return jsonify(groups=[{"title": title, "hits": [_entry(hit) for hit in found]} for title, found in grouped(hits)], problem="")


def _entry(hit: Hit) -> dict[str, Any]:
    title = hit_title(hit)
    note = hit.value if hit.kind == "product" and hit.label else ""
    return {**asdict(hit), "title": title, "note": note, "href": href(hit.kind, hit.value)}
