"""Names and queries from shop.yaml cannot become anything but names and one query. Without a server: what a text is taken for."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlglot import exp

from ca_assets.sources.driver import Span
from ca_assets.sources.errors import SourceError
from ca_assets.sources.postgresql.sql import quote_identifier, single_statement, span_condition, table_parts


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


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ('a"; DROP TABLE x; --', '"a""; DROP TABLE x; --"'),
        ("back\\slash", '"back\\slash"'),
        ("new\nline\ttab", '"new\nline\ttab"'),
        ("it's %s {0} $1 :a", '"it\'s %s {0} $1 :a"'),
        ("select", '"select"'),
    ],
)
def test_identifiers_are_quoted_as_standard_sql_wants(name: str, text: str) -> None:
    assert quote_identifier(name) == text
    assert exp.to_identifier(name, quoted=True).sql(dialect="redshift") == text  # one dialect serves both


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
    condition = span_condition(span, "timestamptz")
    assert condition is not None and condition.split(" OR ") == [
        '"at""; DROP" >= TIMESTAMPTZ \'2024-04-30 22:00:00.000000+00\'',
        '("at""; DROP" >= TIMESTAMPTZ \'2023-12-31 22:00:00.000000+00\' AND "at""; DROP" < TIMESTAMPTZ \'2024-01-31 22:00:00.000000+00\')',
        '"at""; DROP" < TIMESTAMPTZ \'1990-01-01 00:00:00.000000+00\'',
        '"at""; DROP" IS NULL',
    ]
    assert span_condition(Span("d", dt.datetime.min.replace(tzinfo=dt.UTC)), "date") == (
        '"d" >= DATE \'0001-01-01\' OR "d" < DATE \'1990-01-03\' OR "d" IS NULL'
    )
    assert span_condition(span, "text") is None
