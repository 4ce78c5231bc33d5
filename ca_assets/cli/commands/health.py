"""`ca health`: can the index be reached and written, what is in it, is there room."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import click
from rich.filesize import decimal

from ca_assets.cli.output import say


@click.command("health")
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True)
@click.pass_context
def command(context: click.Context, form: str) -> None:
    """Tell whether the index can be reached and written, its version, state, memory and disk. Exits with 1 when it cannot be written."""
    from ca_assets.index.open import open_index
    from ca_assets.settings.process import process_settings

    health = open_index(process_settings()).health()
    if form == "json":
        click.echo(json.dumps(health, ensure_ascii=True, indent=2))
    else:
        say("\n".join(lines(health)))
    if not (health["is_reachable"] and health["is_writable"]):
        context.exit(1)


def lines(health: dict[str, Any]) -> Iterator[str]:
    """The facts for people: one line of what it is, one of what is in it, one of what is wrong."""
    parts = [f"{health['kind']} {health.get('version') or health.get('sqlite') or ''}".strip(), str(health["path"])]
    parts.append("reachable" if health["is_reachable"] else "not reachable")
    if health["is_reachable"]:
        parts += ["writable" if health["is_writable"] else "NOT writable", *_resources(health)]
    yield " · ".join(parts)
    if health["is_reachable"]:
        yield f"published: {health['generation'] or 'nothing yet (ca load, or ca publish)'}"
    if health["problem"]:
        yield f"problem: {health['problem']}"


def _resources(health: dict[str, Any]) -> list[str]:
    """The cluster and its heap (Elasticsearch only), the index's size and the room left on its disk."""
    parts = []
    if health.get("status") is not None:
        parts.append(f"{health['nodes']} node{'s' * (health['nodes'] > 1)}, state {health['status']}")
    if "heap_bytes" in health:
        parts.append(f"heap {health['heap_percent']} % of {decimal(health['heap_bytes'])}")
    return [*parts, f"{decimal(health.get('bytes', 0))} used, {decimal(health.get('free_bytes', 0))} free on disk"]
