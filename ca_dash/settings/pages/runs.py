"""Runs: the list, and one run followed live (page kind *log*). Whoever may not start runs may not see their logs either."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update
from dash.exceptions import PreventUpdate

from ca_assets.control.graphql import ControlError, Dagster
from ca_assets.control.kinds import run_kinds
from ca_assets.control.runs import start_run
from ca_dash.auth.guard import needs, require
from ca_dash.components.icons import icon
from ca_dash.settings.page import Services, SettingsPage
from ca_dash.settings.runs import follow, listing
from ca_dash.settings.runs.roles import ROLE, note
from ca_dash.settings.runs.words import dagster_of, zone_of

LIST_SECONDS, BUSY_SECONDS = 15, 3


def _content(_services: Services) -> html.Div:
    return html.Div(html.Div(className="ca-list-pending is-pending"), id="runs-body")


def _register(app: Dash, services: Services) -> None:
    dagster = dagster_of(services.settings)

    @app.callback(Output("runs-body", "children"), Input("query", "data"))
    @needs(ROLE)
    def _show(search: str | None) -> Any:
        query, zone = listing.parse(search), zone_of(services.database)
        return follow.run_view(services, dagster, query.run, zone) if query.run else list_view(dagster, query, zone)

    _register_list(app, services, dagster)
    follow.register(app, services, dagster)


def _register_list(app: Dash, services: Services, dagster: Dagster) -> None:
    @app.callback(
        Output("runs-live", "children"),
        Output("runs-tick", "interval"),
        Input("runs-tick", "n_intervals"),
        State("query", "data"),
        prevent_initial_call=True,
    )
    @needs(ROLE)
    def _again(_ticks: int, search: str | None) -> tuple[Any, int]:
        return listing.live_part(dagster, listing.parse(search), zone_of(services.database)), _pause(dagster)

    @app.callback(
        Output("url", "search", allow_duplicate=True),
        Output("run-start-problem", "children"),
        Input("run-start", "n_clicks"),
        State("run-kind", "value"),
        prevent_initial_call=True,
    )
    @needs(ROLE)
    def _start(clicks: int, kind: str | None) -> tuple[Any, Any]:
        if not clicks:
            raise PreventUpdate
        chosen = run_kinds().get(kind or "")
        if chosen is None:
            return no_update, [icon("alert", 18), html.Div("Choose what to start.")]
        try:
            run_id = start_run(dagster, chosen, started_by=require(ROLE).name)
        except ControlError as error:
            return no_update, [icon("alert", 18), html.Div(str(error))]
        note(services, "run.start", chosen.title, run_id)
        return f"?run={run_id}", None


def list_view(dagster: Dagster, query: listing.Query, zone: str) -> list[Any]:
    """The list of runs, with what starts one above it."""
    tick = dcc.Interval(id="runs-tick", interval=_pause(dagster))
    return [listing.start_card(), html.Div(listing.live_part(dagster, query, zone), id="runs-live"), tick]


def _pause(dagster: Dagster) -> int:
    """How long until the list is asked for again, in milliseconds."""
    try:
        return 1000 * (BUSY_SECONDS if listing.has_running(dagster) else LIST_SECONDS)
    except ControlError:
        return 1000 * LIST_SECONDS


PAGE = SettingsPage(
    listing.PATH,
    "Runs",
    "log",
    40,
    ROLE,
    "What was loaded when and what came of it; start and stop loads.",
    _content,
    _register,
)
