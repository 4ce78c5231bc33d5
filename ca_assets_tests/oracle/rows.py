"""The files of a source → typed records, and the rows that are rejected (docs/contract, section 2), file by file.

Belongs here: what one row is worth, and further lines, which other rows of its file decide. Does not belong here: which of several
records of a key stays (`versions`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ca_assets_tests.oracle.moments import Null, read_time
from ca_assets_tests.oracle.scan import Row, read_csv
from ca_assets_tests.oracle.shopfile import Source
from ca_assets_tests.oracle.values import LARGEST_AMOUNT, Bad, read_bool, read_currency, read_number, read_text, trimmed

Record = dict[str, Any]

TYPES = {
    "sessions": {
        "id": "text",
        "client": "text",
        "session_start_date": "time",
        "date": "time",
        "payment_amount": "amount",
        "discount_amount": "discount",
        "has_purchased": "bool",
        "promotion_id": "text",
        "currency": "currency",
        "refund_amount": "amount",
        "refund_date": "time",
    },
    "customers": {"client": "text", "download_date": "time", "signup_date": "time"},
    "baskets": {"id": "text", "product": "text", "price": "amount", "category": "text", "quantity": "quantity", "product_name": "text"},
    "deliveries": {
        "id": "text",
        "delivery_date": "time",
        "prepare_date": "time",
        "return_date": "time",
        "promised_date": "time",
        "latitude": "latitude",
        "longitude": "longitude",
    },
}
REQUIRED = {
    "sessions": ("id", "session_start_date", "has_purchased"),  # and payment_amount where purchased
    "customers": ("client",),
    "baskets": ("id", "product", "price"),
    "deliveries": ("id", "delivery_date"),
}
KEYS = {"sessions": "id", "deliveries": "id"}  # the sources that may have further lines
NEVER_NULL = ("session_start_date", "delivery_date")  # where 1970-01-01 is a date like any other


@dataclass
class Reading:
    """The accepted records of a source (with `file`, the place of their file), what was counted, and why rows were rejected."""

    records: list[Record] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    rejects: list[tuple[str, int, str]] = field(default_factory=list)

    def reject(self, file: str, line: int, reason: str) -> None:
        """One row that is of no use."""
        self.counts["rejected"] += 1
        self.rejects.append((file, line, reason))


class Missing(Bad):
    """A required value is missing, and nothing else is wrong; `record` has the others."""

    def __init__(self, columns: list[str], record: Record) -> None:
        super().__init__(f"missing: {', '.join(columns)}")
        self.record = record


def read_rows(name: str, source: Source, guests: list[str]) -> Reading:
    """Every row of a source's files. `guests`: the texts of `client` that are no clients."""
    types = TYPES[name] | {f"dimensions.{ours}": "text" for ours in source.dimensions} | {"updated_at": "time"}
    types |= {f"actions.{ours}": "bool" if name == "sessions" else "time" for ours in source.actions}
    reader = _Reader(name, source, guests, types)
    headers = {path: read_csv(path.read_bytes(), source.delimiter, source.encoding, source.skip_rows) for path in source.files()}
    places = _places(name, source, {path: header for path, (header, _) in headers.items()})
    for number, (path, (_, rows)) in enumerate(headers.items()):
        reader.read_file(number, path.name, places[path], rows)
    return reader.reading


def _places(name: str, source: Source, headers: dict[Path, list[str]]) -> dict[Path, dict[str, int]]:
    """Of each file: our column → its place in a row; an optional column is missing where the file lacks it."""
    theirs = dict(source.columns)
    theirs |= {f"dimensions.{ours}": column for ours, column in source.dimensions.items()}
    theirs |= {f"actions.{ours}": column for ours, column in source.actions.items()}
    nowhere = sorted(column for column in theirs.values() if not any(column in header for header in headers.values()))
    if nowhere:
        raise ValueError(f"source {name} lacks the columns {nowhere}")
    for path, header in headers.items():
        twice = sorted(column for column in theirs.values() if header.count(column) > 1)
        lacking = [column for ours, column in theirs.items() if ours in REQUIRED[name] and column not in header]
        if twice or lacking:
            raise ValueError(f"source {name}, {path}: {twice} twice, {lacking} missing")
    return {path: {ours: header.index(column) for ours, column in theirs.items() if column in header} for path, header in headers.items()}


@dataclass
class _Reader:
    name: str
    source: Source
    guests: list[str]
    types: dict[str, str]
    reading: Reading = field(default_factory=Reading)

    def read_file(self, number: int, path: str, places: dict[str, int], rows: list[Row]) -> None:
        """The rows of one file."""
        accepted: list[Record] = []
        incomplete: list[tuple[int, Missing]] = []
        for row in rows:
            texts = self.source.constants | {ours: row.fields[place] for ours, place in places.items() if not row.broken}
            if self.name == "customers" and self._text(texts.get("client", "")) in self.guests:
                self.reading.counts["guests"] += 1  # not read
                continue
            self.reading.counts["read"] += 1
            try:
                if row.broken:
                    raise Bad(row.broken)
                accepted.append(self._record(texts) | {"file": number, "place": (path, row.line)})
            except Missing as missing:
                incomplete.append((row.line, missing))
            except Bad as reason:
                self.reading.reject(path, row.line, str(reason))
        self._further_lines(path, accepted, incomplete)
        self.reading.records += accepted

    def _further_lines(self, path: str, accepted: list[Record], incomplete: list[tuple[int, Missing]]) -> None:
        """A row that lacks values and whose key has an accepted row in the file is a duplicate of it."""
        key = KEYS.get(self.name)
        known = {record[key] for record in accepted} if key else set()
        for line, missing in incomplete:
            if key and missing.record[key] in known:
                self.reading.counts["further_lines"] += 1
            else:
                self.reading.reject(path, line, str(missing))

    def _record(self, texts: dict[str, str]) -> Record:
        record: Record = {}
        noticed: Counter[str] = Counter()
        for column, kind in self.types.items():
            text = self._text(texts.get(column, ""))
            try:
                record[column] = None if text is None else self._value(column, kind, text, noticed)
            except Bad as reason:
                raise Bad(f"{column}: {reason}") from None
        required = REQUIRED[self.name] + (("payment_amount",) if record.get("has_purchased") else ())
        if missing := [column for column in required if record[column] is None]:
            raise Missing(missing, record)
        self.reading.counts += noticed
        return record

    def _text(self, text: str) -> str | None:
        """What is left of a cell; None when it is missing."""
        left = trimmed(text)
        return None if left in self.source.null_values else left

    def _value(self, column: str, kind: str, text: str, noticed: Counter[str]) -> Any:
        if kind in ("text", "currency"):
            value = read_currency(text) if kind == "currency" else read_text(text)
            return None if column == "client" and value in self.guests else value
        if kind == "bool":
            return read_bool(text, self.source.true_values, self.source.false_values)
        if kind == "time":
            return self._moment(column, text, noticed)
        number = read_number(text, self.source.decimal, self.source.thousands)
        if kind == "discount" and number < 0:
            noticed["negative_discounts"] += 1
            number = -number
        return _within(kind, number)

    def _moment(self, column: str, text: str, noticed: Counter[str]) -> Any:
        moment = read_time(text, self.source.zone, self.source.format_of(column))
        if not isinstance(moment, Null):
            return moment
        if column in NEVER_NULL:
            raise Bad("before 1990")
        noticed["null_dates"] += 1
        return None


def _within(kind: str, number: float) -> float:
    """The number, if it is in the bounds of its kind."""
    if kind in ("amount", "discount") and not 0 <= number <= LARGEST_AMOUNT:
        raise Bad("negative or above 1e15")
    if kind == "quantity" and number <= 0:
        raise Bad("not above 0")
    if kind in ("latitude", "longitude") and abs(number) > (90 if kind == "latitude" else 180):
        raise Bad("out of range")
    return number
