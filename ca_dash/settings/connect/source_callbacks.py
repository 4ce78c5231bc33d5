"""What happens at the top of a source's page: files or a table are chosen and looked at. Each callback checks the role."""

from __future__ import annotations

from typing import Any

from dash import ALL, Dash, Input, Output, State, no_update
from dash.exceptions import PreventUpdate
from flask import request

from ca_assets.connecting.drafts import expanded, source_of
from ca_assets.connecting.jobs import jobs
from ca_assets.connecting.jobs.jobs import JobError
from ca_assets.connecting.uploads.errors import UploadError
from ca_assets.connecting.uploads.names import PARQUET
from ca_assets.connecting.uploads.store import Uploads
from ca_assets.settings.audit import record
from ca_assets.settings.connections import remove_connection
from ca_assets.settings.process import SecretError
from ca_assets.shop import ShopError
from ca_dash.auth.guard import require
from ca_dash.settings import forms
from ca_dash.settings.connect import database_fields as databases
from ca_dash.settings.connect import source_drafts, upload_routes
from ca_dash.settings.connect.in_force import folder_of, job_state, plain, text_in_force
from ca_dash.settings.connect.job_view import register_clock, running
from ca_dash.settings.connect.mapping import guessed
from ca_dash.settings.connect.upload_box import BATCH
from ca_dash.settings.page import Services

LOOKED_AT = (
    "kind",
    "path",
    "url",
    "credentials",
    "table",
    "query",
    "delimiter",
    "encoding",
    "skip_rows",
)  # keys that say which columns there are


def register(app: Dash, services: Services) -> None:
    """Connect the pages of all sources."""
    upload_routes.register(app, services)
    register_clock(app, "look")
    register_clock(app, "check")
    _ways(app)
    _uploads(app, services)
    _tables(app, services)
    _connection(app, services)
    _columns(app, services)
    _looking(app, services)
    source_drafts.register(app, services)


def _ways(app: Dash) -> None:
    """Files or a database; a stored connection or a new one."""

    @app.callback(Output("src-files", "hidden"), Output("src-database", "hidden"), Input("src-way", "value"), prevent_initial_call=True)
    def _way(way: str) -> tuple[bool, bool]:
        return way != "files", way != "database"

    @app.callback(Output("database-new", "hidden"), Input(databases.field_id("connection"), "value"))
    def _new(connection: str | None) -> bool:
        return connection not in (None, databases.NEW)


def _uploads(app: Dash, services: Services) -> None:
    @app.callback(
        Output("src-place", "data"),
        Output("src-problem", "children"),
        Input(BATCH, "data"),
        State("src-name", "data"),
        prevent_initial_call=True,
    )
    def _uploaded(batch: dict[str, Any] | None, name: str) -> Any:
        require("editor")
        if not batch:
            raise PreventUpdate
        kinds = {"parquet" if file.lower().endswith(PARQUET) else "csv" for file in batch["files"]}
        if len(kinds) > 1:
            return no_update, forms.problem(
                "These are CSV and Parquet files; a source has one of them. Load the page again, choose one kind."
            ).children
        try:
            path = Uploads(services.settings.home).path_of(str(batch["batch"]), folder_of(services))
        except UploadError as error:
            return no_update, forms.problem(str(error)).children
        before = source_of(text_in_force(services), name) or {}
        is_added = str(batch["batch"]) in str(before.get("path", ""))
        return (before if is_added else {"kind": kinds.pop()}) | {"path": path}, None


def _tables(app: Dash, services: Services) -> None:
    @app.callback(
        Output("src-place", "data", allow_duplicate=True),
        Output("src-problem", "children", allow_duplicate=True),
        Input("src-look", "n_clicks"),
        State("src-table", "value"),
        State("src-query", "value"),
        State("look-tables", "data"),
        State("src-place", "data"),
        prevent_initial_call=True,
    )
    def _chosen(clicks: int, table: str | None, query: str | None, connected: dict[str, Any] | None, place: dict[str, Any] | None) -> Any:
        require("editor")
        if not clicks:
            raise PreventUpdate
        where = connected or {key: place[key] for key in ("kind", "url", "credentials") if place and place.get(key)}
        if not where.get("url"):
            return no_update, forms.problem("Connect to the database first.").children
        if bool(table) == bool((query or "").strip()):
            return no_update, forms.problem("Choose a table, or write a query (and not both).").children
        return where | ({"table": table} if table else {"query": (query or "").strip()}), None


def _connection(app: Dash, services: Services) -> None:
    @app.callback(
        Output("look-job", "data"),
        Output("src-problem", "children", allow_duplicate=True),
        Output({"type": "database", "key": ALL}, "error"),
        Input("src-connect", "n_clicks"),
        *[State(databases.field_id(key), "value") for key in databases.FIELDS],
        State({"type": "database", "key": ALL}, "id"),
        prevent_initial_call=True,
    )
    def _connect(clicks: int, *values: Any) -> Any:
        user, (*given, ids) = require("editor"), values
        if not clicks:
            raise PreventUpdate
        try:
            connected = databases.connect(services.database, services.settings, given)
            where = {"kind": connected.kind, "url": connected.url, "credentials": connected.credentials}
            job = jobs.start(services.settings, "tables", where, user.name)
        except forms.FormError as error:
            return (
                no_update,
                None if error.field else forms.problem(str(error)).children,
                [str(error) if id["key"] == error.field else None for id in ids],
            )
        except JobError as error:
            return no_update, forms.problem(str(error)).children, [None] * len(ids)
        if connected.stored:
            record(services.database, user.name, "connection.add", ", ".join(connected.stored), address=request.remote_addr or "")
        return {"id": job, "kind": "tables", "where": where, "stored": connected.stored}, None, [None] * len(ids)


def _columns(app: Dash, services: Services) -> None:
    @app.callback(
        Output("look-job", "data", allow_duplicate=True),
        Output("src-problem", "children", allow_duplicate=True),
        Input("src-place", "data"),
        State("src-name", "data"),
        prevent_initial_call="initial_duplicate",
    )
    def _look(place: dict[str, Any] | None, name: str) -> Any:
        user = require("editor")
        if not place:
            raise PreventUpdate
        try:
            source = expanded(name, place)
            where = {key: source[key] for key in LOOKED_AT if source.get(key)}
            job = jobs.start(services.settings, "columns", {"name": name, "source": where, "folder": str(folder_of(services))}, user.name)
        except (JobError, ShopError) as error:
            return no_update, forms.problem(str(error)).children
        return {"id": job, "kind": "columns"}, None


def _looking(app: Dash, services: Services) -> None:
    @app.callback(
        Output("look-job", "data", allow_duplicate=True),
        Output("look-progress", "children"),
        Output("src-problem", "children", allow_duplicate=True),
        Output("src-found", "data"),
        Output("src-table", "data"),
        Output("src-tables", "hidden"),
        Output("look-tables", "data"),
        Input("look-tick", "n_intervals"),
        State("look-job", "data"),
        State("src-place", "data"),
        prevent_initial_call=True,
    )
    def _tick(_ticks: int, job: dict[str, Any] | None, place: dict[str, Any] | None) -> Any:
        state = job_state(services, job)
        if state is None:
            raise PreventUpdate
        if state.is_running:
            return no_update, running(state.progress), *[no_update] * 5
        if state.error:
            for name in (job or {}).get("stored", ()):
                _forget(services, name)
            return None, None, forms.problem(plain(state.error)).children, *[no_update] * 4
        if state.kind == "tables":
            choices = [{"value": table, "label": table} for table in state.result]
            return None, None, None, no_update, choices, False, (job or {})["where"]
        return None, None, None, _found_source(place or {}, state.result), *[no_update] * 3


def _found_source(place: dict[str, Any], result: dict[str, Any]) -> dict[str, Any]:
    """What the mapping form begins with: what is mapped already, else the guess."""
    is_mapped = place.get("columns") or place.get("recipe")
    return {**result, "source": place if is_mapped else guessed(place, result["guess"]), "place": place}


def _forget(services: Services, name: str) -> None:
    """A connection that was stored to be tried, and is wrong."""
    try:
        remove_connection(services.database, name)
    except SecretError:
        return  # gone already
