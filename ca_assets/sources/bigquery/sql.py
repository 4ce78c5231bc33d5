"""The text of a SELECT and its typed parameters, in GoogleSQL: names quoted (by sqlglot), values bound, never pasted.

Belongs here: the table or query as something to select from, and the filter of a span. Asking does not.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from google.cloud.bigquery import ScalarQueryParameter
from sqlglot import exp

from ca_assets.shop import SourceConfig
from ca_assets.sources.bigquery.connection import Address
from ca_assets.sources.driver import Span
from ca_assets.sources.errors import ErrorCode, SourceError

Parameters = list[ScalarQueryParameter]
# A wall clock without a zone lies at most 14 hours beside UTC; the caller keeps exactly what it wants, so a wider span is right.
MARGIN = dt.timedelta(hours=26)
EARLIEST, LATEST = dt.datetime.min.replace(tzinfo=dt.UTC), dt.datetime.max.replace(tzinfo=dt.UTC)
FLOOR = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)  # of docs/contract, section 2: what is before it is a rejected row, and has no month


def quote_identifier(name: str) -> str:
    """A name between backticks, so that it can be nothing but a name."""
    return str(exp.to_identifier(name, quoted=True).sql(dialect="bigquery"))


def origin(name: str, config: SourceConfig, address: Address) -> str:
    """What to select from, named `t`. SourceError for a table without a dataset."""
    if config.query is not None:
        return f"(\n{config.query.strip().removesuffix(';')}\n) AS t"
    parts = (config.table or "").rsplit(".", 2)
    if len(parts) == 1 and address.dataset:
        parts = [address.dataset, *parts]
    if len(parts) == 2:
        parts = [address.project, *parts]
    if len(parts) != 3 or not all(part.strip() for part in parts):
        hint = "write `table: dataset.table` (or project.dataset.table)"
        raise SourceError(name, ErrorCode.BAD_CONFIG, f"the table {config.table!r} names no dataset", hint=hint)
    return ".".join(map(quote_identifier, parts)) + " AS t"


def select(expressions: list[str], source: str, condition: str, limit: int | None) -> str:
    """The whole statement; column n of the result is named `cn`, so that no name of theirs needs to be one of a result."""
    columns = ", ".join(f"{expression} AS c{number}" for number, expression in enumerate(expressions))
    parts = ["SELECT", columns, "FROM", source]
    parts += ["WHERE", condition] if condition else []
    parts += ["LIMIT", str(int(limit))] if limit is not None else []
    return " ".join(parts)


def everything(source: str) -> str:
    """All columns of an origin."""
    return " ".join(["SELECT * FROM", source])


def column(theirs: str) -> str:
    """One of the origin's columns."""
    return f"t.{quote_identifier(theirs)}"


def condition(span: Span, kind: str) -> tuple[str, Parameters]:
    """The rows of a span (or a few more) by a column of type `kind`; ("", []) for a type that cannot be compared with moments."""
    if kind not in BOUNDS:
        return "", []
    low, high = BOUNDS[kind]
    theirs, parameters = column(span.column), Values(kind)
    tests = [f"{theirs} IS NULL", f"{theirs} < {parameters.add(high(FLOOR))}", f"{theirs} >= {parameters.add(low(span.since))}"]
    for start, end in span.parts:
        tests.append(f"({theirs} >= {parameters.add(low(start))} AND {theirs} <= {parameters.add(high(end))})")
    return " OR ".join(tests), parameters.bound


class Values:
    """Values of one type, bound by names of ours."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self.bound: Parameters = []

    def add(self, value: dt.date) -> str:
        """Bind a value; returns what stands for it in the text."""
        name = f"ca_{len(self.bound)}"
        self.bound.append(ScalarQueryParameter(name, self._kind, value))
        return f"@{name}"


def _moment(moment: dt.datetime) -> dt.datetime:
    return _shifted(moment, dt.timedelta())


def _before(moment: dt.datetime) -> dt.datetime:
    return _shifted(moment, -MARGIN).replace(tzinfo=None)


def _after(moment: dt.datetime) -> dt.datetime:
    return _shifted(moment, MARGIN).replace(tzinfo=None)


def _shifted(moment: dt.datetime, margin: dt.timedelta) -> dt.datetime:
    """The moment plus a margin, not beyond what a stamp can be."""
    try:
        return moment.astimezone(dt.UTC) + margin
    except OverflowError:
        return EARLIEST if moment.year < 5000 else LATEST


Bound = Callable[[dt.datetime], dt.date]
BOUNDS: dict[str, tuple[Bound, Bound]] = {
    "TIMESTAMP": (_moment, _moment),
    "DATETIME": (_before, _after),
    "DATE": (lambda moment: _before(moment).date(), lambda moment: _after(moment).date()),
}
