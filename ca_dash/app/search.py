"""Callbacks and downloads of the search's pages."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State, no_update
from dash.exceptions import PreventUpdate
from flask import Flask, Response, abort, request

from ca_assets.analyses.search_terms.specs import TABLES, Subject
from ca_assets.index.protocol import IndexUnavailable, NotPublished
from ca_assets.on_demand.request import NotComputed
from ca_dash.app.export import BOM, csv_text
from ca_dash.app.views import Views
from ca_dash.search import box, results, subject
from ca_dash.search.url import KINDS, kind_of, results_href, subject_of, text_of
from ca_dash.theme import Scheme

__all__ = ["content", "kind_of", "register"]


def content(kind: str) -> Any:
    """The page at a path (see `url.kind_of`), and its title."""
    return subject.content(kind) if kind else results.content()


def register(app: Dash, server: Flask, views: Views) -> None:
    """Everything of the search; it stands behind the login."""
    box.register(server, lambda: views.reader)

    @app.callback(Output("search-page-hits", "children"), Output("search-page-hits", "className"), Input("query", "data"))
    def _hits(search: str | None) -> tuple[Any, str]:
        return results.hits_of(views.reader, text_of(search)), "ca-search-page"

    @app.callback(Output("search-page-text", "value"), Input("query", "data"), State("search-page-text", "value"))
    def _text(search: str | None, before: str | None) -> Any:
        text = text_of(search)
        return no_update if text == before else text

    @app.callback(
        Output("url", "search", allow_duplicate=True),
        Input("search-page-text", "value"),
        State("url", "search"),
        State("url", "pathname"),
        prevent_initial_call=True,
    )
    def _typed(text: str | None, search: str | None, pathname: str | None) -> str:
        if kind_of(pathname) != "" or (text or "") == text_of(search):
            raise PreventUpdate
        return "?" + results_href(text or "").partition("?")[2]

    @app.callback(Output("subject", "children"), Input("query", "data"), Input("colors", "data"), State("url", "pathname"))
    def _subject(search: str | None, scheme: Scheme | None, pathname: str | None) -> Any:
        kind = kind_of(pathname)
        if not kind or scheme is None:
            raise PreventUpdate
        return subject.page(views.reader, subject_of(kind, search), scheme)

    _downloads(server, views)


def _downloads(server: Flask, views: Views) -> None:
    @server.get("/export/search/<kind>/<table>.csv")
    def _export_subject(kind: str, table: str) -> Response:
        shop = views.reader.shop()
        if kind not in KINDS or table not in TABLES or shop is None or shop.report_date is None:
            abort(404)
        about = Subject(kind, request.args.get("value", ""))
        try:
            rows = views.reader.subject(about, shop.report_date)[table]
        except (NotComputed, NotPublished) as error:
            abort(404, str(error))
        except IndexUnavailable as error:
            abort(503, str(error))
        name = f"search-{kind}-{table}-as-of-{shop.report_date}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(BOM + csv_text(rows.to_pandas(date_as_object=False)), mimetype="text/csv", headers=headers)
