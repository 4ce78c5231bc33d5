"""What a dry run found, beside the form whose mapping it tried: figures first, then what was left out and why, then the first rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import html

from ca_dash.format import money, number
from ca_dash.locales import current
from ca_dash.settings.forms import problem

SHOWN_TEXT, SHOWN_REASONS = 80, 6
NOTES = {
    "sessions_unusable": "Sessions cannot be read, so there is no month to show.",
    "no_complete_month": "The data cover no complete month yet.",
    "not_from_a_sample": "Orders of the last month cannot be told from a sample.",
    "several_currencies": "There are several currencies; their amounts are not added up.",
}


def dry_run_view(result: Mapping[str, Any], name: str) -> html.Div:
    """The result (`ca_assets.dry_run.result.DryRun` as JSON) for whoever edits the source `name`."""
    check = next((source for source in result["sources"] if source["name"] == name), None)
    if check is None:
        return html.Div(problem("This source is not in the dry run. Look at the file again."))
    if check["error"]:
        return html.Div([problem(_without_source(check["error"], name)), *_suggestions(check["suggestions"])])
    others = [source for source in result["sources"] if source["error"] and source["name"] != name]
    parts = [
        _figures(check),
        _month(result) if name == "sessions" else None,
        *_suggestions(check["suggestions"]),
        *[html.P(warning, className="ca-muted") for warning in check["warnings"]],
        _reasons(check["reasons"]),
        _dimensions(result["dimensions"]) if name == "sessions" else None,
        _rows(check),
        *[problem(f"The source {source['name']} cannot be read: {source['error']}") for source in others],
    ]
    return html.Div([part for part in parts if part is not None])


def _figures(check: Mapping[str, Any]) -> html.Div:
    locale = current()
    facts = [("Rows read", check["read"]), ("Accepted", check["accepted"]), ("Rejected", check["rejected"])]
    facts += [(title, check[key]) for title, key in (("Duplicates", "duplicates"), ("Without a session", "orphans")) if check[key]]
    items = [html.Div([html.Dt(title), html.Dd(number(value, locale=locale))]) for title, value in facts]
    if check["first"]:
        items.append(html.Div([html.Dt("Days"), html.Dd(f"{check['first']} to {check['last']}")], className="is-wide"))
    said = f"From a sample of about {number(check['total'], locale=locale)} rows." if check["is_sample"] and check["total"] else None
    return html.Div([html.Dl(items, className="ca-check-figures"), html.P(said, className="ca-muted") if said else None])


def _month(result: Mapping[str, Any]) -> html.Div | None:
    month, locale = result["last_month"], current()
    if month["orders"] is None:
        return html.P(NOTES.get(month["note"] or "", ""), className="ca-muted") if month["note"] in NOTES else None
    currency = next(iter(result["currencies"]), None)
    revenue = f" for {money(month['revenue'], currency, locale)}" if month["revenue"] is not None else ""
    text = f"{month['month']}: {number(month['orders'], locale=locale)} orders{revenue}."
    return html.Div([html.Strong(text), html.Span(" Hold this against your own books.", className="ca-muted")], className="ca-check-month")


def _suggestions(lines: Sequence[str]) -> list[html.Div]:
    return [
        html.Div(
            [
                html.Span(["Rejected rows could be read with ", html.Code(line)]),
                dmc.Button("Apply", id={"type": "src-suggestion", "line": line}, n_clicks=0, size="xs", variant="default"),
            ],
            className="ca-check-suggestion",
        )
        for line in lines
    ]


def _reasons(reasons: Sequence[Mapping[str, Any]]) -> html.Div | None:
    if not reasons:
        return None
    items = []
    for reason in reasons[:SHOWN_REASONS]:
        example = reason["examples"][0] if reason["examples"] else None
        line = (
            f" (line {example['line']}: {_cut(example['message'])})"
            if example and example["line"]
            else f" ({_cut(example['message'])})"
            if example
            else ""
        )
        items.append(html.Li(f"{number(reason['rows'], locale=current())} rows: {reason['reason'].replace('_', ' ')}{line}"))
    return html.Div([html.H3("Left out"), html.Ul(items)])


def _dimensions(dimensions: Sequence[Mapping[str, Any]]) -> html.Div | None:
    if not dimensions:
        return None
    items = []
    for dimension in dimensions:
        top = ", ".join(_cut(str(value), 24) for value, _ in dimension["top"][:4])
        items.append(
            html.Li([html.Strong(dimension["name"]), f": {number(dimension['different'], locale=current())} values, such as {top}"])
        )
    return html.Div([html.H3("Filters"), html.Ul(items)])


def _rows(check: Mapping[str, Any]) -> html.Div | None:
    columns, rows = check["columns"], check["rows"]
    if not rows:
        return None
    head = html.Tr([html.Th(column["ours"].removeprefix("dimensions."), scope="col") for column in columns])
    body = [html.Tr([_cell(raw, value) for raw, value in zip(row["raw"], row["values"], strict=False)]) for row in rows]
    table = html.Table([html.Thead(head), html.Tbody(body)], className="ca-list-table")
    scrolled = html.Div(table, className="ca-list-rows", tabIndex=0, role="region", **{"aria-label": "First rows"})
    return html.Div([html.H3("First rows, as they are read"), scrolled])


def _cell(raw: str | None, value: Any) -> html.Td:
    text = "" if value is None else _cut(str(value), 40)
    is_bad = value is None and bool(raw)
    return html.Td(
        _cut(raw or "", 40) if is_bad else text, className="is-bad" if is_bad else None, title=f"{_cut(raw or '')} in the source"
    )


def _cut(text: str, length: int = SHOWN_TEXT) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _without_source(text: str, name: str) -> str:
    return text.removeprefix(f"{name}: ")
