"""The rows of a span as an SQL condition. Values are made from typed datetimes; nothing that a user wrote becomes part of it but the
quoted column. Belongs here: PostgreSQL's and Redshift's form of it.

A naive column is compared with a margin of two days instead of by zone: a span may hold more rows than were asked for, never fewer.
"""

from __future__ import annotations

import datetime as dt

from ca_assets.sources.reading import Span
from ca_assets.sources.sql_identifiers import quoted

MARGIN = dt.timedelta(days=2)
FIRST = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)
FORMS = {
    "timestamptz": ("TIMESTAMPTZ", "%Y-%m-%d %H:%M:%S.%f+00"),
    "timestamp": ("TIMESTAMP", "%Y-%m-%d %H:%M:%S.%f"),
    "date": ("DATE", "%Y-%m-%d"),
}


def span_condition(span: Span, kind: str) -> str | None:
    """What follows WHERE; None for a column of another type than a time or a date: it must be read whole."""
    if kind not in FORMS:
        return None
    column, margin = quoted(span.column), dt.timedelta() if kind == "timestamptz" else MARGIN

    def _from(moment: dt.datetime) -> str:
        return f"{column} >= {_literal(moment, -margin, kind)}"

    def _until(moment: dt.datetime) -> str:
        return f"{column} < {_literal(moment, margin, kind)}"

    parts = [f"({_from(begin)} AND {_until(end)})" for begin, end in span.parts]
    return " OR ".join([_from(span.since), *parts, _until(FIRST), f"{column} IS NULL"])


def _literal(moment: dt.datetime, shift: dt.timedelta, kind: str) -> str:
    """A moment, shifted, as a typed literal."""
    word, form = FORMS[kind]
    wall = moment.astimezone(dt.UTC).replace(tzinfo=None)
    shifted = wall + min(max(shift, dt.datetime.min - wall), dt.datetime.max - wall)
    # strftime does not fill years before 1000 with zeros everywhere.
    return f"{word} '{shifted.strftime(form.replace('%Y', f'{shifted.year:04d}'))}'"
