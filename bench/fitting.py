"""`python -m bench.fitting --sessions 1000000`: a shop's sessions from what shops really export, against the plain file and table.

Sources to clean tables in the lake, each in a process of its own, in turns, the fastest counts: a plain CSV file; the same in another
encoding; through a `query`; two whole exports of which the later one counts (`versions: by_file`; a tenth of the rows is in both); a
table of PostgreSQL; one of MariaDB. `ratio`: to the plain file, of MariaDB to PostgreSQL. `mysql --quick` writing the table to nowhere
stands beside.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml

from bench.shops import DEFAULT_CACHE, make_shop, shop_folder
from bench.task import Result, run_task
from ca_assets_tests.servers import mariadb, postgresql
from ca_assets_tests.shops.databases import VARIABLE, fill_demo, over_tables

ENCODING = "windows-1252"
COLUMNS = {
    **dict.fromkeys(("order_id", "customer", "ship_country", "device", "channel", "voucher"), "varchar(60)"),
    **dict.fromkeys(("started_at", "ended_at", "refunded_at"), "datetime"),
    **dict.fromkeys(("viewed_product", "added_to_basket", "saw_checkout", "entered_payment", "purchased"), "tinyint(1)"),
    **dict.fromkeys(("amount", "discount", "refunded"), "decimal(12,2)"),
}


def main() -> None:
    """Measure one size, print JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench.fitting", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sessions", type=int, default=1_000_000, help="[default: %(default)s]")
    parser.add_argument("--repeat", type=int, default=3, help="turns [default: %(default)s]")
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE, help="folder that keeps the shops [default: %(default)s]")
    arguments = parser.parse_args()
    with postgresql.serving() as theirs, mariadb.serving() as other, tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(arguments, theirs, other, Path(folder)), indent=2))


def measure(arguments: argparse.Namespace, theirs: postgresql.PostgreSQL, other: mariadb.MariaDB, folder: Path) -> Result:
    """Seconds, ratios and peaks of each way."""
    shops = _files(arguments, folder)
    database = theirs.database()
    fill_demo(theirs, database, make_shop(arguments.cache, arguments.sessions, "parquet").parent)
    table = _sessions_only(over_tables(make_shop(arguments.cache, arguments.sessions, "parquet"), "postgresql"))
    shops["postgresql"] = _written(folder / "postgresql", table)
    schema = _fill(other, folder / "csv" / "sessions.csv")
    source = table["sources"]["sessions"] | {"kind": "mysql", "table": "sessions", "timezone": "UTC"}
    shops["mysql"] = _written(folder / "mysql", {**table, "sources": {"sessions": source}})
    urls = {"postgresql": theirs.url(database, "postgresql"), "mysql": other.url(schema)}
    spent: dict[str, list[Result]] = {name: [] for name in shops}
    quick = []
    for _ in range(arguments.repeat):
        for name, shop in shops.items():
            spent[name].append(_load(shop, folder / "home", urls.get(name, "")))
        quick.append(_quick(other, schema))
    fastest = {name: min(times, key=lambda each: each["seconds"]) for name, times in spent.items()}
    return {
        "sessions": arguments.sessions,
        **{name: _row(each, fastest["postgresql" if name == "mysql" else "csv"]) for name, each in fastest.items()},
        "mysql --quick": {"seconds": min(quick)},
    }


def _row(spent: Result, base: Result) -> Result:
    figures = {name: round(spent[name], 2) for name in ("seconds", "cpu_seconds", "peak_gb")}
    ratios = {f"{name} ratio": round(spent[name] / base[name], 2) for name in figures}
    return {**figures, **ratios, "rows": spent["counts"]["sessions"]["read"], "accepted": spent["counts"]["sessions"]["accepted"]}


def _load(shop: Path, home: Path, url: str) -> Result:
    shutil.rmtree(home, ignore_errors=True)
    return run_task("lake", {"shop": str(shop), "home": str(home)}, {VARIABLE: url})


def _sessions_only(config: dict[str, Any]) -> dict[str, Any]:
    return {**config, "sources": {"sessions": config["sources"]["sessions"]}}


def _written(folder: Path, config: dict[str, Any]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "shop.yaml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    return folder / "shop.yaml"


def _files(arguments: argparse.Namespace, folder: Path) -> dict[str, Path]:
    """A shop per form of the same file."""
    made = make_shop(arguments.cache, arguments.sessions, "csv")
    config = _sessions_only(yaml.safe_load(made.read_text(encoding="utf-8")))
    source = config["sources"]["sessions"]
    text = (shop_folder(arguments.cache, arguments.sessions) / "csv" / source["path"]).read_bytes()
    forms = {"csv": {}, "encoding": {"encoding": ENCODING}, "query": {"query": "SELECT * FROM source"}}
    shops = {}
    for name, more in forms.items():
        shops[name] = _written(folder / name, {**config, "sources": {"sessions": {**source, "path": "sessions.csv", **more}}})
        content = text if name != "encoding" else text.decode("utf-8", "replace").encode(ENCODING, "replace")
        (folder / name / "sessions.csv").write_bytes(content)
    by_file = {**source, "path": "exports/*.csv", "versions": "by_file"}
    shops["by_file"] = _written(folder / "by_file", {**config, "sources": {"sessions": by_file}})
    head, *rows = text.splitlines(keepends=True)
    (folder / "by_file" / "exports").mkdir()
    for number, part in enumerate((rows[: len(rows) * 55 // 100], rows[len(rows) * 45 // 100 :])):
        (folder / "by_file" / "exports" / f"{number}.csv").write_bytes(b"".join([head, *part]))
    return shops


def _fill(server: mariadb.MariaDB, file: Path) -> str:
    """The file as a table of MariaDB; returns the name of its database."""
    schema = server.database()
    names = file.open(encoding="utf-8").readline().strip().replace('"', "").split(",")
    server.execute(f"CREATE TABLE sessions ({', '.join(f'{name} {COLUMNS[name]} NULL' for name in names)})", schema)
    target = server.folder / "data" / "sessions.csv"
    shutil.copy(file, target)
    target.chmod(0o644)
    values = {name: f"NULLIF(@{name}, '')" if "tinyint" not in COLUMNS[name] else f"@{name} = 'true'" for name in names}
    form = "CHARACTER SET utf8mb4 FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '\"' IGNORE 1 LINES"
    variables, cells = ", ".join(f"@{name}" for name in names), ", ".join(f"{name} = {value}" for name, value in values.items())
    server.execute(f"SET sql_mode = ''; LOAD DATA INFILE '{target}' IGNORE INTO TABLE sessions {form} ({variables}) SET {cells}", schema)
    target.unlink()
    return schema


def _quick(server: mariadb.MariaDB, schema: str) -> float:
    words = ["mariadb", "--no-defaults", "--quick", "--batch", "--host=127.0.0.1", f"--port={server.port}", f"--user={mariadb.USER}"]
    began = time.perf_counter()
    variables = {**os.environ, "MYSQL_PWD": server.password}
    command = [*words, "--execute", "SELECT * FROM sessions", schema]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, env=variables)  # noqa: S603 - our own words
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
