"""The page of a list: from its URL to a heading, a table and the way to its other pages; and its download as CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

from dash import Dash, Input, Output, State, dcc, html
from dash.exceptions import PreventUpdate
from flask import Flask, Response, abort, request

from ca_assets.analyses.core.members import ROW_KINDS, RowKind
from ca_assets.index.protocol import IndexUnavailable, NotPublished
from ca_assets.on_demand.list_files import ListGone, ListReader, open_list
from ca_assets.on_demand.request import NotComputed, RangesUnavailable
from ca_dash.app.export import BOM, MAX_NAME, cell, harmless
from ca_dash.app.rows import scope_currency
from ca_dash.app.views import Views
from ca_dash.components.icons import icon
from ca_dash.components.states import Missing, unavailable
from ca_dash.lists.table import NOTES, pager, pages_of, summary, table
from ca_dash.lists.url import PAGE_ROWS, ListState, href, kind_at, parse
from ca_dash.lists.words import heading, stands_for
from ca_dash.reports import ShopView

FOLDER = "/export/list/"
TRIES = 2  # a publication may take a list's file away between its making and its reading


def content(kind: RowKind) -> html.Div:
    """The page, for a callback to fill."""
    pending = [html.H1(f"List of {kind}"), html.Div(className="ca-list-pending is-pending")]
    return html.Div(pending, id="list", className="ca-page ca-list")


def register(app: Dash, server: Flask, views: Views) -> None:
    """The page's callbacks and its download; they stand behind the login like all others."""

    @app.callback(Output("list", "children"), Output("list", "data-summary"), Input("query", "data"), State("url", "pathname"))
    def _show(search: str | None, pathname: str | None) -> tuple[list[Any], str]:
        kind = kind_at(pathname)
        if kind is None:
            raise PreventUpdate
        return page(views, kind, search)

    @app.callback(
        Output("url", "search", allow_duplicate=True),
        Input("list-page", "value"),
        State("url", "search"),
        State("url", "pathname"),
        prevent_initial_call=True,
    )
    def _change_page(number: int | None, search: str | None, pathname: str | None) -> str:
        kind, shop = kind_at(pathname), views.shop()
        if kind is None or shop is None or not isinstance(number, int) or number < 1:
            raise PreventUpdate
        try:
            state = parse(kind, search, shop)
        except Missing:
            raise PreventUpdate from None
        if state.page == number:
            raise PreventUpdate
        return "?" + href(state.at(number), shop).partition("?")[2]

    @server.get(f"{FOLDER}<kind>.csv")
    def _export_list(kind: str) -> Response:
        rows = next((known for known in ROW_KINDS if known == kind), None)
        return abort(404) if rows is None else download(views, rows, request.query_string.decode())


def page(views: Views, kind: RowKind, search: str | None) -> tuple[list[Any], str]:
    """What the page shows, and what readers who do not see it are told when it changes."""
    state = None
    try:
        shop = published_shop(views)
        state = parse(kind, search, shop)
        with ExitStack() as stack:
            reader = open_rows(views, state, stack)
            total = reader.rows
            state = state.at(min(state.page, pages_of(total)))
            rows = reader.read(state.start, PAGE_ROWS, state.sort, descending=state.descending)
    except Missing as missing:
        return [*_head(views, state, f"List of {kind}"), html.Div(missing.message(), className="ca-list-state")], missing.title
    except IndexUnavailable as error:
        return [*_head(views, state, f"List of {kind}"), html.Div(unavailable(error), className="ca-list-state")], str(error)
    currency = scope_currency(state.question.scope, shop)
    title = heading(state, total, currency)
    note = " ".join(filter(None, (NOTES[kind], stands_for(state.question.days, state.question.last, shop.report_date))))
    if not total:
        empty = Missing("Nothing in this list", "The figure that it belongs to is 0, or the data have changed since the link was made.")
        return [*_head(views, state, title), html.Div(empty.message(), className="ca-list-state")], title
    csv_link = html.A([icon("download", 16), "Download CSV"], href=_csv_href(state, shop), className="ca-list-csv", download="")
    parts = [html.P(note, className="ca-question"), csv_link]
    shown = [table(state, rows, shop, currency, title), pager(state, total, shop)]
    return [*_head(views, state, title), html.Div(parts, className="ca-list-tools"), *shown], summary(state, total)


def download(views: Views, kind: RowKind, search: str) -> Response:
    """All rows of a list in its order, as they are read."""
    stack = ExitStack()
    try:
        shop = published_shop(views)
        state = parse(kind, search, shop)
        reader = open_rows(views, state, stack)
    except Missing as missing:
        abort(404, f"{missing.title}. {missing.remedy}")
    except IndexUnavailable as error:
        abort(503, str(error))
    headers = {"Content-Disposition": f'attachment; filename="{file_name(state, shop)}"'}
    answer = Response(csv_lines(reader, state), mimetype="text/csv", headers=headers)
    answer.call_on_close(stack.close)
    return answer


def file_name(state: ListState, shop: ShopView) -> str:
    """A file name that says what is inside, of letters that every system takes."""
    question = state.question
    days = "_".join(map(str, question.days)) if question.days else ""
    values = [f"{name}-{value}" for name, value in question.values]
    parts = filter(None, (shop.name, question.members, *values, question.scope, days, f"as-of-{question.last}"))
    return re.sub(r"[^A-Za-z0-9._-]+", "-", "_".join(parts))[:MAX_NAME] + ".csv"


def csv_lines(reader: ListReader, state: ListState) -> Iterator[str]:
    """The list as CSV, some rows at a time: ISO times on the shop's clock, empty where missing."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow([harmless(name) for name in reader.schema.names])
    yield BOM + target.getvalue()
    for batch in reader.batches(state.sort, descending=state.descending):
        target.seek(0)
        target.truncate()
        writer.writerows([cell(value) for value in row] for row in zip(*(column.to_pylist() for column in batch.columns), strict=True))
        yield target.getvalue()


def published_shop(views: Views) -> ShopView:
    """The shop as published. Raises Missing and IndexUnavailable."""
    shop = views.reader.shop()
    if shop is None or not shop.report_dates:
        raise Missing("No data yet", "Load a shop: ca sources apply shop.yaml, then ca load; or try ca demo.")
    return shop


def open_rows(views: Views, state: ListState, stack: ExitStack) -> ListReader:
    """The rows of a list until the stack is closed; waits until they are computed. Raises Missing and IndexUnavailable."""
    for _ in range(TRIES):
        try:
            reader = stack.enter_context(open_list(views.reader.list_file(state.question).path))
        except ListGone:
            continue
        except RangesUnavailable:
            raise Missing("No lists here", "Lists are made from the shop’s tables, which cannot be read from this machine.") from None
        except (NotComputed, NotPublished) as error:
            raise Missing("This list could not be made", str(error)) from None
        if state.sort is not None and state.sort not in reader.schema.names:
            raise Missing("This link leads to no list", f"There is no column “{state.sort[:60]}” to sort by.")
        return reader
    raise Missing("This list could not be made", "The data were renewed meanwhile; load the page again.")


def _head(views: Views, state: ListState | None, title: str) -> list[Any]:
    """The way back to the page that the list was opened from, and the heading."""
    back = state.back if state else ""
    origin = views.site.page_at(back.partition("?")[0]) if back else None
    link = [dcc.Link([icon("back", 16), f"Back to {origin.title}"], href=back, className="ca-list-back")] if origin else []
    return [*link, html.H1(title, className="ca-list-title")]


def _csv_href(state: ListState, shop: ShopView) -> str:
    """The download of a list in its order."""
    path, _, query = href(state.at(1), shop).partition("?")
    return f"{FOLDER}{path.rpartition('/')[2]}.csv?{query}"
