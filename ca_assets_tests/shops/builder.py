"""The one builder of test shops: rows that a reader can see (CSV literals) or that a generator made; the shop.yaml follows from them.

    TEA = SampleShop(name="Tea", sessions="id,client,start,amount,bought,country\n1,ann,2024-01-30,20,yes,FR\n", dimensions=["country"])
    TEA.write(folder)                  # sessions.csv and shop.yaml; returns the path of shop.yaml
    TEA.as_parquet().write(folder)     # the same as Parquet
    TEA.as_tables(url)                 # the same in a database: `write` writes shop.yaml alone, `databases` has the tables
    replace(TEA, sessions=...)         # a variation (dataclasses.replace)

A name in a header says which of our columns it is: `COLUMNS` has the short names that tests use, and our own names stand for themselves.
What the analyses read, without files and cleaning: `clean_tables`. Does not belong here: any particular shop.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml
from pyarrow import csv as arrow_csv

from ca_assets.contracts.sources import SOURCE_FIELDS
from ca_assets.shop import Shop, parse_shop

Row = Mapping[str, Any]
Data = str | bytes | Sequence[Row] | pa.Table | Mapping[str, str | bytes]  # a table: Parquet; a mapping: a folder of CSV files by name
Names = Sequence[str] | Mapping[str, str]
SOURCES = ("sessions", "customers", "baskets", "deliveries")
# Short name → our column, by source.
SHORT_NAMES = {
    "sessions": {"start": "session_start_date", "end": "date", "amount": "payment_amount", "bought": "has_purchased"}
    | {"discount": "discount_amount", "promo": "promotion_id", "refund": "refund_amount", "refunded": "refund_date"},
    "customers": {"download": "download_date", "signup": "signup_date"},
    "baskets": {"title": "product_name"},
    "deliveries": {"delivered": "delivery_date", "packed": "prepare_date", "returned": "return_date", "promised": "promised_date"}
    | {"lat": "latitude", "lon": "longitude"},
}
COLUMNS = {source: {field.name: field.name for field in SOURCE_FIELDS[source]} | short for source, short in SHORT_NAMES.items()}


@dataclass(frozen=True, kw_only=True)
class SampleShop:
    """A shop's rows by source, and what its shop.yaml says besides.

    `dimensions`, `actions`, `customer_actions`: names as in the header, or ours → the header's. `columns`: by source, ours → the header's
    where the header's name does not say it; None: not mapped. `options`: by source, more keys of shop.yaml (a kind, a path, a time zone).
    """

    sessions: Data
    customers: Data | None = None
    baskets: Data | None = None
    deliveries: Data | None = None
    dimensions: Names = ()
    actions: Names = ()
    customer_actions: Names = ()
    name: str | None = None
    timezone: str | None = "UTC"
    week_start: str | None = None
    currency: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    columns: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def data(self) -> dict[str, Data]:
        """The sources that there are."""
        found = {name: getattr(self, name) for name in SOURCES}
        return {name: data for name, data in found.items() if data is not None}

    def config(self) -> dict[str, Any]:
        """What shop.yaml says, as a value."""
        calendar = {"timezone": self.timezone, "week_start": self.week_start}
        sources = {name: self._source(name, data) for name, data in self.data().items()}
        config = {"name": self.name, "calendar": _given(calendar), "currency": self.currency, "settings": dict(self.settings)}
        return {**{key: value for key, value in config.items() if value}, "sources": sources}

    def yaml(self) -> str:
        """The text of shop.yaml."""
        return str(yaml.safe_dump(self.config(), sort_keys=False, allow_unicode=True))

    def parsed(self, folder: Path = Path()) -> Shop:
        """The shop as the product reads it; nothing is written."""
        return parse_shop(self.yaml(), folder)

    def with_source(self, source: str, **options: Any) -> SampleShop:
        """Other keys of one source in shop.yaml (`kind="parquet"`, `timezone="UTC"`); None takes one away."""
        return replace(self, options={**self.options, source: {**self.options.get(source, {}), **options}})

    def without(self, *sources: str) -> SampleShop:
        """The same shop with fewer sources."""
        return replace(self, **dict.fromkeys(sources))  # type: ignore[arg-type]

    def as_parquet(self) -> SampleShop:
        """All sources as Parquet files."""
        shop = self
        for name in self.data():
            shop = shop.with_source(name, kind="parquet", path=f"{name}.parquet")
        return shop

    def as_tables(self, url: str, kind: str = "postgresql") -> SampleShop:
        """All sources as tables of a database, each named as its source."""
        shop = self
        for name in self.data():
            shop = shop.with_source(name, kind=kind, url=url, path=None, table=name)
        return shop

    def files(self) -> dict[str, bytes]:
        """Content by file name, shop.yaml first; sources in databases have no file."""
        files = {"shop.yaml": self.yaml().encode()}
        for name, data in self.data().items():
            source = self._source(name, data)
            if isinstance(data, Mapping):
                folder = str(source["path"]).removesuffix("/*.csv")
                files |= {f"{folder}/{part}": csv_bytes(content) for part, content in data.items()}
            elif source["kind"] in ("csv", "parquet"):
                files[source["path"]] = csv_bytes(data) if source["kind"] == "csv" else parquet_bytes(data)
        return files

    def write(self, folder: Path) -> Path:
        """Write the files into a folder, which is made; returns the path of shop.yaml."""
        for name, content in self.files().items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        return folder / "shop.yaml"

    def _source(self, source: str, data: Data) -> dict[str, Any]:
        """One source of shop.yaml; the columns are those that the header has."""
        names = header(data, str(self.options.get(source, {}).get("delimiter", ",")))
        ours = {COLUMNS[source][name]: name for name in names if name in COLUMNS[source]} | self.columns.get(source, {})
        mapped: dict[str, Any] = {"columns": _given(ours)}
        if source == "sessions":
            mapped |= {"dimensions": _plain(self.dimensions), "actions": _plain(self.actions)}
        if source == "customers":
            mapped |= {"actions": _plain(self.customer_actions)}
        kind = "parquet" if isinstance(data, pa.Table) else "csv"
        place = {"kind": kind, "path": source if isinstance(data, Mapping) else f"{source}.{kind}"}
        return _given({**place, **{key: value for key, value in mapped.items() if value}, **self.options.get(source, {})})


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def _plain(names: Names) -> list[str] | dict[str, str]:
    return dict(names) if isinstance(names, Mapping) else list(names)


def header(data: Data, delimiter: str = ",") -> list[str]:
    """The names of the columns: of a text its first line, of rows all their keys in order, of a folder those of its first file."""
    if isinstance(data, pa.Table):
        return list(data.column_names)
    if isinstance(data, Mapping):
        return header(next(iter(data.values()), ""), delimiter)
    if isinstance(data, (str, bytes)):
        text = data.decode("utf-8-sig", "replace") if isinstance(data, bytes) else data.removeprefix("\ufeff")
        return [name.strip() for name in next(csv.reader(io.StringIO(text.lstrip("\n"), newline=""), delimiter=delimiter), [])]
    return list(dict.fromkeys(name for row in data for name in row))


def parse_rows(data: Data) -> list[dict[str, Any]]:
    """Rows of a CSV literal, whose cells may be aligned with blanks: empty cells are None. Rows are what they are."""
    if isinstance(data, pa.Table):
        return list(data.to_pylist())
    if isinstance(data, Mapping):
        return [row for content in data.values() for row in parse_rows(content)]
    if not isinstance(data, (str, bytes)):
        return [dict(row) for row in data]
    text = data.decode("utf-8-sig") if isinstance(data, bytes) else data
    rows = csv.DictReader(io.StringIO(text.strip(), newline=""), skipinitialspace=True)
    return [{name.strip(): (value or "").strip() or None for name, value in row.items()} for row in rows]


def csv_bytes(data: Data) -> bytes:
    """A CSV file: texts as they are, rows with a header."""
    if isinstance(data, bytes):
        return data
    return data.lstrip("\n").encode() if isinstance(data, str) else csv_text(parse_rows(data)).encode()


def csv_text(rows: Sequence[Row], null: str = "") -> str:
    """Rows as CSV with a header; None is `null`."""
    out, names = io.StringIO(newline=""), header(rows)
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([_cell(row.get(name), null) for name in names] for row in rows)
    return out.getvalue()


def _cell(value: Any, null: str) -> str:
    if value is None:
        return null
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat(" ") if isinstance(value, dt.datetime) else str(value)


def parquet_bytes(data: Data, row_group_size: int | None = None) -> bytes:
    """A Parquet file; what is no table already gets the types that its values have as CSV."""
    table = data if isinstance(data, pa.Table) else arrow_csv.read_csv(io.BytesIO(csv_bytes(data)))
    out = pa.BufferOutputStream()
    pq.write_table(table, out, row_group_size=row_group_size)
    return bytes(out.getvalue())


def session(client: str, start: dt.datetime | str, amount: float | None = 10.0, country: str = "x", **more: Any) -> dict[str, Any]:
    """A row of sessions; an order unless `amount` is None."""
    return {"client": client, "start": start, "amount": amount, "country": country, **more}


def orders_of(text: str) -> list[dict[str, Any]]:
    """Orders of 10 from `A 2024-01-01 10:00; A 2024-01-08; B …`: a client and a time each."""
    pairs = [part.strip().split(" ", 1) for part in text.split(";")]
    return [session(client, start) for client, start in pairs]
