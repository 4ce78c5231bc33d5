"""`ca rejects`: rows that were left out, with their reasons."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from ca_assets.cli.output import note, table
from ca_assets.contracts.sources import SOURCES

SHOWN = 100


@click.command("rejects")
@click.option("--source", type=click.Choice((*SOURCES, "product_activity", "events")), help="Only this source.")
@click.option(
    "--format", "form", type=click.Choice(("table", "csv", "json")), default="table", show_default=True, help="json: a line each."
)
def command(source: str | None, form: str) -> None:
    """Show rejected, duplicate and orphan rows of the last load: source, line, reason, message, row."""
    from ca_assets.engine.connect import connect
    from ca_assets.lake.lake import Lake
    from ca_assets.settings.process import process_settings

    settings = process_settings()
    con = connect(settings)
    rows = Lake(settings.lake_root).read(con, "rejects")
    chosen = rows.filter(rows.source == source) if source else rows
    ordered = chosen.order_by(["source", "reason", "line", "row"])
    {"table": _table, "csv": _csv, "json": _json}[form](ordered)
    con.disconnect()


def _table(rows: Any) -> None:
    count = int(rows.count().to_pyarrow().as_py())
    shown = rows.limit(SHOWN).to_pyarrow().to_pylist()
    table(("source", "line", "reason", "message", "row"), [["" if v is None else str(v)[:200] for v in row.values()] for row in shown])
    if count > SHOWN:
        note(f"{SHOWN} of {count:,} rows; --format csv or json gives all")


def _csv(rows: Any) -> None:
    from pyarrow import csv

    with csv.CSVWriter(sys.stdout.buffer, rows.schema().to_pyarrow()) as writer:
        for batch in rows.to_pyarrow().to_batches():
            writer.write_batch(batch)


def _json(rows: Any) -> None:
    for batch in rows.to_pyarrow().to_batches():
        for row in batch.to_pylist():
            values = {**row, "row": json.loads(row["row"]) if row["row"] else None}
            sys.stdout.write(json.dumps(values, ensure_ascii=True) + "\n")
