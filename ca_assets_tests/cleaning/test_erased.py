"""Erased customers in rows that are read: engine and Python agree on the key, and every form of a client is replaced."""

from __future__ import annotations

import ibis
import pyarrow as pa

from ca_assets.cleaning.erased import pseudonymised
from ca_assets.contracts.erased import NOBODY, ErasedClients

CLIENTS = ["ann", "bób \U0001f600", None, "eve", "007", "7"]


def test_the_engine_computes_the_same_key() -> None:
    keyed = ErasedClients("in", "out")
    erased = ErasedClients("in", "out", {keyed.key(name): f"erased-{number}" for number, name in enumerate(["ann", "bób \U0001f600", "7"])})
    table = ibis.memtable(pa.table({"client": CLIENTS}))
    found = table.select(client=pseudonymised(table["client"], table["client"], erased)).to_pyarrow()["client"].to_pylist()
    assert found == ["erased-0", "erased-1", None, "eve", "007", "erased-2"]


def test_another_key_finds_nobody() -> None:
    erased = ErasedClients("other", "out", {ErasedClients("in", "out").key("ann"): "x"})
    table = ibis.memtable(pa.table({"client": CLIENTS}))
    assert table.select(client=pseudonymised(table["client"], table["client"], erased)).to_pyarrow()["client"].to_pylist() == CLIENTS


def test_without_anybody_nothing_is_hashed() -> None:
    table = ibis.memtable(pa.table({"client": CLIENTS}))
    assert pseudonymised(table["client"], table["client"], NOBODY) is not None
    assert "SHA" not in str(ibis.to_sql(table.select(client=pseudonymised(table["client"], table["client"], NOBODY)), "duckdb")).upper()
