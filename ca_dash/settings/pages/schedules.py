"""Schedules: those that people make, with a form, and those that come with the platform."""

from __future__ import annotations

from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate

from ca_assets.control.code_schedules import code_schedules, pause_code_schedule
from ca_assets.control.graphql import ControlError, Dagster
from ca_assets.control.health import problems
from ca_assets.control.kinds import SCHEDULE_ID_TAG, SCHEDULE_TAG, run_kinds
from ca_assets.control.runs import list_runs, start_run
from ca_assets.settings.schedules.store import ScheduleError, add_schedule, delete_schedule, get_schedule, list_schedules, pause_schedule
from ca_assets.settings.schedules.timing import (
    CRON,
    DAILY,
    HOURLY,
    LAST_DAY,
    MONTHLY,
    ONCE,
    PERIODS,
    WEEKDAYS,
    WEEKLY,
    Timing,
    TimingError,
    timing,
)
from ca_dash.auth.guard import needs, require
from ca_dash.components.states import state_message
from ca_dash.settings import forms
from ca_dash.settings.page import Services, SettingsPage
from ca_dash.settings.runs.listing import PATH as RUNS
from ca_dash.settings.runs.roles import ROLE, note
from ca_dash.settings.runs.schedule_table import code_table, next_words, user_table
from ca_dash.settings.runs.words import dagster_of, zone_of

LAST_RUNS = 200  # among which the newest of each schedule is looked for
FIELDS = ("name", "kind", "period", "time", "date", "weekday", "day", "cron")
# The fields of the form that each period uses, besides name, kind and period.
USED = {ONCE: ("date", "time"), HOURLY: ("time",), DAILY: ("time",), WEEKLY: ("weekday", "time"), MONTHLY: ("day", "time"), CRON: ("cron",)}
VARYING = ("time", "date", "weekday", "day", "cron")
DELETE = "schedule-delete"


def _content(services: Services) -> list[Any]:
    pending = html.Div(className="ca-list-pending is-pending")
    about = "They come with the platform; their times are set in its environment (CA_NIGHTLY_CRON and others)."
    defaults = [html.H2("Default schedules"), html.P(about, className="ca-muted"), html.Div(pending, id="code-schedules")]
    return [
        html.Div(id="schedule-problems"),
        html.Section([html.H2("Your schedules"), html.Div(pending, id="schedules")], className="ca-card ca-table-card"),
        _form(zone_of(services.database)),
        html.Section(defaults, className="ca-card ca-table-card"),
        dcc.Store(id="schedule-doomed"),
        forms.confirm_window(DELETE, title="Delete this schedule?", text="", text_id="schedule-doomed-text", action="Delete"),
    ]


def _user_part(services: Services, dagster: Dagster, zone: str) -> Any:
    try:
        runs = list_runs(dagster, limit=LAST_RUNS)
    except ControlError:
        runs = []  # the problem is said at the top of the page
    return user_table(list_schedules(services.database), runs, zone)


def _code_part(dagster: Dagster, zone: str) -> Any:
    try:
        return code_table(code_schedules(dagster), list_runs(dagster, limit=LAST_RUNS), zone)
    except ControlError as error:
        return state_message("They cannot be shown now", str(error), "alert")


def _id(field: str) -> str:
    return f"schedule-{field}"


def _form(zone: str) -> html.Section:
    weekdays = [(str(number), name) for number, name in enumerate(WEEKDAYS, 1)]
    days = [*((str(number), f"Day {number}") for number in range(1, 29)), (str(LAST_DAY), "The last day")]
    kinds = [(kind.name, kind.title) for kind in run_kinds().values()]
    titles = {ONCE: "Once", CRON: "Cron expression"}
    periods = [(period, titles.get(period, f"{period.capitalize()}")) for period in PERIODS]
    places = {
        "date": forms.text_field(_id("date"), "Day", hint="Such as 2026-11-30", placeholder="YYYY-MM-DD"),
        "weekday": forms.choice_field(_id("weekday"), "Day of the week", weekdays, "1"),
        "day": forms.choice_field(_id("day"), "Day of the month", days, "1"),
        "time": forms.text_field(_id("time"), "Time", "03:00", hint=f"On the clock of {zone}; hourly: its minute counts"),
        "cron": forms.text_field(
            _id("cron"), "Cron expression", "0 3 * * *", hint="Minute, hour, day of the month, month, day of the week"
        ),
    }
    parts = [
        forms.row(
            forms.text_field(_id("name"), "Name", required=True, attributes={"input": {"maxLength": 100}}),
            forms.choice_field(_id("kind"), "What to start", kinds, "load"),
            forms.choice_field(_id("period"), "How often", periods, DAILY),
        ),
        html.Div(
            [html.Div(field, id=_id(f"{name}-place"), hidden=name not in USED[DAILY]) for name, field in places.items()],
            className="ca-form-row",
        ),
        html.P(id="schedule-preview", className="ca-muted ca-run-preview", role="status"),
        html.Div(forms.save_button("schedule-save", "Make the schedule"), className="ca-form-buttons"),
    ]
    return html.Section([html.H2("New schedule"), forms.form(parts, "New schedule", class_name="is-wide")], className="ca-card")


def _register(app: Dash, services: Services) -> None:
    _register_tables(app, services)
    _register_form(app, services)
    _register_actions(app, services)
    _register_delete(app, services)


def _register_tables(app: Dash, services: Services) -> None:
    """Dagster is asked after the page is there, and for both tables at the same time."""
    dagster = dagster_of(services.settings)

    @app.callback(Output("schedules", "children"), Input("query", "data"))
    @needs(ROLE)
    def _users(_search: str | None) -> Any:
        return _user_part(services, dagster, zone_of(services.database))

    @app.callback(Output("code-schedules", "children"), Output("schedule-problems", "children"), Input("query", "data"))
    @needs(ROLE)
    def _codes(_search: str | None) -> tuple[Any, Any]:
        return _code_part(dagster, zone_of(services.database)), [forms.problem(text) for text in problems(dagster)]


def _timing_of(values: dict[str, Any]) -> Timing:
    """The period that the form's values say. Raises TimingError."""
    numbers = {name: int(values[name]) if str(values[name] or "").isdecimal() else None for name in ("weekday", "day")}
    return timing(values["period"], time=values["time"], date=values["date"], cron=values["cron"], **numbers)


def _register_form(app: Dash, services: Services) -> None:
    dagster = dagster_of(services.settings)

    @app.callback(
        *(Output(_id(f"{name}-place"), "hidden") for name in VARYING),
        Output("schedule-preview", "children"),
        *(Input(_id(name), "value") for name in FIELDS[2:]),
    )
    @needs(ROLE)
    def _preview(*given: Any) -> tuple[Any, ...]:
        values = dict(zip(FIELDS[2:], given, strict=True))
        hidden = [name not in USED.get(values["period"], ()) for name in VARYING]
        try:
            return (*hidden, next_words(_timing_of(values), zone_of(services.database)))
        except TimingError as error:
            return (*hidden, str(error))

    @app.callback(
        *(Output(_id(name), "error") for name in FIELDS),
        Output(_id("name"), "value"),
        Output("schedules", "children", allow_duplicate=True),
        Output(forms.SAID, "data", allow_duplicate=True),
        Input("schedule-save", "n_clicks"),
        *(State(_id(name), "value") for name in FIELDS),
        prevent_initial_call=True,
    )
    @needs(ROLE)
    def _save(clicks: int, *given: Any) -> tuple[Any, ...]:
        if not clicks:
            raise PreventUpdate
        values, zone = dict(zip(FIELDS, given, strict=True)), zone_of(services.database)
        try:
            schedule = add_schedule(
                services.database,
                name=str(values["name"] or ""),
                kind=str(values["kind"]),
                timing=_timing_of(values),
                made_by=require(ROLE).name,
                kinds=run_kinds(),
                zone=zone,
            )
        except (ScheduleError, TimingError) as error:
            return (*forms.errors_of(FIELDS, {error.field: str(error)}), no_update, no_update, no_update)
        note(services, "schedule.add", schedule.name, f"{schedule.kind}, {schedule.timing.words()}")
        said = forms.said(f"“{schedule.name}” is scheduled: {schedule.timing.words()}.")
        return (*forms.errors_of(FIELDS, {}), "", _user_part(services, dagster, zone), said)


def _clicked() -> str:
    """The id of the button of a table that was pressed; nothing happens when the table was only drawn."""
    if not ctx.triggered_id or not ctx.triggered[0]["value"]:
        raise PreventUpdate
    return str(ctx.triggered_id["id"])


def _number() -> int:
    """The number of the schedule whose button was pressed."""
    clicked = _clicked()
    if not clicked.isdecimal():
        raise PreventUpdate
    return int(clicked)


def _register_actions(app: Dash, services: Services) -> None:
    dagster = dagster_of(services.settings)

    @app.callback(
        Output("schedules", "children", allow_duplicate=True),
        Output(forms.SAID, "data", allow_duplicate=True),
        Input({"type": "schedule-pause", "id": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    @needs(ROLE)
    def _pause(_clicks: list[int]) -> tuple[Any, Any]:
        number = _number()
        try:
            is_paused = not get_schedule(services.database, number).is_paused
            schedule = pause_schedule(services.database, number, is_paused=is_paused)
            note(services, "schedule.pause" if is_paused else "schedule.resume", schedule.name)
            said = f"“{schedule.name}” is {'paused' if is_paused else 'on again'}."
        except ScheduleError as error:
            said = str(error)
        return _user_part(services, dagster, zone_of(services.database)), forms.said(said)

    @app.callback(
        Output("url", "href", allow_duplicate=True),
        Output(forms.SAID, "data", allow_duplicate=True),
        Input({"type": "schedule-now", "id": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    @needs(ROLE)
    def _now(_clicks: list[int]) -> tuple[Any, Any]:
        number = _number()
        try:
            schedule = get_schedule(services.database, number)
            tags = {SCHEDULE_TAG: schedule.name, SCHEDULE_ID_TAG: str(schedule.id)}
            run_id = start_run(dagster, run_kinds()[schedule.kind], started_by=require(ROLE).name, tags=tags)
        except (ScheduleError, ControlError, KeyError) as error:
            return no_update, forms.said(str(error))
        note(services, "run.start", schedule.name, run_id)
        return f"{RUNS}?run={run_id}", no_update

    @app.callback(
        Output("code-schedules", "children", allow_duplicate=True),
        Output(forms.SAID, "data", allow_duplicate=True),
        Input({"type": "code-schedule-pause", "id": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    @needs(ROLE)
    def _pause_default(_clicks: list[int]) -> tuple[Any, Any]:
        name = _clicked()
        try:
            schedule = next(known for known in code_schedules(dagster) if known.name == name)
            pause_code_schedule(dagster, schedule, is_paused=not schedule.is_paused)
            note(services, "schedule.resume" if schedule.is_paused else "schedule.pause", name)
            said = f"{name} is {'on again' if schedule.is_paused else 'paused'}."
        except (ControlError, StopIteration) as error:
            said = str(error) or "There is no such schedule any more."
        return _code_part(dagster, zone_of(services.database)), forms.said(said)


def _register_delete(app: Dash, services: Services) -> None:
    dagster = dagster_of(services.settings)

    @app.callback(
        Output(forms.window_id(DELETE), "opened"),
        Output("schedule-doomed", "data"),
        Output("schedule-doomed-text", "children"),
        Input({"type": "schedule-delete", "id": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    @needs(ROLE)
    def _ask(_clicks: list[int]) -> tuple[bool, int, str]:
        schedule = get_schedule(services.database, _number())
        return True, schedule.id, f"“{schedule.name}” will not start anything any more. Its runs stay in the list."

    @app.callback(
        Output(forms.window_id(DELETE), "opened", allow_duplicate=True),
        Output("schedules", "children", allow_duplicate=True),
        Output(forms.SAID, "data", allow_duplicate=True),
        Input(forms.confirm_id(DELETE), "n_clicks"),
        State("schedule-doomed", "data"),
        prevent_initial_call=True,
    )
    @needs(ROLE)
    def _delete(clicks: int, number: int | None) -> tuple[bool, Any, Any]:
        if not clicks or number is None:
            raise PreventUpdate
        try:
            name = delete_schedule(services.database, number).name
            note(services, "schedule.delete", name)
            said = f"“{name}” is deleted."
        except ScheduleError as error:
            said = str(error)
        return False, _user_part(services, dagster, zone_of(services.database)), forms.said(said)


PAGE = SettingsPage(
    "/settings/schedules", "Schedules", "clock", 35, ROLE, "What is loaded and computed when, on the business clock.", _content, _register
)
