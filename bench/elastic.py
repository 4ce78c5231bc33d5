"""Publishing a demo shop to a real Elasticsearch, and reading from it: `python -m bench.elastic --sessions 1000000`.

Three tasks in turns, each in a process of its own, the quickest of each counts: our publication of all months; the same documents
as ready-made bulk batches on disk, sent by two connections (goal: ours reaches at least .9 of its documents/s, though it makes the
batches and the indexes meanwhile); making the batches and sending nothing (the engine's own memory: goal 500 MB at most above it).
Then one client's orders and one report, as a page reads them, on both indexes. Needs what `make test-tools` installs.
Absolute figures are of this machine and of this heap.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from bench.clock import Clock, peak_gb
from bench.shops import DEFAULT_CACHE, END, make_shop, shop_folder
from bench.task import run_task
from ca_assets.contracts.tables import LOAD_TABLES, published, row_keys, table_names
from ca_assets.index.elasticsearch.documents import table_batches
from ca_assets.index.elasticsearch.index import ElasticIndex
from ca_assets.index.elasticsearch.manifest import TableState, schema_to_text
from ca_assets.index.elasticsearch.mappings import index_body, table_properties, table_settings
from ca_assets.index.elasticsearch.tables import IndexPlan, index_plans
from ca_assets.index.open import open_index
from ca_assets.index.protocol import Index
from ca_assets.lake.lake import Lake
from ca_assets.settings.process import ProcessSettings
from ca_assets.shop import load_shop

PREFIX = "bench-"
KEYS = row_keys(LOAD_TABLES)
CONNECTIONS = 2
READS = 200
SENDS = 120
Result = dict[str, Any]


def main() -> None:
    """Measure, print, and write the results as JSON."""
    parser = argparse.ArgumentParser(prog="bench.elastic", description=__doc__)
    parser.add_argument("--sessions", type=int, default=100_000, help="[default: %(default)s]")
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE, help="folder of cached shops and batches [default: %(default)s]")
    parser.add_argument("--url", help="an Elasticsearch whose indexes bench-* may be removed [default: one of our own]")
    parser.add_argument("--heap", default="1g", help="heap of our own one [default: %(default)s]")
    parser.add_argument("--repeat", type=int, default=3, help="turns [default: %(default)s]")
    parser.add_argument("--json", type=Path, help="file for the results")
    parser.add_argument("--task", help=argparse.SUPPRESS)
    given = parser.parse_args()
    home = shop_folder(given.cache, given.sessions) / "home-elastic"
    if given.task:
        print(json.dumps(TASKS[given.task](_settings(home, given.url))))
        return
    _load(given.cache, given.sessions, home)
    with _server(given.url, given.heap) as url:
        result = _measure(given, home, url)
    print("\n".join(_lines(result)))
    if given.json:
        given.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def _settings(home: Path, url: str | None) -> ProcessSettings:
    return ProcessSettings(home=home, index_url=url, index_prefix=PREFIX)


@contextmanager
def _server(url: str | None, heap: str) -> Iterator[str]:
    """The given one, or one of our own with its data on disk."""
    if url:
        yield url
        return
    from ca_assets_tests.servers.elasticsearch import start

    cluster = start(heap=heap, in_memory=False)
    try:
        yield cluster.url
    finally:
        cluster.stop()


def _load(cache: Path, sessions: int, home: Path) -> None:
    """The shop in a lake of its own, unless it is there."""
    shop = make_shop(cache, sessions, "parquet")
    if not (home / "loaded").exists():
        shutil.rmtree(home, ignore_errors=True)
        run_task("lake", {"shop": str(shop), "home": str(home)})
        (home / "loaded").touch()


def _measure(given: argparse.Namespace, home: Path, url: str) -> Result:
    """All turns; of each piece the quickest, and the highest memory."""
    write_batches(_settings(home, url))
    turns: dict[str, list[Result]] = {name: [] for name in ("engine", "ready", "publish")}
    for _ in range(given.repeat):
        for name, results in turns.items():
            _clean(_settings(home, url))
            results.append(_task(given, url, name))
    best = {name: min(results, key=lambda result: float(result["seconds"])) for name, results in turns.items()}
    memory = {name: max(result["peak_mb"] for result in results) for name, results in turns.items()}
    ours, ready = (best[name]["documents"] / best[name]["seconds"] for name in ("publish", "ready"))
    _stage_reports(_settings(home, url), load_shop(make_shop(given.cache, given.sessions, "parquet")), END)
    return {
        **{
            "sessions": given.sessions,
            "documents": best["publish"]["documents"],
            "heap": "of the given server" if given.url else given.heap,
            "turns": turns,
        },
        **{"publish_per_second": ours, "ready_per_second": ready, "ratio": ours / ready},
        **{"peak_mb": memory["publish"], "above_engine_mb": memory["publish"] - memory["engine"]},
        "reads": {name: _reads(settings) for name, settings in _both(home, url).items()},
    }


def _task(given: argparse.Namespace, url: str, name: str) -> Result:
    words = [sys.executable, "-m", "bench.elastic", "--task", name, "--url", url, "--sessions", str(given.sessions), "--cache", given.cache]
    done = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603 - our own module
    if done.returncode:
        raise SystemExit(f"{name} failed\n{done.stderr}")
    result: Result = json.loads(done.stdout.splitlines()[-1])
    print(f"{name:8} {result['documents']:>10,} documents {result['seconds']:8.2f} s  peak {result['peak_mb']:,.0f} MB", flush=True)
    return result


def _clean(settings: ProcessSettings) -> None:
    ElasticIndex(settings, Lake(settings.lake_root)).client.call("DELETE", f"/{PREFIX}*", expand_wildcards="all")


def _state(lake: Lake, name: str) -> TableState:
    files, root = lake.files(name), f"{lake.uri(name)}/"
    relative_files = tuple((uri.removeprefix(root), month) for uri, month in files.files)
    return TableState(name, files.version, 0, schema_to_text(files.schema), KEYS[name], relative_files)


def _months(settings: ProcessSettings) -> list[IndexPlan]:
    lake = Lake(settings.lake_root)
    return list(index_plans(lake, {name: _state(lake, name) for name in ("orders", "basket_lines")}, "orders"))


def _batches_folder(settings: ProcessSettings) -> Path:
    return settings.home / "batches"


def write_batches(settings: ProcessSettings) -> None:
    """The ready-made batches, each a file, by month; with the number of their documents."""
    folder = _batches_folder(settings)
    if (folder / "counts.json").exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    counts: dict[str, int] = {}
    for plan in _months(settings):
        (folder / str(plan.partition)).mkdir(parents=True)
        for number, batch in enumerate(table_batches(plan.source)):
            name = f"{plan.partition}/{number:06}"
            (folder / name).write_bytes(batch.data)
            counts[name] = batch.documents
    (folder / "counts.json").write_text(json.dumps(counts))


def engine_alone(settings: ProcessSettings) -> Result:
    """Make all batches, send none: the engine's time and memory."""
    clock = Clock()
    with clock.piece("all"):
        documents = sum(batch.documents for plan in _months(settings) for batch in table_batches(plan.source))
    return _result(clock, documents)


def publish(settings: ProcessSettings) -> Result:
    """Our publication of orders with their baskets: indexes made, filled, checked, marked."""
    index, lake, clock = open_index(settings), Lake(settings.lake_root), Clock()
    with clock.piece("all"):
        for name in ("orders", "basket_lines"):
            index.stage_table("g", name, lake.version(name), 0, KEYS[name])
    documents = ElasticIndex(settings, lake).client.call("GET", f"/{PREFIX}orders-*/_count")["count"]
    return _result(clock, int(documents))


def ready_made(settings: ProcessSettings) -> Result:
    """Ready-made batches through two plain connections into indexes that are there already, and a refresh."""
    client, clock = ElasticIndex(settings, Lake(settings.lake_root)).client, Clock()
    counts = json.loads((_batches_folder(settings) / "counts.json").read_text())
    for plan in _months(settings):
        body = index_body(table_properties("orders", plan.source.schema), {}, table_settings(settings))
        client.call("PUT", f"/{PREFIX}ready-{plan.partition}", body)
    place = urlsplit(str(settings.index_url))
    with clock.piece("all"):
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            halves = [sorted(counts)[start::CONNECTIONS] for start in range(CONNECTIONS)]
            list(pool.map(lambda names: _send(place.hostname, place.port, _batches_folder(settings), names), halves))
        client.call("POST", f"/{PREFIX}ready-*/_refresh")
    documents = int(client.call("GET", f"/{PREFIX}ready-*/_count")["count"])
    if documents != sum(counts.values()):
        raise SystemExit(f"{documents} documents instead of {sum(counts.values())}")
    return _result(clock, documents)


def _send(host: str | None, port: int | None, folder: Path, names: list[str]) -> None:
    connection = http.client.HTTPConnection(str(host), port)
    for name in names:
        _send_batch(connection, f"/{PREFIX}ready-{name.partition('/')[0]}/_bulk?filter_path=errors,status", (folder / name).read_bytes())
    connection.close()


def _send_batch(connection: http.client.HTTPConnection, path: str, data: bytes) -> None:
    """One batch; it is retried while the server is overloaded (429), as our own client does."""
    for _ in range(SENDS):
        connection.request("POST", path, data, {"content-type": "application/x-ndjson"})
        answer = connection.getresponse()
        result = json.loads(answer.read())
        if answer.status == HTTPStatus.OK and not result["errors"]:
            return
        if answer.status != HTTPStatus.TOO_MANY_REQUESTS:
            break
        time.sleep(0.5)
    raise SystemExit(f"a ready-made batch was rejected ({answer.status}): {result}")


def _result(clock: Clock, documents: int) -> Result:
    return {"documents": documents, **clock.total(), "peak_mb": peak_gb() * 1000}


TASKS: dict[str, Callable[[ProcessSettings], Result]] = {"engine": engine_alone, "publish": publish, "ready": ready_made}


def _both(home: Path, url: str) -> dict[str, ProcessSettings]:
    return {"embedded": _settings(home, None), "elasticsearch": _settings(home, url)}


def _stage_reports(settings: ProcessSettings, shop: Any, day: date) -> None:
    """The last publication completed on both indexes: all tables, and the reports of one family in every scope."""
    from ca_assets.analyses.core.context import Context, Tables
    from ca_assets.analyses.core.family import compute
    from ca_assets.engine.connect import connect

    con, lake = connect(settings), Lake(settings.lake_root)
    tables = Tables(lake.read(con, "orders"), lake.read(con, "downloads"), lake.read(con, "basket_lines"))
    (reports,) = compute(["stats"], tables, Context(shop, day), windows=False)
    con.disconnect()
    for settings_of_store in _both(settings.home, str(settings.index_url)).values():
        index = open_index(settings_of_store)
        for name in table_names(published(LOAD_TABLES)):
            index.stage_table("g", name, lake.version(name), 0, KEYS[name])
        index.stage_reports("g", reports)
        index.switch("g", {"dimensions": list(shop.dimensions)})


def _reads(settings: ProcessSettings) -> dict[str, dict[str, float]]:
    """Milliseconds of a client's orders and of a report, each with a snapshot of its own as a page has it."""
    index, chance = open_index(settings), random.Random(7)  # noqa: S311 - a sample
    with index.snapshot() as snapshot:
        first = next(iter(snapshot.rows("downloads", columns=["client"])))
        scopes = snapshot.scopes()
    clients = chance.sample(first.column(0).to_pylist(), min(READS, first.num_rows))
    reports = [chance.choice(scopes) for _ in range(READS)]
    return {
        "client": _quantiles([_timed(index, lambda s, c=client: list(s.rows("orders", where={"client": c}))) for client in clients]),
        "report": _quantiles([_timed(index, lambda s, c=scope: s.report("stats", "daily_orders", c)) for scope in reports]),
    }


def _timed(index: Index, read: Callable[[Any], object]) -> float:
    started = time.perf_counter()
    with index.snapshot() as snapshot:
        read(snapshot)
    return (time.perf_counter() - started) * 1000


def _quantiles(milliseconds: list[float]) -> dict[str, float]:
    later = milliseconds[len(milliseconds) // 10 :]  # the first ones warm up both sides
    return {"p50_ms": float(np.quantile(later, 0.5)), "p95_ms": float(np.quantile(later, 0.95))}


def _lines(result: Result) -> Iterator[str]:
    yield f"{result['sessions']:,} sessions, {result['documents']:,} documents, heap {result['heap']}"
    ours, ready = result["publish_per_second"], result["ready_per_second"]
    yield f"publish {ours:,.0f}/s, ready-made {ready:,.0f}/s: ratio {result['ratio']:.2f} (goal .9)"
    yield f"peak memory {result['peak_mb']:,.0f} MB, above the engine's {result['above_engine_mb']:,.0f} MB (goal 500)"
    for store, reads in result["reads"].items():
        yield f"{store}: " + "; ".join(f"{what} p50 {q['p50_ms']:.1f} ms, p95 {q['p95_ms']:.1f} ms" for what, q in reads.items())


if __name__ == "__main__":
    main()
