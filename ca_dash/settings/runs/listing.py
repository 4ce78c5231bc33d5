"""The list of runs: what stands in the way of them, buttons that start one, filter, table, older ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode

from dash import dcc, html

from ca_assets.control.graphql import ControlError, Dagster
from ca_assets.control.health import problems
from ca_assets.control.kinds import run_kinds
from ca_assets.control.runs import RUNNING, Run, list_runs
from ca_dash.components.states import state_message
from ca_dash.settings import forms
from ca_dash.settings.runs.words import duration, moment, state_of

PATH = "/settings/runs"
PAGE_RUNS = 25
FILTERS = {"": "All", "running": "Running", "failed": "Failed", "succeeded": "Succeeded", "stopped": "Stopped"}
STATUSES = {"": (), "running": RUNNING, "failed": ("FAILURE",), "succeeded": ("SUCCESS",), "stopped": ("CANCELED",)}
HEAD = ("Started", "What", "State", "Duration", "Started by")


@dataclass(frozen=True)
class Query:
    """What the URL asks for: one run, or a page of the list."""

    run: str = ""
    state: str = ""
    before: str = ""


def parse(search: str | None) -> Query:
    """The query of a URL; what it does not know is left out."""
    values = {name: texts[-1] for name, texts in parse_qs((search or "").removeprefix("?")).items()}
    state = values.get("state", "")
    return Query(values.get("run", ""), state if state in FILTERS else "", values.get("before", ""))


def href(**values: str) -> str:
    """A URL of the page."""
    given = {name: text for name, text in values.items() if text}
    return f"{PATH}?{urlencode(given)}" if given else PATH


def start_card() -> html.Section:
    """What may be started now, with a sentence on each."""
    kinds = run_kinds().values()
    hints = html.Dl([part for kind in kinds for part in (html.Dt(kind.title), html.Dd(kind.about))], className="ca-run-kinds")
    choice = forms.choice_field("run-kind", "What to start", [(kind.name, kind.title) for kind in kinds], "load")
    button = forms.save_button("run-start", "Start now")
    parts = [choice, button, forms.problem("", id="run-start-problem"), html.Details([html.Summary("What each of them does"), hints])]
    return html.Section([html.H2("Start a run"), forms.form(parts, "Start a run")], className="ca-card")


def live_part(dagster: Dagster, query: Query, zone: str) -> list[Any]:
    """What changes by itself: problems and the table."""
    try:
        runs = list_runs(dagster, limit=PAGE_RUNS + 1, cursor=query.before or None, statuses=STATUSES[query.state])
    except ControlError as error:
        return [html.Div(state_message("Runs cannot be shown", str(error), "alert"), className="ca-card ca-run-empty")]
    banner = [forms.problem(text) for text in problems(dagster)]
    return [*banner, filter_links(query), *(_table(runs[:PAGE_RUNS], zone) if runs else [_empty(query)]), _pager(query, runs)]


def has_running(dagster: Dagster) -> bool:
    """Whether the list is worth asking for again soon. Raises ControlError."""
    return bool(list_runs(dagster, limit=1, statuses=RUNNING))


def filter_links(query: Query) -> html.Nav:
    """One link per state."""
    links = [
        dcc.Link(text, href=href(state=name), className="ca-run-filter is-active" if name == query.state else "ca-run-filter")
        for name, text in FILTERS.items()
    ]
    return html.Nav(html.Ul([html.Li(link) for link in links]), className="ca-run-filters", **{"aria-label": "State of the runs"})


def _table(runs: list[Run], zone: str) -> list[Any]:
    head = html.Thead(html.Tr([html.Th(title, scope="col") for title in HEAD]))
    rows = [html.Tr([html.Td(cell, **{"data-label": title}) for title, cell in zip(HEAD, _cells(run, zone), strict=True)]) for run in runs]
    caption = html.Caption(f"Runs, newest first; times of {zone}", className="ca-unseen")
    return [html.Div(html.Table([caption, head, html.Tbody(rows)], className="ca-plain-table"), className="ca-card ca-table-card")]


def _cells(run: Run, zone: str) -> tuple[Any, ...]:
    link = dcc.Link(moment(run.started or run.created, zone, with_seconds=True), href=href(run=run.id))
    return link, run.title, state_of(run), duration(run.started, run.ended if not run.is_running else None), run.started_by


def _empty(query: Query) -> html.Div:
    if query.state or query.before:
        message = state_message("No such runs", "Nothing has this state.", links=(("All runs", PATH),))
    else:
        message = state_message(
            "Nothing has run yet", "Start a load above, or make a schedule.", links=(("Schedules", "/settings/schedules"),)
        )
    return html.Div(message, className="ca-card ca-run-empty")


def _pager(query: Query, runs: list[Run]) -> html.Nav:
    newest = [dcc.Link("Newest", href=href(state=query.state))] if query.before else []
    older = [dcc.Link("Older runs", href=href(state=query.state, before=runs[PAGE_RUNS - 1].id))] if len(runs) > PAGE_RUNS else []
    return html.Nav([*newest, *older], className="ca-run-pager", **{"aria-label": "Pages of the list"})
