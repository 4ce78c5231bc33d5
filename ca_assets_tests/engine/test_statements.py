"""Statements as people read them: those that compute something, with short names, without the server's paths."""

from __future__ import annotations

from pathlib import Path

import pytest

from ca_assets.engine.connect import duckdb_engine
from ca_assets.engine.statements import readable, recorded


def test_what_is_computed_is_recorded_and_nothing_else(tmp_path: Path) -> None:
    engine = duckdb_engine(memory_limit="256MB", temp_directory=str(tmp_path), threads=1)
    folder = tmp_path / "lake" / "orders" / "month=2024-02"
    folder.mkdir(parents=True)
    engine.raw_sql(f"COPY (SELECT 3 AS amount) TO '{folder}/part.parquet' (FORMAT parquet)")
    with recorded(engine.con) as statements:
        orders = engine.read_parquet(str(folder / "part.parquet"))
        step = engine.create_table("temp_" + "0a" * 16, orders.mutate(twice=orders.amount * 2), temp=True)
        assert step.twice.sum().to_pyarrow().as_py() == 6
    text = "\n".join(statements)
    assert 'FROM "orders"' in text and "temp_1" in text and "SUM(" in text
    assert str(tmp_path) not in text and "0a0a" not in text and "part.parquet" not in text
    assert not any(statement.startswith(("CREATE", "DESCRIBE", "CALL")) for statement in statements)
    with recorded(engine.con) as later:
        pass
    assert later == []


def test_an_error_inside_ends_the_recording(tmp_path: Path) -> None:
    engine = duckdb_engine(memory_limit="256MB", temp_directory=str(tmp_path), threads=1)
    with pytest.raises(ZeroDivisionError), recorded(engine.con):
        raise ZeroDivisionError
    assert engine.raw_sql("SELECT count(*) FROM duckdb_logs WHERE type = 'QueryLog'").fetchall() == [(0,)]


def test_a_statement_that_is_not_understood_stays_as_it_is() -> None:
    assert readable(["SELECT (("]) == ["SELECT (("]


def test_equal_statements_are_shown_once() -> None:
    assert len(readable(["SELECT 1", "SELECT 1", "SELECT 2", "SET threads = 1"])) == 2
