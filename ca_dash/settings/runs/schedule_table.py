"""Tables of schedules: those that people made, and those of the code."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from ca_assets.control.code_schedules import CodeSchedule
from ca_assets.control.kinds import SCHEDULE_ID_TAG, run_kinds
from ca_assets.control.runs import Run
from ca_assets.settings.schedules.model import Schedule
from ca_assets.settings.schedules.store import next_runs
from ca_assets.settings.schedules.timing import CRON, Timing, expression_words
from ca_dash.components.icons import icon
from ca_dash.components.states import state_message
from ca_dash.settings.runs.listing import href
from ca_dash.settings.runs.words import moment, state, state_of

NEXT_SHOWN = 3
HEAD = ("Name", "What", "When", "Next", "Last run", "")


def user_table(schedules: Sequence[Schedule], runs: Sequence[Run], zone: str) -> Any:
    """The schedules of the settings with their last runs."""
    if not schedules:
        return state_message("No schedules yet", "Make one below; those that come with the platform are listed under it.")
    last: dict[str, Run] = {}
    for run in runs:
        last.setdefault(run.tags.get(SCHEDULE_ID_TAG, ""), run)
    rows = [_user_row(schedule, last.get(str(schedule.id)), zone) for schedule in schedules]
    return _table(f"Schedules; times of {zone}", HEAD, rows)


def code_table(schedules: Sequence[CodeSchedule], runs: Sequence[Run], zone: str) -> Any:
    """The schedules that the code defines."""
    last: dict[str, Run] = {}
    for run in runs:
        last.setdefault(run.tags.get("dagster/schedule_name", ""), run)
    rows = [_code_row(schedule, last.get(schedule.name), zone) for schedule in schedules]
    return _table(f"Default schedules; times of {zone}", HEAD, rows)


def _table(caption: str, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> html.Table:
    titles = [html.Th(title, scope="col") if title else html.Td() for title in head]
    body = [html.Tr([html.Td(cell, **{"data-label": title}) for title, cell in zip(head, row, strict=True)]) for row in rows]
    return html.Table(
        [html.Caption(caption, className="ca-unseen"), html.Thead(html.Tr(titles)), html.Tbody(body)],
        className="ca-plain-table is-schedules",
    )


def _user_row(schedule: Schedule, last: Run | None, zone: str) -> tuple[Any, ...]:
    kind = run_kinds().get(schedule.kind)
    name = [html.Strong(schedule.name), html.Small(f"made by {schedule.made_by}", className="ca-muted")]
    times = [moment.timestamp() for moment in next_runs(schedule, zone, NEXT_SHOWN)]
    actions = html.Div(
        [
            _button("schedule-now", schedule.id, "play", f"Run {schedule.name} now"),
            _pause_button("schedule-pause", schedule.id, schedule.name, is_paused=schedule.is_paused),
            _button("schedule-delete", schedule.id, "trash", f"Delete {schedule.name}"),
        ],
        className="ca-run-actions",
    )
    when = [html.Span(schedule.timing.words()), *([html.Code(schedule.cron)] if schedule.period == CRON else [])]
    what = kind.title if kind else f"{schedule.kind} (not known any more)"
    return (
        html.Div(name, className="ca-stack"),
        what,
        html.Div(when, className="ca-stack"),
        _next(times, schedule.is_paused, zone),
        _last(last, zone),
        actions,
    )


def _code_row(schedule: CodeSchedule, last: Run | None, zone: str) -> tuple[Any, ...]:
    kind = run_kinds().get({"load_everything": "full_load" if "full" in schedule.name else "load"}.get(schedule.job, schedule.job))
    name = [html.Strong(schedule.name.replace("_", " ").capitalize()), html.Small("comes with the platform", className="ca-muted")]
    when = [html.Span(expression_words(schedule.cron)), html.Code(schedule.cron)]
    actions = html.Div(
        _pause_button("code-schedule-pause", schedule.name, schedule.name, is_paused=schedule.is_paused), className="ca-run-actions"
    )
    return (
        html.Div(name, className="ca-stack"),
        kind.title if kind else schedule.job,
        html.Div(when, className="ca-stack"),
        _next(schedule.next_times, schedule.is_paused, zone),
        _last(last, zone),
        actions,
    )


def _next(times: Sequence[float], is_paused: bool, zone: str) -> Any:
    if is_paused:
        return state("Paused", "stopped")
    if not times:
        return html.Span("not again", className="ca-muted")
    return html.Div([html.Span(moment(time, zone)) for time in times], className="ca-stack")


def _last(run: Run | None, zone: str) -> Any:
    if run is None:
        return html.Span("none yet", className="ca-muted")
    return html.Div([dcc.Link(moment(run.started or run.created, zone), href=href(run=run.id)), state_of(run)], className="ca-stack")


def _pause_button(kind: str, key: int | str, name: str, *, is_paused: bool) -> dmc.ActionIcon:
    return _button(kind, key, "resume", f"Resume {name}") if is_paused else _button(kind, key, "pause", f"Pause {name}")


def _button(kind: str, key: int | str, picture: str, label: str) -> dmc.ActionIcon:
    return dmc.ActionIcon(
        icon(picture, 16), id={"type": kind, "id": key}, variant="subtle", color="gray", n_clicks=0, **{"aria-label": label}
    )


def next_words(timing: Timing, zone: str) -> str:
    """When a period would be due, for the form's preview."""
    times = timing.next_times(dt.datetime.now(dt.UTC), zone, NEXT_SHOWN)
    shown = "; ".join(moment(time.timestamp(), zone) for time in times)
    return f"{timing.words()[:1].upper()}{timing.words()[1:]}. Next: {shown} ({zone})." if shown else "This moment has passed."
