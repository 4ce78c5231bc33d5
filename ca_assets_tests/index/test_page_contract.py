"""Pages of a table's rows: filtered, sorted, walked by cursors. The same on each store, and what Python makes of the same rows."""

from __future__ import annotations

import base64
import datetime as dt
import json
import math
import random
import secrets
from collections.abc import Callable, Iterator
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ca_assets.engine.connect import connect
from ca_assets.index.elasticsearch.client import ElasticClient
from ca_assets.index.elasticsearch.mappings import IGNORE_ABOVE
from ca_assets.index.open import open_index
from ca_assets.index.paging import Cursor, Filter, Order, Page
from ca_assets.index.protocol import Index, NotPublished
from ca_assets.lake.lake import Lake
from ca_assets.settings.process import ProcessSettings

Row = dict[str, Any]
UTC_TIME = pa.timestamp("us", tz="UTC")
SCHEMA = pa.schema(
    [
        ("client", pa.string()),
        ("number", pa.int64()),
        ("score", pa.float64()),
        ("seen_at", UTC_TIME),
        ("local", pa.timestamp("us")),
        ("day", pa.date32()),
        ("is_active", pa.bool_()),
        ("traits.Shop color", pa.string()),
        ("part", pa.int64()),
    ]
)
KEY = ("client", "part")
MOMENT = dt.datetime(2010, 11, 10, 12, tzinfo=dt.UTC)
MOMENTS = [MOMENT + dt.timedelta(microseconds=us) for us in (0, 1, 999, 1000, 1001, 86_400_000_000, -1)]
MOMENTS += [dt.datetime(1, 1, 1, tzinfo=dt.UTC), dt.datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=dt.UTC)]
MOMENTS += [dt.datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=dt.UTC)]
LONG = "x" * 40_000
TEXTS = ["", "a", "A", "ab", "Äb", "äB", "\U0001f600", "\ufffd", "İ", "i", "ß", "a\nb", "a.*b", 'a"b', "a\\b", "a?b", "Ⱥ", "z\u0000z", " "]
LONG_TEXTS = [LONG, LONG + "a", LONG[:-1] + "y", "\U0001f600" * (IGNORE_ABOVE // 2), "\U0001f600" * (IGNORE_ABOVE // 2 + 1)]
LONG_TEXTS += ["y" * IGNORE_ABOVE, "y" * (IGNORE_ABOVE + 1)]
VALUES: dict[str, list[Any]] = {
    "client": [f"c{n}" for n in range(60)] + ["Ä", "\U0001f600", "\uffee"],
    "number": [0, 1, -1, 2**62, -(2**62), 7],
    "score": [0.0, -0.0, 0.1 + 0.2, 0.3, -1.5, 1e22, 5e-324, math.nan, math.inf, -math.inf],
    "seen_at": MOMENTS,
    "local": [moment.replace(tzinfo=None) for moment in MOMENTS],
    "day": [dt.date(2010, 11, 10), dt.date(2010, 11, 11), dt.date(1969, 12, 31), dt.date(1, 1, 1), dt.date(9999, 12, 31)],
    "is_active": [True, False],
    "traits.Shop color": [*TEXTS, *LONG_TEXTS],
    "part": [0, 1],
}


def made_rows() -> list[Row]:
    """Every client twice; of the other columns any value, or none."""
    chance = random.Random(7)
    others = [name for name in SCHEMA.names if name not in KEY]
    return [
        {"client": client, "part": part, **{name: chance.choice([None, *VALUES[name]]) for name in others}}
        for client in VALUES["client"]
        for part in VALUES["part"]
    ]


ROWS = made_rows()


@pytest.fixture(scope="module", params=["embedded", "elasticsearch"])
def index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """A store with the rows above, orders, and a table without a key."""
    home = tmp_path_factory.mktemp("pages") / "hö me %"
    url = request.getfixturevalue("elasticsearch") if request.param == "elasticsearch" else None
    given = ProcessSettings(home=home, index_url=url, index_prefix=f"t{secrets.token_hex(6)}-")
    con, lake = connect(given), Lake(given.lake_root)
    schema_order = [{name: row[name] for name in SCHEMA.names} for row in ROWS]
    lake.write(con, "predictions", ibis.memtable(pa.Table.from_pylist(schema_order, SCHEMA)))
    lake.write(con, "keyless", ibis.memtable(pa.table({"n": [1, 2]})))
    lake.write(con, "nothing", ibis.memtable(SCHEMA.empty_table()))
    made = open_index(given)
    for name, key in (("predictions", KEY), ("keyless", ()), ("nothing", KEY)):
        made.stage_table("g1", name, 0, len(ROWS), key)
    made.switch("g1", {})
    yield made
    if url:
        ElasticClient(given).call("DELETE", f"/{given.index_prefix}*", expand_wildcards="all")


def shown(value: Any) -> Any:
    """A value as readers get it."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def lower(text: str) -> str:
    """Code point by code point."""
    return "".join("i" if character == "İ" else character.lower() for character in text)


HOLDS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda value, other: value == other,
    "!=": lambda value, other: value != other,
    "<": lambda value, other: value < other,
    "<=": lambda value, other: value <= other,
    ">": lambda value, other: value > other,
    ">=": lambda value, other: value >= other,
    "in": lambda value, others: value in others,
    "contains": lambda value, other: lower(other) in lower(value),
    "prefix": lambda value, other: value.startswith(other),
}


def expected(where: list[Filter], order_by: list[Order]) -> list[Row]:
    """What Python makes of the rows."""
    rows = [{name: shown(row[name]) for name in SCHEMA.names} for row in ROWS]
    for condition in where:
        if condition.operator in ("is null", "is not null"):
            rows = [row for row in rows if (row[condition.column] is None) == (condition.operator == "is null")]
        else:
            holds = HOLDS[condition.operator]
            rows = [row for row in rows if row[condition.column] is not None and holds(row[condition.column], condition.value)]
    for order in reversed([*order_by, *map(Order, KEY)]):
        empty = [row for row in rows if row[order.column] is None]
        rows = [row for row in rows if row[order.column] is not None]
        rows = [*sorted(rows, key=lambda row, name=order.column: sort_key(row[name]), reverse=order.descending), *empty]
    return rows


def sort_key(value: Any) -> Any:
    """-0.0 is before 0.0."""
    return (value, math.copysign(1, value)) if isinstance(value, float) else value


def pages(index: Index, limit: int, table: str = "predictions", **query: Any) -> list[Page]:
    """All pages, each in a snapshot of its own, as requests of a browser read them."""
    found, cursor = list[Page](), None
    while not found or cursor:
        with index.snapshot() as snapshot:
            found.append(snapshot.page(table, limit=limit, after=cursor, **query))
        cursor = found[-1].next
    return found


@st.composite
def filters(draw: st.DrawFn) -> Filter:
    column = draw(st.sampled_from(SCHEMA.names))
    kind = SCHEMA.field(column).type
    values = st.sampled_from([value for value in VALUES[column] if shown(value) is not None])
    operators = ["=", "!=", "in", "is null", "is not null"]
    operators += [] if pa.types.is_boolean(kind) else ["<", "<=", ">", ">="]
    operators += ["contains", "prefix"] if pa.types.is_string(kind) else []
    operator = draw(st.sampled_from(operators))
    if operator in ("is null", "is not null"):
        return Filter(column, operator)
    if operator == "in":
        return Filter(column, operator, draw(st.lists(values, max_size=4)))
    return Filter(column, operator, draw(values)[:100] if operator == "contains" else draw(values))


ORDERS = st.lists(st.builds(Order, st.sampled_from(SCHEMA.names), st.booleans()), max_size=4, unique_by=lambda order: order.column)


def texts_of(rows: pa.Table) -> list[str]:
    """Each row as text, in which every bit of a value shows."""
    return [repr(row).replace(LONG, "<long>") for row in rows.to_pylist()]


@settings(max_examples=60, deadline=None)
@given(where=st.lists(filters(), max_size=2), order_by=ORDERS, limit=st.sampled_from([11, 40, 1000]))
def test_pages_are_the_filtered_sorted_rows(index: Index, where: list[Filter], order_by: list[Order], limit: int) -> None:
    wanted = expected(where, order_by)
    found = pages(index, limit, where=where, order_by=order_by)
    rows = pa.concat_tables([page.rows for page in found])
    assert rows.schema.equals(SCHEMA)
    assert texts_of(rows) == texts_of(pa.Table.from_pylist(wanted, SCHEMA))
    assert {page.total for page in found} == {len(wanted)}
    assert all(page.rows.num_rows == limit for page in found[:-1])


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("column", SCHEMA.names)
def test_each_column_is_walked_row_by_row(index: Index, column: str, descending: bool) -> None:
    where, order_by = [Filter("part", "=", 0), Filter("client", "prefix", "c1")], [Order(column, descending)]
    found = pages(index, 1, where=where, order_by=order_by, columns=["client"])
    assert [page.rows["client"][0].as_py() for page in found] == [row["client"] for row in expected(where, order_by)]
    assert found[0].rows.column_names == ["client"]


LONG_FILTERS = [
    Filter("traits.Shop color", "=", LONG),
    Filter("traits.Shop color", "!=", LONG),
    Filter("traits.Shop color", "in", [LONG, "a", LONG + "a"]),
    Filter("traits.Shop color", ">", LONG),
    Filter("traits.Shop color", "<=", "y" * IGNORE_ABOVE),
    Filter("traits.Shop color", "<", "\U0001f600" * 201),
    Filter("traits.Shop color", "prefix", LONG[:20_000]),
    Filter("traits.Shop color", "prefix", "y" * 1_000),
    Filter("traits.Shop color", "prefix", "\U0001f600" * 200),
    Filter("traits.Shop color", "contains", "XY"),
    Filter("traits.Shop color", "is not null"),
    Filter("traits.Shop color", "is null"),
]


@pytest.mark.parametrize("condition", LONG_FILTERS, ids=lambda condition: f"{condition.operator} {len(condition.value or '')}")
def test_texts_of_40000_characters_are_compared_whole(index: Index, condition: Filter) -> None:
    for order_by in ([Order("traits.Shop color")], [Order("traits.Shop color", True)], [Order("number")]):
        wanted = expected([condition], order_by)
        found = pages(index, 3, where=[condition], order_by=order_by, columns=["client", "part"])
        assert [tuple(row.values()) for page in found for row in page.rows.to_pylist()] == [(row["client"], row["part"]) for row in wanted]
        assert found[0].total == len(wanted)


def test_contains_ignores_the_case_of_every_letter(index: Index) -> None:
    for text in ["ä", "Ä", "ⱥ", "I", "ẞ", "A.*B", "a\\B", "A?", "", "x" * 100, "k" * 100, "𐐀" * 100]:
        condition = Filter("traits.Shop color", "contains", text)
        assert pages(index, 1000, where=[condition])[0].total == len(expected([condition], [])), text


def first_page(index: Index, **query: Any) -> Page:
    with index.snapshot() as snapshot:
        return snapshot.page("predictions", limit=5, **query)


def test_a_cursor_is_of_its_query_only(index: Index) -> None:
    query: dict[str, Any] = {"where": [Filter("number", ">", 0)], "order_by": [Order("score")]}
    cursor = first_page(index, **query).next
    assert cursor and cursor.replace("-", "").replace("_", "").isalnum(), "fit for a URL as it is"
    again = first_page(index, **query, after=Cursor(str(cursor)), columns=["part"])
    assert again.rows.column_names == ["part"], "columns and limit may change on the way"
    others: list[dict[str, Any]] = [
        {**query, "where": []},
        {**query, "where": [Filter("number", ">", 1)]},
        {**query, "where": [Filter("number", ">=", 0)]},
        {**query, "order_by": [Order("score", True)]},
        {**query, "order_by": [Order("number")]},
    ]
    for other in others:
        with pytest.raises(ValueError, match="begin at the first page"):
            first_page(index, **other, after=cursor)


def test_hostile_cursors_are_refused(index: Index) -> None:
    order = [Order("score"), Order("seen_at"), Order("day"), Order("is_active"), Order("traits.Shop color")]
    cursor = first_page(index, order_by=order).next
    assert cursor
    digest, values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    assert len(values) == 7

    def forged(text: str) -> str:
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    good: list[Any] = [0.5, 1, 1, True, "a", "c", 1]
    assert first_page(index, order_by=order, after=Cursor(forged(json.dumps([digest, good])))).rows.num_rows == 5
    wrong: list[tuple[int, Any]] = [(0, "0"), (0, 1), (1, 1.5), (1, 2**80), (2, 10**9), (2, True), (3, 1), (4, 4), (4, "\ud800")]
    wrong.append((6, 2**63))
    texts = [json.dumps([digest, [*good[:place], value, *good[place + 1 :]]]) for place, value in wrong]
    texts += [json.dumps([digest, good[:-1]]), json.dumps([digest, {}]), json.dumps(digest), json.dumps([digest, None]), "[" * 100_000]
    texts += [json.dumps([digest, good]).replace("0.5", name) for name in ("NaN", "Infinity", "1e999")]
    for hostile in ["", "x", "=", "ä", "' OR 1=1 --", "A" * 5_000_000, cursor[:-3], cursor + "AAAA", *map(forged, texts)]:
        with pytest.raises(ValueError, match="begin at the first page"):
            first_page(index, order_by=order, after=Cursor(hostile))


@pytest.mark.parametrize(
    "condition",
    [
        Filter("number", "=", "1"),
        Filter("number", "=", 1.0),
        Filter("number", "=", True),
        Filter("number", "=", 2**63),
        Filter("number", "=", None),
        Filter("number", "contains", "1"),
        Filter("score", "=", math.nan),
        Filter("score", "<", math.inf),
        Filter("seen_at", "<", MOMENT.replace(tzinfo=None)),
        Filter("local", "<", MOMENT),
        Filter("day", "=", MOMENT),
        Filter("is_active", "<", True),
        Filter("client", "in", "abc"),
        Filter("client", "in", ["a", None]),
        Filter("client", "in", ["a"] * 1001),
        Filter("client", "=", "\ud800"),
        Filter("client", "contains", "x" * 101),
        Filter("client", "like", "x"),  # type: ignore[arg-type]
    ],
    ids=str,
)
def test_a_filter_that_does_not_fit_is_refused(index: Index, condition: Filter) -> None:
    with pytest.raises(ValueError, match=r"no value of the column|is for texts|not for flags|'in' |at most|no operator"):
        first_page(index, where=[condition])


def test_unknown_columns_tables_and_limits_are_refused(index: Index) -> None:
    name = 'client" FROM x --'
    for query in ({"columns": [name]}, {"where": [Filter(name, "is null")]}, {"order_by": [Order(name)]}):
        with pytest.raises(KeyError, match="no column"):
            first_page(index, **query)
    with index.snapshot() as snapshot:
        with pytest.raises(NotPublished):
            snapshot.page("unknown")
        with pytest.raises(ValueError, match="no key"):
            snapshot.page("keyless")
        for limit in (0, -1, 10_001):
            with pytest.raises(ValueError, match="rows, not"):
                snapshot.page("predictions", limit=limit)
        assert snapshot.table("predictions").key == KEY
        empty = snapshot.page("nothing", order_by=[Order("score")], where=[Filter("client", "prefix", "c")])
    assert (empty.rows.num_rows, empty.next, empty.total) == (0, None, 0)
    assert empty.rows.schema.equals(SCHEMA)
