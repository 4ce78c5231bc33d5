"""A page of a list: its table, whose headers sort it, and the way to its other pages. All of it are links, so that the URL is the state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
from dash import dcc, html

from ca_assets.analyses.core.report import Column
from ca_assets.on_demand.list_rows import COLUMNS, CURRENCY
from ca_dash.format import RESERVED, column_title, counted, day, money, number, rate, written
from ca_dash.lists.url import PAGE_ROWS, ListState, href
from ca_dash.locales import current
from ca_dash.reports import ShopView

TITLES = {
    "id": "Order",
    "started": "Began",
    "client": "Customer",
    "payment_amount": "Paid",
    "discount_amount": "Discount",
    "refund_amount": "Refunded",
    "promotion_id": "Promotion",
    "revenue_expected": "Expected revenue",
    "orders_expected": "Expected orders",
    "p_no_order": "Risk of no order",
    "next_order_date": "Next order by",
}
ARROWS = {"ascending": "↑", "descending": "↓", "none": ""}


def columns_of(state: ListState, schema: pa.Schema) -> list[Column]:
    """The list's columns; what is not stated of lists in general is a dimension of the shop."""
    known = {column.name: column for column in (*COLUMNS[state.members.rows], CURRENCY, *state.members.adds)}
    return [known.get(name) or Column(name, "str", "text", "A dimension of the session") for name in schema.names]


def title_of(column: Column, currency: str | None) -> str:
    """A column for people, of amounts with their currency."""
    title = TITLES.get(column.name) or column_title(column.name)
    return f"{title} ({currency})" if column.unit == "money" and currency else title


def pages_of(rows: int) -> int:
    """Number of pages, at least one."""
    return max(1, -(-rows // PAGE_ROWS))


def table(state: ListState, rows: pa.Table, shop: ShopView, currency: str | None, caption: str) -> html.Div:
    """The rows of a page; the table can be scrolled sideways where it does not fit, by keyboard too."""
    columns = columns_of(state, rows.schema)
    money_currency = None if "currency" in rows.schema.names else currency
    head = html.Thead(html.Tr([_header(state, column, place, shop, money_currency) for place, column in enumerate(columns)]))
    body = html.Tbody(
        [html.Tr([_cell(row[column.name], column, row.get("currency") or currency) for column in columns]) for row in rows.to_pylist()]
    )
    content = html.Table([html.Caption(caption, className="ca-unseen"), head, body], className="ca-list-table")
    return html.Div(content, className="ca-list-rows", tabIndex=0, role="region", **{"aria-label": caption})


def pager(state: ListState, rows: int, shop: ShopView) -> html.Nav:
    """First, previous, the page's number to be changed, next, last."""
    last, page = pages_of(rows), state.page

    def page_link(text: str, to: int) -> Any:
        """A link to another page; one that leads nowhere keeps its place and the focus."""
        name, look = f"list-{text.lower()}", "ca-list-turn"
        if 1 <= to <= last and to != page:
            return dcc.Link(text, href=href(state.at(to), shop), id=name, className=look)
        return html.A(text, id=name, className=look, role="link", tabIndex=0, **{"aria-disabled": "true"})

    field = dcc.Input(id="list-page", type="number", min=1, max=last, step=1, value=page, debounce=True, className="ca-list-page")
    number_field = html.Label(["Page ", field, f" of {number(last, 0, current())}"], className="ca-list-number")
    first, end = number(state.start + 1, 0, current()), number(min(state.start + PAGE_ROWS, rows), 0, current())
    shown = html.Span(f"Rows {first} to {end}" if rows else "", className="ca-muted")
    parts = [
        page_link("First", 1),
        page_link("Previous", page - 1),
        number_field,
        page_link("Next", page + 1),
        page_link("Last", last),
        shown,
    ]
    return html.Nav(parts, className="ca-list-pager", **{"aria-label": "Pages of the list"})


def summary(state: ListState, rows: int) -> str:
    """What a reader who does not see the table is told when it changes."""
    text = f"{counted(rows, 'row', current())}, page {number(state.page, 0, current())} of {number(pages_of(rows), 0, current())}"
    if state.sort is None:
        return text
    title = TITLES.get(state.sort) or column_title(state.sort)
    return f"{text}, sorted by {title.lower()}, {'descending' if state.descending else 'ascending'}"


def _header(state: ListState, column: Column, place: int, shop: ShopView, currency: str | None) -> html.Th:
    """A header that sorts: numbers and times begin with the largest, texts with the smallest; again turns the order round."""
    is_sorted = state.sort == column.name
    direction = ("descending" if state.descending else "ascending") if is_sorted else "none"
    descending = not state.descending if is_sorted else column.dtype != "str"
    link = dcc.Link(
        [title_of(column, currency), html.Span(ARROWS[direction], className="ca-list-arrow", **{"aria-hidden": "true"})],
        href=href(state.sorted_by(column.name, descending=descending), shop),
        id=f"list-sort-{place}",
        className="ca-list-sort",
        title=column.meaning,
    )
    return html.Th(link, scope="col", className=_align(column), **{"aria-sort": direction})


def _cell(value: Any, column: Column, currency: str | None) -> html.Td:
    return html.Td(_written(value, column, currency), className=_align(column))


def _written(value: Any, column: Column, currency: str | None) -> str:
    locale = current()
    if value is None:
        return ""
    if isinstance(value, dt.date):
        return f"{written(value, locale.day, locale)} {value:%H:%M}" if isinstance(value, dt.datetime) else day(value, locale)
    writers = {
        "money": lambda: money(value, currency, locale),
        "rate": lambda: rate(value, 1, locale),
        "quantity": lambda: number(value, 2, locale),
    }
    if column.unit in writers:
        return writers[column.unit]()
    if isinstance(value, bool):
        return "yes" if value else "no"
    return number(value, 0, locale) if isinstance(value, int | float) else RESERVED.get(str(value), str(value))


def _align(column: Column) -> str:
    return "ca-number is-right" if column.dtype in ("int", "float") else ""


NOTES: Mapping[str, str] = {
    "orders": "Amounts are after discount; what was paid back stands beside them.",
    "customers": "Orders, revenue and dates of each customer are those in the filter and days of this list.",
}
