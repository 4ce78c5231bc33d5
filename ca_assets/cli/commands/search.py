"""`ca search`: what the search box finds, for people and for scripts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ca_assets.cli.output import Problem, note, table

if TYPE_CHECKING:
    from ca_assets.index.search.hits import Hit, Kind


@click.command("search")
@click.argument("text", required=False)
@click.option(
    "--kind",
    "kinds",
    type=click.Choice(("product", "client", "promotion", "dimension")),
    multiple=True,
    help="Only this kind; may be given several times.",
)
@click.option("--limit", type=click.IntRange(1, 1000), default=10, show_default=True, help="Hits of each kind.")
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True, help="json: an object a line.")
@click.option(
    "--queries", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A file with many texts, one a line, instead of TEXT."
)
def command(text: str | None, kinds: Sequence[Kind], limit: int, form: str, queries: Path | None) -> None:
    """Find products, clients, promotions and values of dimensions: exact, then by their beginning, then by likeness."""
    if (text is None) == (queries is None):
        raise Problem("give one TEXT, or --queries FILE")
    asked = [text] if text is not None else _lines(queries)
    found = ((query, hits) for query, hits in _searched(asked, kinds, limit) if hits)
    if form == "json":
        for query, hits in found:
            for hit in hits:
                click.echo(json.dumps({**({"query": query} if queries else {}), **asdict(hit)}, ensure_ascii=True))
        return
    columns = (*(("query",) if queries else ()), "kind", "value", "label", "match", "similarity", "orders")
    rows = [_row(hit, query if queries else None) for query, hits in found for hit in hits]
    if rows:
        table(columns, rows)
    else:
        note("nothing is like it")


def _lines(path: Path | None) -> list[str]:
    """The texts of a file; empty lines ask for nothing."""
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()] if path else []


def _searched(queries: Sequence[str | None], kinds: Sequence[Kind], limit: int) -> Iterator[tuple[str, list[Hit]]]:
    """Each text with its hits, all from one publication."""
    from ca_assets.index.open import open_index
    from ca_assets.index.search.hits import KINDS
    from ca_assets.settings.process import process_settings

    with open_index(process_settings()).snapshot() as snapshot:
        for query in queries:
            yield str(query), snapshot.search(str(query), kinds=kinds or KINDS, limit=limit)


def _row(hit: Hit, query: str | None) -> list[str]:
    likeness = f"{hit.similarity:.2f}" + (", did you mean?" if hit.below_floor else "")
    asked = [query] if query is not None else []
    return [*asked, hit.kind, hit.value, hit.label or "", hit.match, likeness, f"{hit.orders:,}"]
