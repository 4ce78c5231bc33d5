"""Jobs about sources: which tables a database has, which columns a source has and what they may mean, and the dry run."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from pydantic import ValidationError

from ca_assets.contracts.sources import our_name
from ca_assets.dry_run.run import dry_run
from ca_assets.recipes.recipe import Recipe
from ca_assets.recipes.recognition import recognised, same_file
from ca_assets.settings.connections import secret_lookup
from ca_assets.settings.database import open_database
from ca_assets.settings.process import ProcessSettings
from ca_assets.shop import ShopError, SourceConfig, parse_shop
from ca_assets.sources.driver import Reading, Secret
from ca_assets.sources.errors import ErrorCode, SourceError
from ca_assets.sources.inference.mapping import Guess
from ca_assets.sources.inference.source import file_header, guess_source
from ca_assets.sources.open import database_driver_of, open_source

Say = Callable[[str], None]
SHOWN_TABLES, READ_TABLES, SHOWN_ROWS = 1_000, 20_000, 5
# Queries of one column of names, as shop.yaml writes them under `table`; tables of the system itself are left out below.
LISTING = "SELECT table_schema || '.' || table_name AS client FROM information_schema.tables"
TABLES = {
    "postgresql": LISTING,
    "redshift": LISTING,
    "mysql": "SELECT concat(table_schema, '.', table_name) AS client FROM information_schema.tables",
    "bigquery": "SELECT table_name AS client FROM INFORMATION_SCHEMA.TABLES",
}
SYSTEM = ("information_schema.", "pg_catalog.", "pg_internal.", "mysql.", "performance_schema.", "sys.")


def tables(settings: ProcessSettings, request: dict[str, Any], say: Say) -> list[str]:
    """Names of the tables and views that the account of a database may see. `request`: kind, url (or `${NAME}`), credentials."""
    say("Connecting")
    kind = request["kind"]
    url, credentials = request.get("url") or "${CONNECTION}", request.get("credentials") or _given_key(request)
    config = _config({"kind": kind, "url": url, "credentials": credentials, "query": TABLES[kind], "columns": {"client": "client"}})
    with tempfile.TemporaryDirectory() as staging:
        reading = Reading(settings.home, Path(staging), None, _secret(settings, request))
        try:
            raw = open_source("customers", config, reading, limit=READ_TABLES)
        except SourceError as error:
            if error.code is ErrorCode.NO_GOOD_ROWS:
                return []
            raise
        names = pq.read_table(raw.path).column("client").to_pylist()
    return sorted(name for name in names if name and not name.lower().startswith(SYSTEM))[:SHOWN_TABLES]


def columns(settings: ProcessSettings, request: dict[str, Any], say: Say) -> dict[str, Any]:
    """Columns of a source, a guess of what they mean, and the recipe that knows them. `request`: name, source, folder."""
    say("Reading the first rows")
    name, folder = request["name"], Path(request["folder"])
    config = _config({key: value for key, value in request["source"].items() if key != "recipe"})
    with tempfile.TemporaryDirectory() as staging:
        reading = Reading(folder, Path(staging), None, _secret(settings, request))
        names: list[str] = []
        options: Mapping[str, Any] = {}
        if config.is_database:
            names = list(database_driver_of(name, config).describe(name, config, reading))
        elif not config.has_query:
            names, options = file_header(name, config, reading)
        guess = guess_source(name, config, reading)
    known = {**dict.fromkeys(names), **{proposal.theirs: None for proposal in guess.columns}}
    return {
        "columns": list(known),
        "guess": _guess(guess),
        "recipe": _recipe(recognised(name, config.kind, list(known)), name, dict(options)),
    }


def checked(settings: ProcessSettings, request: dict[str, Any], say: Say) -> dict[str, Any]:
    """The dry run of a shop. `request`: text, folder; the answer is that of `ca sources check --format json`."""
    say("Reading a sample")
    shop = parse_shop(request["text"], Path(request["folder"]))
    result = dry_run(
        shop,
        settings,
        secret=_secret(settings, request),
        sample_rows=SHOWN_ROWS,
        progress=lambda what, rows: say(f"{what}: {rows:,} rows"),
    )
    return asdict(result)


def _config(values: dict[str, Any]) -> SourceConfig:
    try:
        return SourceConfig(**values)
    except ValidationError as error:
        raise ShopError("; ".join(problem["msg"].removeprefix("Value error, ") for problem in error.errors()[:3])) from None


def _secret(settings: ProcessSettings, request: dict[str, Any]) -> Secret:
    """What `${NAME}` stands for: CONNECTION and CREDENTIALS what the request gives, all other names as in a load."""
    stored, given = secret_lookup(open_database(settings), settings), request.get("secrets", {})
    return lambda name: given[name] if name in given else stored(name)


def _given_key(request: dict[str, Any]) -> str | None:
    return "${CREDENTIALS}" if "CREDENTIALS" in request.get("secrets", {}) else None


def _guess(guess: Guess) -> dict[str, Any]:
    return {
        "columns": {
            proposal.ours: {"theirs": proposal.theirs, "score": proposal.score, "why": proposal.why}
            for proposal in guess.columns
            if not proposal.is_empty
        },
        "dimensions": {our_name(column): column for column in guess.dimensions},
        "actions": {our_name(column): column for column in guess.actions},
        "missing": guess.missing,
        "options": guess.options,
        "questions": guess.open_questions,
    }


def _recipe(recipe: Recipe | None, name: str, options: dict[str, Any]) -> dict[str, Any] | None:
    if recipe is None:
        return None
    return {
        "name": recipe.name,
        "title": recipe.title,
        "notes": list(recipe.notes),
        "sources": [name, *same_file(recipe, name)],
        "options": options,
    }
