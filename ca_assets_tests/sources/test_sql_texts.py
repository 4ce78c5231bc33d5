"""Names and queries from shop.yaml cannot become anything but names and one query. Without a server: what a text is taken for."""

from __future__ import annotations

import datetime as dt

import pytest

from ca_assets.sources.database_urls import resolved
from ca_assets.sources.errors import SourceError
from ca_assets.sources.reading import Reading, Span
from ca_assets.sources.sql_identifiers import quoted, table_parts
from ca_assets.sources.sql_spans import span_condition
from ca_assets.sources.sql_statement import single_statement


@pytest.mark.parametrize(
    ("table", "parts"),
    [
        ("orders", ["orders"]),
        ("shop.Orders", ["shop", "Orders"]),
        ('"Weird.Name"', ["Weird.Name"]),
        ('shop."a ""b"" .c"', ["shop", 'a "b" .c']),
        ('db.shop."Ünïcode; DROP TABLE x"', ["db", "shop", "Ünïcode; DROP TABLE x"]),
        ("t; DROP TABLE x", ["t; DROP TABLE x"]),  # a name that no table has
    ],
)
def test_a_table_is_its_parts(table: str, parts: list[str]) -> None:
    assert table_parts("sessions", table) == parts


@pytest.mark.parametrize("table", ["", ".", "a.", ".a", "a..b", 'a"b', '"a', '"a"b', "a.b.c.d", '""', "a\0b", " . "])
def test_what_is_no_name_of_a_table_is_refused(table: str) -> None:
    with pytest.raises(SourceError, match=r"sessions: .*is not a table's name; write"):
        table_parts("sessions", table)


def test_quotes_in_a_name_are_doubled() -> None:
    assert quoted('a"; DROP TABLE x; --') == '"a""; DROP TABLE x; --"'


@pytest.mark.parametrize(
    ("query", "statement"),
    [
        ("SELECT 1", "SELECT 1"),
        ("SELECT 1 ;\n ; ", "SELECT 1"),
        ("SELECT 1; -- all of them\n/* and; */", "SELECT 1"),
        ("/* a ; b */ SELECT ';' -- x;y)\n, \"a;b)\" FROM t", "/* a ; b */ SELECT ';' -- x;y)\n, \"a;b)\" FROM t"),
        ("SELECT 'it''s; (' || E'\\'; )' FROM t", "SELECT 'it''s; (' || E'\\'; )' FROM t"),
        ("SELECT $$;)$$, $a$ $$ ; $a$ FROM t;", "SELECT $$;)$$, $a$ $$ ; $a$ FROM t"),
        ("SELECT /* a /* b */ ; */ 1", "SELECT /* a /* b */ ; */ 1"),
        ("SELECT a$b$c FROM t", "SELECT a$b$c FROM t"),
    ],
)
def test_one_statement_is_taken_as_it_is(query: str, statement: str) -> None:
    assert single_statement("sessions", query) == statement


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("", "is empty"),
        (" ; -- nothing", "is empty"),
        ("SELECT 1; DROP TABLE x", "more than one statement"),
        ("SELECT 1) AS a; DROP TABLE x; --", "more than one statement"),
        ("SELECT 1) AS a, (SELECT 2", "parentheses do not match"),
        ("SELECT (1", "parentheses do not match"),
        ("SELECT 'a", "a ' that does not end"),
        ('SELECT "a', 'a " that does not end'),
        ("SELECT 1 /* a", "does not end"),
        ("SELECT $x$ 1", "does not end"),
        ("SELECT 1\0", "NUL"),
    ],
)
def test_what_is_not_one_whole_statement_is_refused(query: str, problem: str) -> None:
    with pytest.raises(SourceError, match="sessions: .*" + problem.replace("$", r"\$")):
        single_statement("sessions", query)


def test_where_backslashes_may_escape_both_readings_count() -> None:
    hidden = "SELECT '\\'' ; DROP TABLE x; --'"
    assert single_statement("sessions", hidden) == hidden  # a text of letters in standard SQL
    for query in (hidden, "SELECT '\\'; DROP TABLE x; --'"):
        with pytest.raises(SourceError, match="more than one statement"):
            single_statement("sessions", query, has_escapes=True)
    with pytest.raises(SourceError, match="two ways"):
        single_statement("sessions", "SELECT '\\' -- ' ;", has_escapes=True)
    assert single_statement("sessions", "SELECT 'a\\nb'", has_escapes=True) == "SELECT 'a\\nb'"


def test_spans_are_typed_literals() -> None:
    zone = dt.timezone(dt.timedelta(hours=2))
    part = (dt.datetime(2024, 1, 1, tzinfo=zone), dt.datetime(2024, 2, 1, tzinfo=zone))
    span = Span('at"; DROP', dt.datetime(2024, 5, 1, tzinfo=zone), (part,))
    found = span_condition(span, "timestamptz")
    assert found is not None and found.split(" OR ") == [
        '"at""; DROP" >= TIMESTAMPTZ \'2024-04-30 22:00:00.000000+00\'',
        '("at""; DROP" >= TIMESTAMPTZ \'2023-12-31 22:00:00.000000+00\' AND "at""; DROP" < TIMESTAMPTZ \'2024-01-31 22:00:00.000000+00\')',
        '"at""; DROP" < TIMESTAMPTZ \'1990-01-01 00:00:00.000000+00\'',
        '"at""; DROP" IS NULL',
    ]
    assert span_condition(Span("d", dt.datetime.min.replace(tzinfo=dt.UTC)), "date") == (
        '"d" >= DATE \'0001-01-01\' OR "d" < DATE \'1990-01-03\' OR "d" IS NULL'
    )
    assert span_condition(span, "text") is None


def test_names_in_a_url_are_replaced_and_unknown_ones_told(tmp_path: object) -> None:
    reading = Reading(tmp_path, tmp_path, secret={"A": "one\n", "B_2": "${A}", "EMPTY": ""}.get)  # type: ignore[arg-type]
    assert resolved("sessions", "${A}/${B_2}/$A", reading) == "one/${A}/$A"
    for unknown in ("C", "EMPTY"):
        with pytest.raises(
            SourceError, match=f"sessions: .*{unknown}.* is not known; set the variable {unknown} or run `ca connections add"
        ):
            resolved("sessions", f"x${{{unknown}}}", reading)
