"""The database is killed or cut off in the middle of a load: it ends soon, with one line; readers keep what was good; then all is right.

Ten times: `python -m ca_assets_tests.kill.source --times 10 [--kind redshift]`.
"""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ca_assets.sources.errors import SourceError
from ca_assets.sources.open import open_source
from ca_assets_tests.kill.source import BLOWS, READING_SECONDS, experiment
from ca_assets_tests.servers.postgresql import PostgreSQL, serving
from ca_assets_tests.sources.postgresql.customers_table import KINDS, Source


@pytest.fixture(name="own_server", scope="module")
def _own_server(postgresql: PostgreSQL) -> Iterator[PostgreSQL]:  # the session's one says whether there is PostgreSQL at all
    with serving() as server:
        yield server


@pytest.fixture(name="source")
def _source(own_server: PostgreSQL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Source:
    monkeypatch.setenv("CA_SOURCE_SILENCE_SECONDS", "0.4")
    monkeypatch.setenv("CA_SOURCE_CONNECT_SECONDS", "2")
    source = Source(own_server, tmp_path)
    source.execute("CREATE TABLE t AS SELECT g || repeat('x', 400) AS client, now() AS seen FROM generate_series(1, 200000) g")
    source.execute("CHECKPOINT")  # the server does not write at once what it commits
    return source


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("blow", BLOWS)
def test_a_reading_ends_when_its_server_is_gone(source: Source, kind: str, blow: signal.Signals) -> None:
    strikes: list[float] = []

    def progress(_: str, __: int) -> None:
        if not strikes:
            strikes.append(time.monotonic())
            source.server.signal_all(blow)

    try:
        with pytest.raises(SourceError) as caught:
            open_source("customers", source.config(kind), source.reading(progress))
        assert time.monotonic() - strikes[0] < 15
    finally:
        source.server.restart() if blow is signal.SIGKILL else source.server.signal_all(signal.SIGCONT)
    assert str(caught.value).endswith("; nothing of it was taken. Load again when the server runs")
    if blow is signal.SIGSTOP:
        assert "no longer answers (silent for 0.4 s: stopped, or the network is cut)" in str(caught.value)
    assert source.raw(kind).rows == 200_000


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_that_is_only_slow_is_waited_for(source: Source, kind: str) -> None:
    raw = source.raw(kind, query="SELECT client, seen FROM (SELECT *, pg_sleep(1.5) FROM t LIMIT 1) AS slow")
    assert raw.rows == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_reading_that_is_interrupted_ends_its_statement(source: Source, kind: str) -> None:
    waiting = 60_000 if kind == "postgresql" else 150  # the first batch is written, the next one waits
    query = f"SELECT client, seen, CASE WHEN row_number() OVER () > {waiting} THEN pg_sleep(30)::text END AS x FROM t"

    def progress(_: str, __: int) -> None:
        raise KeyboardInterrupt

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        open_source("customers", source.config(kind, query=query, actions={"x": "x"}), source.reading(progress))
    assert time.monotonic() - began < 15
    others = "SELECT query FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() AND query LIKE '%pg_sleep%'"
    assert source.execute(others) == []


def test_loads_lose_nothing(postgresql: PostgreSQL, tmp_path: Path) -> None:
    seed = random.randrange(10**6)
    with experiment(tmp_path, seed, "postgresql") as made:
        for blow in BLOWS:
            assert made.strike(blow, made.rng.uniform(0, READING_SECONDS / 2)), f"seed {seed}"
        made.load()
    print(f"seed {seed}: {made.result}")
    assert made.result.problems == []
    assert made.result.ended == {"SIGKILL": 1, "SIGSTOP": 1} and made.result.longest_seconds < 20
