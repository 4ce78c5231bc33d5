"""The page of one run: its parts are renewed each second while it runs; the log only grows."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, Patch, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate

from ca_assets.control.graphql import ControlError, Dagster
from ca_assets.control.runs import Event, RunDetails, failure_of, run_details, run_events, start_run, stop_run
from ca_dash.auth.guard import needs, require
from ca_dash.components.icons import icon
from ca_dash.components.states import state_message
from ca_dash.settings import forms
from ca_dash.settings.page import Services
from ca_dash.settings.runs import listing
from ca_dash.settings.runs.details import counts_table, failure_box, head_facts, last_said, log_lines, restated_list, step_list
from ca_dash.settings.runs.roles import ROLE, note
from ca_dash.settings.runs.words import zone_of

FOLLOW_SECONDS, MAX_LINES = 1, 2_000
ALL_RUNS = (("All runs", listing.PATH),)


def register(app: Dash, services: Services, dagster: Dagster) -> None:
    """Connect the page of one run to an application."""
    _register_follow(app, services, dagster)
    _register_stop(app, services, dagster)

    @app.callback(
        Output("url", "search", allow_duplicate=True),
        Output(forms.SAID, "data", allow_duplicate=True),
        Input("run-again", "n_clicks"),
        State("run-seen", "data"),
        prevent_initial_call=True,
    )
    @needs(ROLE)
    def _again(clicks: int, seen: dict[str, Any]) -> tuple[Any, Any]:
        if not clicks:
            raise PreventUpdate
        try:
            kind = run_details(dagster, seen["run"]).kind
            if kind is None:
                return no_update, forms.said("Only a part was run; start it again in Dagster.")
            run_id = start_run(dagster, kind, started_by=require(ROLE).name)
        except ControlError as error:
            return no_update, forms.said(str(error))
        note(services, "run.start", kind.title, run_id)
        return f"?run={run_id}", no_update


def _register_follow(app: Dash, services: Services, dagster: Dagster) -> None:
    @app.callback(
        Output("run-facts", "children"),
        Output("run-steps", "children"),
        Output("run-failure", "children"),
        Output("run-results", "children"),
        Output("run-log", "children"),
        Output("run-seen", "data"),
        Output("run-tick", "disabled"),
        Output("run-stop", "disabled"),
        Output("run-again", "disabled"),
        Input("run-tick", "n_intervals"),
        State("run-seen", "data"),
        prevent_initial_call=True,
    )
    @needs(ROLE)
    def _follow(_ticks: int, seen: dict[str, Any]) -> tuple[Any, ...]:
        zone = zone_of(services.database)
        try:
            details, page = run_details(dagster, seen["run"]), run_events(dagster, seen["run"], seen["cursor"])
        except ControlError as error:
            return (*(no_update,) * 2, failure_box(str(error)), *(no_update,) * 6)
        seen = _seen_after(seen, page.events, page.cursor)
        log: Any = Patch()
        lines = log_lines(page.events, zone)
        seen["lines"] += len(lines)
        log.extend(lines)
        return (
            *_changing(services, details, seen, zone),
            log if lines and seen["lines"] < MAX_LINES else no_update,
            seen,
            not details.run.is_running and not page.has_more,
            not details.run.is_running,
            details.run.is_running or details.kind is None,
        )


def _register_stop(app: Dash, services: Services, dagster: Dagster) -> None:
    @app.callback(
        Output(forms.window_id("run-stop"), "opened"),
        Input("run-stop", "n_clicks"),
        Input(forms.confirm_id("run-stop"), "n_clicks"),
        prevent_initial_call=True,
    )
    @needs(ROLE)
    def _ask(clicks: int, _confirmed: int) -> bool:
        return bool(clicks) and ctx.triggered_id == "run-stop"

    @app.callback(
        Output(forms.SAID, "data", allow_duplicate=True),
        Input(forms.confirm_id("run-stop"), "n_clicks"),
        State("run-seen", "data"),
        prevent_initial_call=True,
    )
    @needs(ROLE)
    def _stop(clicks: int, seen: dict[str, Any]) -> Any:
        if not clicks:
            raise PreventUpdate
        try:
            stop_run(dagster, seen["run"])
        except ControlError as error:
            return forms.said(str(error))
        note(services, "run.stop", seen["run"])
        return forms.said("The run is asked to stop.")


def run_view(services: Services, dagster: Dagster, run_id: str, zone: str) -> Any:
    """One run as it stands; its parts are renewed each second while it runs."""
    try:
        details, page = run_details(dagster, run_id), run_events(dagster, run_id)
    except ControlError as error:
        return html.Div(state_message("This run cannot be shown", str(error), "alert", ALL_RUNS), className="ca-card ca-run-empty")
    seen = _seen_after({"run": run_id, "said": {}, "failure": None, "counts": None, "restated": None}, page.events, page.cursor)
    lines = log_lines(page.events, zone)
    seen["lines"] = len(lines)
    facts, steps, failure, results = _changing(services, details, seen, zone)
    is_over = not details.run.is_running
    return [
        dcc.Link([icon("back", 16), "All runs"], href=listing.PATH, className="ca-list-back"),
        html.Div([html.H2(details.run.title), _buttons(services, details)], className="ca-run-head"),
        html.Div(facts, id="run-facts"),
        html.Div(failure, id="run-failure"),
        html.Section([html.H2("Steps"), html.Div(steps, id="run-steps")], className="ca-card"),
        html.Div(results, id="run-results"),
        html.Section(
            [html.H2("Log"), html.Div(lines, id="run-log", className="ca-log", role="log", tabIndex=0, **{"aria-label": "Log of the run"})],
            className="ca-card",
        ),
        dcc.Store(id="run-seen", data=seen),
        dcc.Interval(id="run-tick", interval=FOLLOW_SECONDS * 1000, disabled=is_over and not page.has_more),
        forms.confirm_window(
            "run-stop",
            title="Stop this run?",
            text="What it has read so far is not published: pages stay as the last good load left them.",
            action="Stop the run",
        ),
    ]


def _buttons(services: Services, details: RunDetails) -> html.Div:
    run, public = details.run, services.settings.dagster_public_url
    link = []
    if public and require(ROLE).role == "admin":
        address = f"{public.rstrip('/')}/runs/{run.id}"
        link = [html.A("Open in Dagster", href=address, target="_blank", rel="noopener", className="ca-state-link")]
    stop = forms.plain_button("run-stop", "Stop", disabled=not run.is_running)
    again = forms.plain_button("run-again", "Run again", disabled=run.is_running or details.kind is None)
    return html.Div([*link, again, stop], className="ca-form-buttons")


def _changing(services: Services, details: RunDetails, seen: dict[str, Any], zone: str) -> tuple[Any, Any, Any, Any]:
    """Facts, steps, failure and results of a run."""
    shop = services.reader.shop() if seen["restated"] else None
    results = [
        *([counts_table(seen["counts"])] if seen["counts"] else []),
        *([restated_list(seen["restated"], shop.currency if shop else None)] if seen["restated"] else []),
    ]
    return head_facts(details, zone), step_list(details.steps, seen["said"]), failure_box(seen["failure"]), results


def _seen_after(seen: dict[str, Any], events: tuple[Event, ...], cursor: str) -> dict[str, Any]:
    """What is known of a run after more of its events."""
    return seen | {
        "cursor": cursor,
        "said": seen["said"] | last_said(events),
        "failure": seen["failure"] or failure_of(events),
        "counts": next((event.counts for event in reversed(events) if event.counts), seen["counts"]),
        "restated": next((list(event.restated) for event in reversed(events) if event.restated), seen["restated"]),
    }
