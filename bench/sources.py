"""`python -m bench.sources --sessions 1000000`: reading a shop's sessions from PostgreSQL into staging, against psql's binary COPY.

The server is the tests' real one, the rows are those of the demo shop of that size. In the same run, each several times, the fastest
counts: psql copying the same columns of the same rows to nowhere; the driver alone (batches are let go of); `open_source` for kind
postgresql; and for kind redshift (a cursor instead of COPY). What counts is the ratio.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from bench.clock import Clock
from bench.shops import DEFAULT_CACHE, make_shop
from ca_assets.shop import Shop, SourceConfig, parse_shop
from ca_assets.sources.driver import Reading
from ca_assets.sources.open import open_source
from ca_assets.sources.postgresql.copy import CopySession
from ca_assets.sources.postgresql.server import parse_server
from ca_assets.sources.postgresql.sql import quote_identifier
from ca_assets.sources.postgresql.types import mapped_columns
from ca_assets.sources.postgresql.watchdog import ConnectionWatchdog
from ca_assets.sources.select_sql import select
from ca_assets_tests.servers.postgresql import PostgreSQL, serving
from ca_assets_tests.shops.databases import SCHEMA, VARIABLE, fill_demo, over_tables

Result = dict[str, Any]
RELATION = f'"{SCHEMA}"."sessions"'


def main() -> None:
    """Fill a server with each size and measure."""
    parser = argparse.ArgumentParser(prog="python -m bench.sources", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sessions", default="1000000", help="sizes, with commas [default: %(default)s]")
    parser.add_argument("--repeat", type=int, default=3, help="[default: %(default)s]")
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE, help="folder that keeps the shops [default: %(default)s]")
    parser.add_argument("--task", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.task:
        _child(*arguments.task)
        return
    with serving() as postgresql:
        for size in map(int, arguments.sessions.split(",")):
            print(json.dumps(measure(postgresql, arguments.cache, size, arguments.repeat), indent=2), flush=True)


def measure(postgresql: PostgreSQL, cache: Path, size: int, repeat: int) -> Result:
    """Seconds, ratios and peaks of one size."""
    shop_yaml = make_shop(cache, size, "parquet")
    database = postgresql.database()
    fill_demo(postgresql, database, shop_yaml.parent)
    url = postgresql.url(database, "postgresql")
    text = yaml.safe_dump(over_tables(shop_yaml, "postgresql"), sort_keys=False)
    with environment(url):
        statement = _statement(parse_shop(text, shop_yaml.parent))
    ways: dict[str, Callable[[], Result]] = {
        "psql": lambda: _psql(url, statement),
        **{name: (lambda name=name: _task(name, text, url)) for name in ("driver", "postgresql", "redshift")},  # type: ignore[misc]
    }
    fastest = {name: min((way() for _ in range(repeat)), key=lambda spent: spent["seconds"]) for name, way in ways.items()}
    psql, rows = fastest["psql"]["seconds"], fastest["postgresql"]["rows"]
    return {
        "sessions": size,
        "rows": rows,
        **{name: {**spent, "ratio": round(spent["seconds"] / psql, 2)} for name, spent in fastest.items()},
    }


@contextmanager
def environment(url: str) -> Iterator[None]:
    """The variable that the shop names."""
    os.environ[VARIABLE] = url
    try:
        yield
    finally:
        del os.environ[VARIABLE]


def _statement(shop: Shop) -> str:
    """The columns that our reader asks for, as they are."""
    config, reading = shop.sources.sessions, Reading(shop.folder, shop.folder)
    with opened_session(config, reading) as session:
        columns = mapped_columns("sessions", config, RELATION, session.header(RELATION))
        return select([quote_identifier(column.theirs) for column in columns], RELATION, None, None)


@contextmanager
def opened_session(config: SourceConfig, reading: Reading) -> Iterator[CopySession]:
    """A session of the driver alone."""
    server = parse_server("sessions", config, reading)
    with ConnectionWatchdog(server) as watchdog, CopySession.open(server, watchdog) as session:
        yield session


def _psql(url: str, statement: str) -> Result:
    command = ["psql", "--no-psqlrc", "--quiet", "--command", f"COPY ({statement}) TO STDOUT (FORMAT binary)", url]
    began = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)  # noqa: S603 - our own words
    return {"seconds": time.perf_counter() - began}


def _task(name: str, shop: str, url: str) -> Result:
    """In a process of its own, for its peak of memory."""
    command = [sys.executable, "-m", "bench.sources", "--task", name, shop]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, VARIABLE: url})  # noqa: S603
    result: Result = json.loads(done.stdout.splitlines()[-1])
    return result


def _child(name: str, shop_text: str) -> None:
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        shop = parse_shop(shop_text, Path(folder))
        config = shop.sources.sessions.model_copy(update={"kind": "redshift"} if name == "redshift" else {})
        reading = Reading(Path(folder), Path(folder) / "staging")
        with clock.piece(name):
            if name == "driver":
                with opened_session(config, reading) as session:
                    columns = mapped_columns("sessions", config, RELATION, session.header(RELATION))
                    rows = sum(len(batch) for batch in session.raw_batches(select(session.expressions(columns), RELATION, None, None)))
            else:
                rows = open_source("sessions", config, reading).rows
    print(json.dumps({"rows": rows, **clock.pieces[name]}))


if __name__ == "__main__":
    main()
