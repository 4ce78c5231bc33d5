"""`ca health`: can the index be reached and written, what is in it, is there room."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import click

from ca_assets.cli.output import say
from ca_assets.settings.process import process_settings


@click.command("health")
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True)
@click.pass_context
def command(context: click.Context, form: str) -> None:
    """Tell whether the index can be reached and written, its version, state, memory and disk. Exits with 1 when it cannot be written."""
    from ca_assets.storage.open import open_index

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
        parts += ["writable" if health["is_writable"] else "NOT writable", *_cluster(health), *_room(health)]
    yield " · ".join(parts)
    if health["is_reachable"]:
        yield f"published: {health['generation'] or 'nothing yet (ca load, or ca publish)'}"
    if health["problem"]:
        yield f"problem: {health['problem']}"


def _cluster(health: dict[str, Any]) -> list[str]:
    if health.get("status") is None:
        return []
    return [f"{health['nodes']} node{'s' * (health['nodes'] > 1)}, state {health['status']}"]


def _room(health: dict[str, Any]) -> list[str]:
    heap = [f"heap {health['heap_percent']} % of {_size(health['heap_bytes'])}"] if "heap_bytes" in health else []
    return [*heap, f"{_size(health.get('bytes', 0))} used, {_size(health.get('free_bytes', 0))} free on disk"]


def _size(count: float) -> str:
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:,.0f} {unit}"
        count /= 1000
    return f"{count:,.1f} GB"
