"""What a list is called: “Orders at 13:00–14:00 of 14 Nov 2026, Country: FR – 123 orders”."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ca_assets.analyses.core.members import Parameter
from ca_dash.figures.base import step_label
from ca_dash.filters.url import ALL
from ca_dash.format import RESERVED, counted, day, days, money, number, scope_label
from ca_dash.lists.url import ListState
from ca_dash.locales import current

NOUNS = {"orders": "order", "customers": "customer"}


def heading(state: ListState, rows: int, currency: str | None) -> str:
    """What the rows are, and how many."""
    return f"{subject(state, currency)} – {counted(rows, NOUNS[state.members.rows], current())}"


def subject(state: ListState, currency: str | None) -> str:
    """What the rows are: the set, its conditions, the days, the filter."""
    question, locale = state.question, current()
    values = state.members.parse(dict(question.values))
    conditions = [
        _condition(parameter, values[parameter.name], currency) for parameter in state.members.parameters if parameter.name in values
    ]
    when = f" of {days(*question.days, locale)}" if question.days else ""
    where = f", {scope_label(question.scope)}" if question.scope != ALL else ""
    return f"{', '.join([state.members.title, *conditions])}{when}{where}"


def written_hour(hour: int) -> str:
    """13 → 13:00–14:00."""
    return f"{hour:02d}:00–{(hour + 1) % 24:02d}:00"


def _condition(parameter: Parameter, value: Any, currency: str | None) -> str:
    locale = current()
    writers = {
        "count": lambda: number(value, 0, locale),
        "hour": lambda: written_hour(value),
        "weekday": lambda: locale.weekdays[value],
        "amount": lambda: money(value, currency, locale),
        "day": lambda: day(value, locale),
        "step": lambda: step_label(str(value)),
        "choice": lambda: parameter.options[value],
        "text": lambda: RESERVED.get(value, value),
    }
    return parameter.words.replace("{}", writers[parameter.kind]())


def stands_for(question_days: tuple[dt.date, dt.date] | None, last: dt.date, newest: dt.date | None) -> str:
    """What must be said of a list that is not as of the newest day; else nothing."""
    is_older = newest is not None and last < newest and (question_days is None or question_days[1] != last)
    return f"As of {day(last, current())}." if is_older else ""
