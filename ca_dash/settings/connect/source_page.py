"""The page of one source: where its data are, what its columns mean, and beside that the dry run of what is chosen so far."""

from __future__ import annotations

from functools import partial
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from ca_assets.connecting.drafts import source_of, values_of
from ca_assets.settings.shops import newest_edition
from ca_dash.settings import forms
from ca_dash.settings.connect.database_fields import database_fields
from ca_dash.settings.connect.job_view import job_parts
from ca_dash.settings.connect.shop_fields import shop_fields
from ca_dash.settings.connect.upload_box import upload_box
from ca_dash.settings.page import Services, SettingsPage

ABOUT = {
    "sessions": (
        "Orders and visits",
        "bag",
        "One row for each order, or for each visit with a column that says whether it ended with an order.",
    ),
    "customers": ("Customers", "people", "One row for each customer, with the first contact."),
    "baskets": ("Products in orders", "box", "One row for each product of an order."),
    "deliveries": ("Deliveries", "van", "One row for each delivered order."),
}
PLACES = (("files", "Files"), ("database", "A database"))


def source_path(name: str) -> str:
    """The path of a source's page."""
    return f"/settings/sources/{name}"


def source_page(name: str) -> SettingsPage:
    """The page of sessions, customers, baskets or deliveries; the callbacks of all four are registered with that of sessions."""
    from ca_dash.settings.connect.source_callbacks import register

    title, picture, about = ABOUT[name]
    order = 31 + list(ABOUT).index(name)
    connect = register if name == "sessions" else None
    return SettingsPage(source_path(name), title, picture, order, "editor", about, partial(_content, name), connect, is_listed=False)


def _content(name: str, services: Services) -> html.Div:
    edition = newest_edition(services.database)
    text = edition.text if edition else None
    place = source_of(text, name) or {}
    is_first = name != "sessions" and source_of(text, "sessions") is None
    if is_first:
        return html.Div(
            ["Begin with ", dcc.Link("orders and visits", href=source_path("sessions")), ": the other sources belong to them."],
            className="ca-card",
        )
    return html.Div(
        [
            dcc.Store(id="src-name", data=name),
            dcc.Store(id="src-place", data=place or None),
            dcc.Store(id="src-found"),
            dcc.Store(id="src-draft"),
            dcc.Store(id="look-tables"),
            html.Div([_where(services, name, place), _meaning(name, text), _saving(name)], className="ca-source-form"),
            _beside(),
        ],
        className="ca-source",
    )


def _where(services: Services, name: str, place: dict[str, Any]) -> html.Div:
    way = "database" if place.get("url") else "files"
    now = str(place.get("path") or place.get("table") or ("a query" if place.get("query") else ""))
    read_now = now.rpartition("/")[2] if "." in now else "several files"
    batch = now.split("/")[1] if now.startswith("uploads/") else None
    files = html.Div(
        [
            html.P(
                f"Read now: {read_now}. New files are added; one of the same name takes its place.",
                className="ca-muted",
            )
            if batch
            else None,
            upload_box(batch),
        ],
        id="src-files",
        hidden=way != "files",
    )
    database = html.Div(
        [
            database_fields(services.database, services.settings, place),
            html.Div([forms.save_button("src-connect", "Connect", variant="default")], className="ca-form-buttons"),
            html.Div(
                [
                    forms.choice_field(
                        "src-table", "Table or view", [], str(place.get("table") or "") or None, searchable=True, clearable=True
                    ),
                    forms.long_text_field(
                        "src-query",
                        "or a query",
                        str(place.get("query") or "") if place.get("url") else "",
                        hint="One SELECT, where no table is yours as it is",
                        rows=2,
                    ),
                    html.Div([forms.plain_button("src-look", "Look at its columns", "search")], className="ca-form-buttons"),
                ],
                id="src-tables",
                hidden=way != "database",
                className="ca-form-fields",
            ),
        ],
        id="src-database",
        hidden=way != "database",
        className="ca-form-fields",
    )
    return html.Div(
        [
            html.H2("Where are the data?"),
            dmc.SegmentedControl(id="src-way", data=[{"value": key, "label": text} for key, text in PLACES], value=way, mb=14),
            files,
            database,
            *job_parts("look"),
            forms.problem(None, id="src-problem"),
        ],
        className="ca-card",
    )


def _meaning(name: str, text: str | None) -> html.Div:
    shop = [html.H3("Your shop"), shop_fields(values_of(text))] if name == "sessions" else []
    return html.Div(
        [
            html.H2("What do the columns mean?"),
            html.Div(
                html.P("Choose where the data are; then their columns come here, with a guess.", className="ca-muted"), id="src-mapping"
            ),
            *shop,
        ],
        className="ca-card",
    )


def _saving(name: str) -> html.Div:
    return html.Div(
        [
            forms.problem(None, id="src-refused"),
            html.Div(
                [
                    forms.save_button("src-save", "Save this source", disabled=True),
                    dcc.Link("Back to all sources", href="/settings/sources"),
                ],
                className="ca-form-buttons",
            ),
        ],
        className="ca-card",
    )


def _beside() -> html.Aside:
    return html.Aside(
        [
            html.H2("Dry run"),
            html.P("What a load would find. Nothing is loaded or changed.", className="ca-muted"),
            *job_parts("check"),
            html.Div(id="src-check", **{"aria-live": "polite"}),
        ],
        className="ca-card ca-source-check",
        **{"aria-label": "Dry run"},
    )
