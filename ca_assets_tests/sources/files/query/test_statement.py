"""What a query over files may say, and every way out that it is refused."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ca_assets.sources.errors import SourceError
from ca_assets.sources.files.query.sandbox import sandbox
from ca_assets.sources.files.query.statement import check_statement

GOOD = [
    "SELECT * FROM source",
    "FROM source SELECT a",
    'SELECT "Order ID" AS id, sum(a::DECIMAL(10, 2)) FILTER (WHERE b) OVER (PARTITION BY c ORDER BY d) FROM source',
    "SELECT split_part(a, '-', 1), CASE WHEN b = 'x' THEN 1 END, a ->> '$.b', date_add(a, b) FROM source",
    "SELECT list_transform([1], lambda x: x + 1), [x for x in l if x > 1], {'a': 1}, try_cast(a AS INT), a[1] FROM source",
    "WITH lines AS (SELECT * FROM source), sums AS (SELECT sum(b) FROM lines) SELECT * FROM lines, sums",
    "SELECT * FROM source a JOIN source b USING (id) WHERE a.x IN (SELECT x FROM source)",
    "SELECT * FROM source UNION ALL SELECT * FROM source",
    "SELECT unnest(string_split(items, ',')) FROM source, generate_series(1, 3)",
    "SELECT first(a ORDER BY b), quantile_cont(a, .5) FROM source GROUP BY ALL QUALIFY row_number() OVER (PARTITION BY c) = 1",
    "SELECT user FROM source",
]
BAD = {
    "": "is empty",
    "SELECT 1; SELECT 2": "more than one statement",
    "SELEC 1": "no SQL that DuckDB can read",
    "SELECT * FROM 'other.csv'": "reads from other.csv",
    "SELECT * FROM orders": "reads from orders",
    "SELECT * FROM main.source": "reads from main.source",
    "SELECT * FROM duckdb_tables": "reads from duckdb_tables",
    "SELECT * FROM information_schema.tables": "reads from information_schema.tables",
    "SELECT (SELECT max(z) FROM (WITH pg_class AS (SELECT 1 z) FROM pg_class)), * FROM pg_class": "reads from pg_class",
    "SELECT * FROM read_csv('/etc/passwd')": r"calls read_csv\(\)",
    "SELECT * FROM source WHERE a IN (SELECT content FROM read_text('/etc/passwd'))": r"calls read_text\(\)",
    "SELECT * FROM glob('/*')": r"calls glob\(\)",
    "SELECT * FROM duckdb_settings()": r"calls duckdb_settings\(\)",
    "SELECT * FROM query('SELECT 1')": r"calls query\(\)",
    "SELECT list_transform([1], lambda x: getenv('HOME')) FROM source": r"calls getenv\(\)",
    "SELECT current_setting('temp_directory')": r"calls current_setting\(\)",
    "SELECT system.main.current_setting('threads')": "calls",
    "SELECT getvariable('x')": r"calls getvariable\(\)",
    "SELECT now()": r"calls now\(\)",
    "SELECT ago(INTERVAL 1 DAY)": r"calls ago\(\)",
    "SELECT random() FROM source": r"calls random\(\)",
    "SELECT sum(a) OVER (ORDER BY random()) FROM source": r"calls random\(\)",
    "SELECT uuid()": r"calls uuid\(\)",
    "SELECT pg_sleep(100)": r"calls pg_sleep\(\)",
    "SELECT nextval('x')": r"calls nextval\(\)",
    "SELECT * FROM source USING SAMPLE 10": "takes a sample",
    "SELECT * FROM source TABLESAMPLE 10%": "takes a sample",
    "SELECT * FROM (DESCRIBE source)": "describes a table",
    "SUMMARIZE source": "describes a table",
    "SELECT $1": "has a parameter",
    **{
        f"{statement}": "something else than a SELECT"
        for statement in (
            *("COPY source TO '/tmp/x.csv'", "ATTACH '/tmp/x.db'", "INSTALL httpfs", "LOAD httpfs", "SET memory_limit = '1TB'"),
            *(
                "CREATE TABLE t AS SELECT 1",
                "INSERT INTO source SELECT 1",
                "DROP VIEW source",
                "PRAGMA version",
                "EXPORT DATABASE '/tmp/x'",
            ),
            *("CALL duckdb_settings()", "CREATE SECRET s (TYPE s3)", "EXPLAIN ANALYZE SELECT 1"),
        )
    },
}


@pytest.mark.parametrize("query", GOOD)
def test_what_a_query_may_be(query: str) -> None:
    check_statement("sessions", query)


@pytest.mark.parametrize("query", BAD)
def test_what_a_query_may_not_be(query: str) -> None:
    with pytest.raises(SourceError, match=f"^sessions: `query` .*{BAD[query]}.*write one SELECT"):
        check_statement("sessions", query)


def test_words_of_the_environment() -> None:
    for word in ("current_date", "CURRENT_TIMESTAMP", "localtime", "current_user"):
        with pytest.raises(SourceError, match=f"asks for {word.lower()}"):
            check_statement("sessions", f"SELECT {word} FROM source", ["id"])
    check_statement("sessions", "SELECT user, source.current_date FROM source", ["User"])


WAYS_OUT = [
    "SELECT * FROM read_text('{other}')",
    "SELECT * FROM '{other}'",
    "SELECT * FROM glob('{folder}/*')",
    "COPY (SELECT 1) TO '{folder}/made.csv'",
    "ATTACH '{folder}/made.db'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "SET allowed_paths = ['{other}']",
    "SET memory_limit = '100GB'",
    "SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')",
    "SELECT * FROM secret_frame",
    "EXPORT DATABASE '{folder}/made'",
]


@pytest.mark.parametrize("statement", WAYS_OUT)
def test_the_sandbox_has_no_way_out(tmp_path: Path, statement: str) -> None:
    """The second wall, asked without the first."""
    secret_frame = pa.table({"secret": [1]})  # what Python's own variables would give
    rows, other = tmp_path / "rows.parquet", tmp_path / "other.txt"
    pq.write_table(pa.table({"c0": ["x", ""]}), rows)
    other.write_text("secret")
    with (
        pytest.raises(SourceError, match=r"cannot be run: .*(ermission|onfiguration|locked|disabled|not exist|not found)"),
        sandbox("sessions", rows, ["a"], tmp_path / "spill") as con,
    ):
        con.execute(statement.format(other=other, folder=tmp_path)).fetchall()
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "spill") == ["other.txt", "rows.parquet"]
    assert secret_frame.num_rows == 1


def test_source_in_the_sandbox(tmp_path: Path) -> None:
    pq.write_table(pa.table({"c0": ["x", ""], "c1": ["1", "2"]}), tmp_path / "rows.parquet")
    with sandbox("sessions", tmp_path / "rows.parquet", ['a "name"', "b;"], tmp_path / "spill") as con:
        assert con.execute('SELECT "a ""name""", "b;" FROM source').fetchall() == [("x", "1"), (None, "2")]
        assert con.execute("SELECT current_setting('TimeZone')").fetchall() == [("UTC",)]


def test_time_and_memory_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pq.write_table(pa.table({"c0": ["x"]}), tmp_path / "rows.parquet")
    monkeypatch.setenv("CA_SOURCE_TIMEOUT_SECONDS", "0.3")
    endless = "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT max(n) FROM r"
    with (
        pytest.raises(SourceError, match=r"ran for more than 0.3 s.*CA_SOURCE_TIMEOUT_SECONDS"),
        sandbox("sessions", tmp_path / "rows.parquet", ["a"], tmp_path / "spill") as con,
    ):
        con.execute(endless)
    monkeypatch.delenv("CA_SOURCE_TIMEOUT_SECONDS")
    with (
        pytest.raises(SourceError, match="needs more than 2GB of memory"),
        sandbox("sessions", tmp_path / "rows.parquet", ["a"], tmp_path / "spill") as con,
    ):
        con.execute("SELECT list(repeat(a, 1000000)) FROM source, range(10000)").fetchall()


def test_duckdb_says_which_functions_are_deterministic() -> None:
    """The check rests on what DuckDB says of its functions; these are known to look around."""
    with duckdb.connect() as con:
        rows = con.execute("SELECT function_name FROM duckdb_functions() WHERE stability = 'CONSISTENT'").fetchall()
    assert {"now", "random", "current_setting", "getvariable", "nextval"}.isdisjoint(name for (name,) in rows)
