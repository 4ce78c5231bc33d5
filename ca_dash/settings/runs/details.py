"""One run: its state, what failed in plain words, steps, rows by source, months that changed, its log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from ca_assets.contracts.sources import SOURCES
from ca_assets.control.runs import Event, RunDetails, Step
from ca_dash.components.icons import icon
from ca_dash.format import change, money, number
from ca_dash.locales import current
from ca_dash.settings.runs.words import STEP_WORDS, clock, duration, moment, state, state_of, step_title

COUNTS = ("read", "accepted", "rejected", "duplicates", "orphans")
# Of Dagster's own events those that people follow; what assets log themselves is always shown.
SHOWN = {
    "LOG": "",
    "RUN_ENQUEUED": "Waits for its turn",
    "PIPELINE_ENQUEUED": "Waits for its turn",
    "RUN_START": "Begins",
    "PIPELINE_START": "Begins",
    "STEP_START": "{} begins",
    "STEP_SUCCESS": "{} is done",
    "STEP_SKIPPED": "{} is skipped",
    "STEP_FAILURE": "{} failed",
    "RUN_SUCCESS": "Done",
    "PIPELINE_SUCCESS": "Done",
    "RUN_FAILURE": "Failed",
    "PIPELINE_FAILURE": "Failed",
    "RUN_CANCELING": "Stops",
    "PIPELINE_CANCELING": "Stops",
    "RUN_CANCELED": "Stopped; what was published before stays",
    "PIPELINE_CANCELED": "Stopped; what was published before stays",
}


def head_facts(details: RunDetails, zone: str) -> html.Dl:
    """State, times and who started it."""
    run = details.run
    done = sum(step.state == "done" for step in details.steps)
    facts = (
        ("State", state_of(run)),
        ("Started", moment(run.started or run.created, zone, with_seconds=True)),
        ("Duration", duration(run.started, None if run.is_running else run.ended)),
        ("Started by", run.started_by),
        ("Steps", f"{done} of {len(details.steps)} done" if details.steps else "–"),
    )
    return html.Dl([html.Div([html.Dt(name), html.Dd(value)]) for name, value in facts], className="ca-run-facts")


def step_list(steps: Sequence[Step], last_said: Mapping[str, str]) -> html.Ol:
    """Each step with its state and duration; of the running one what it said last."""
    return html.Ol([_step(step, last_said.get(step.name, "")) for step in steps], className="ca-run-steps")


def _step(step: Step, said: str) -> html.Li:
    title = step_title(step.name)
    parts = [
        html.Span(
            [title, html.Span(step.name, className="ca-run-key")] if title.casefold() != step.name else title, className="ca-run-step-name"
        ),
        state(STEP_WORDS[step.state], step.state),
        html.Span("" if step.started is None else duration(step.started, step.ended), className="ca-run-time"),
    ]
    remark = [html.Span(said, className="ca-run-said")] if said and step.state == "running" else []
    return html.Li([*parts, *remark], className=f"is-{step.state}")


def failure_box(failure: str | None) -> html.Div:
    """What failed, in the words of the command line; empty while nothing did."""
    parts = [icon("alert", 18), html.Div([html.Strong("What failed: "), html.Span(failure)])] if failure else None
    return html.Div(parts, className="ca-form-problem", role="alert")


def counts_table(counts: Mapping[str, Mapping[str, Any]]) -> html.Section:
    """Rows of each source: read = accepted + rejected + duplicates + orphans."""
    head = html.Thead(html.Tr([html.Th(name.capitalize(), scope="col") for name in ("source", *COUNTS)]))
    rows = [
        html.Tr(
            [
                html.Th(source.capitalize(), scope="row"),
                *(
                    html.Td(number(row.get(name, 0), 0, current()), className="is-number", **{"data-label": name.capitalize()})
                    for name in COUNTS
                ),
            ]
        )
        for source, row in sorted(counts.items(), key=lambda item: SOURCES.index(item[0]) if item[0] in SOURCES else len(SOURCES))
    ]
    table = html.Table(
        [html.Caption("Rows of each source", className="ca-unseen"), head, html.Tbody(rows)], className="ca-plain-table has-numbers"
    )
    return html.Section([html.H2("Rows"), table], className="ca-card ca-table-card")


def restated_list(months: Sequence[Mapping[str, Any]], currency: str | None) -> html.Section:
    """The months that this load changed."""
    lines = [html.Li(restated_line(month, currency)) for month in reversed(months)]
    return html.Section([html.H2("What it changed"), html.Ul(lines, className="ca-run-months")], className="ca-card")


def restated_line(month: Mapping[str, Any], currency: str | None) -> list[Any]:
    """A month with what became of its orders and revenue, and the rows that did it."""
    locale = current()
    before, after = month["orders_before"], month["orders_after"]
    parts = [html.Strong(month["month"]), f": orders {number(before, 0, locale)} → {number(after, 0, locale)}"]
    if month.get("revenue_after") is not None and month.get("revenue_before") is not None:
        was, now = month["revenue_before"], month["revenue_after"]
        moved = f" ({change(now / was - 1, locale)})" if was else ""
        parts.append(f", revenue {money(was, currency, locale)} → {money(now, currency, locale)}{moved}")
    return [*parts, html.Span(f"; {row_words(month)}", className="ca-muted")]


def row_words(month: Mapping[str, Any]) -> str:
    """Which sessions came, went or changed."""
    locale = current()
    words = [
        f"{number(month[key], 0, locale)} {word}"
        for key, word in (("added", "new"), ("removed", "gone"), ("changed", "changed"))
        if month.get(key)
    ]
    return f"sessions: {', '.join(words)}" if words else "no session changed"


def log_lines(events: Sequence[Event], zone: str) -> list[html.Div]:
    """The lines that people follow, oldest first."""
    return [_line(event, zone) for event in events if is_shown(event)]


def is_shown(event: Event) -> bool:
    """Whether a line of the log is for people. Dagster's own events of steps are of the level DEBUG."""
    if event.level in ("WARNING", "ERROR", "CRITICAL") or event.failure:
        return True
    return event.kind in SHOWN and (event.kind != "LOG" or event.level != "DEBUG")


def _line(event: Event, zone: str) -> html.Div:
    text = event.failure or SHOWN.get(event.kind, "").format(step_title(event.step)) or event.text
    level = "is-error" if event.failure or event.level in ("ERROR", "CRITICAL") else "is-warning" if event.level == "WARNING" else ""
    where = f"{event.step}  " if event.kind == "LOG" and event.step else ""
    parts = [html.Span(clock(event.at, zone), className="ca-log-time"), html.Span(f"{where}{text}")]
    return html.Div(parts, className=f"ca-log-line {level}".strip())


def last_said(events: Sequence[Event]) -> dict[str, str]:
    """The newest line that each step logged itself."""
    return {event.step: event.text for event in events if event.kind == "LOG" and event.step and event.level == "INFO"}
