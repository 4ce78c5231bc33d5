"""The dry run: what a load of a shop would find, without touching lake, index or the shop in force.

Of large sources a sample is taken; then the very functions of a load make tables of it in a scratch folder, and what came out is counted.
Belongs here: the course of it. Which figures a sample cannot tell: `dry_run_figures`. Reading rows: `ca_assets.sources`.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ca_assets.loads import dry_run_figures as figures
from ca_assets.loads.dry_run_look import Looking, SourceLook, look_at_source
from ca_assets.loads.dry_run_month import last_month
from ca_assets.loads.dry_run_result import DryRun, SourceCheck
from ca_assets.loads.progress import Progress
from ca_assets.settings.process import ProcessSettings, process_settings
from ca_assets.shop import Shop
from ca_assets.sources.errors import SourceError
from ca_assets.sources.reading import Reading, Secret, from_environment
from ca_assets.storage.engine import connect
from ca_assets.tables.load import CleanTables, build_tables

SAMPLE_ROWS = 100_000
SOURCES = ("sessions", "customers", "baskets", "deliveries")


def dry_run(
    shop: Shop,
    settings: ProcessSettings | None = None,
    *,
    secret: Secret = from_environment,
    sample_rows: int = 5,
    whole: bool = False,
    progress: Progress | None = None,
) -> DryRun:
    """Look at every source of `shop`; errors of sources are results, not exceptions.

    `sample_rows`: rows shown of each; `whole`: read everything, however large; `secret(name)`: what `${name}` stands for.
    Scratch files are in `CA_HOME/staging` and gone at the end, also when it is broken off.
    """
    started = time.monotonic()
    settings = settings or process_settings()
    with _scratch(settings.staging) as staging:
        reading = Reading(shop.folder, staging, progress, secret)
        con = connect(settings, staging / "engine")
        try:
            found = _checked(Looking(shop, con, reading, sample_rows, None if whole else SAMPLE_ROWS))
        finally:
            con.disconnect()
    return replace(found, seconds=round(time.monotonic() - started, 3))


@contextlib.contextmanager
def _scratch(parent: Path) -> Iterator[Path]:
    """A folder for the block; those of killed dry runs go too."""
    parent.mkdir(parents=True, exist_ok=True)
    for left in parent.glob("check-*"):
        if not _lives(int(left.name.split("-")[1])):
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"check-{os.getpid()}-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    return True


def _checked(looking: Looking) -> DryRun:
    shop = looking.shop
    configs = {name: getattr(shop.sources, name) for name in SOURCES if getattr(shop.sources, name) is not None}
    clean, looks = _built(looking, {name: look_at_source(name, config, looking) for name, config in configs.items()})
    checks = [_source(look, clean, looks, shop) for look in looks.values()]
    return DryRun(
        shop=shop.name,
        timezone=shop.calendar.timezone,
        is_usable=all(check.error is None for check in checks),
        is_sample=any(check.is_sample for check in checks),
        sources=checks,
        currencies=figures.currencies(clean) if clean else {},
        dimensions=figures.dimensions(clean, shop) if clean else [],
        last_month=last_month(clean, looks["sessions"], looking),
        has_customers=shop.sources.customers is not None,
    )


def _built(looking: Looking, looks: dict[str, SourceLook]) -> tuple[CleanTables | None, dict[str, SourceLook]]:
    """The clean tables of the sources that can be used; one that fails while it is read is left out, and they are made again."""
    while looks["sessions"].error is None:
        usable = {name: look.sample.config if look.error is None else None for name, look in looks.items()}
        part = looking.shop.model_copy(update={"sources": looking.shop.sources.model_copy(update=usable)})
        reading = looking.reading
        try:
            return build_tables(part, looking.con, reading.staging, reading.progress, secret=reading.secret), looks
        except SourceError as error:
            name = str(error).partition(":")[0]
            if name not in looks or looks[name].error is not None:
                raise
            looks = {**looks, name: replace(looks[name], error=str(error))}
    return None, looks


def _source(look: SourceLook, clean: CleanTables | None, looks: dict[str, SourceLook], shop: Shop) -> SourceCheck:
    if look.error is not None or clean is None:
        return look.unread()
    part = {name for name, each in looks.items() if not each.sample.is_whole or each.error is not None}
    wholes = {name for name in SOURCES if name not in part}
    return figures.with_counts(look, clean, wholes, shop.calendar.timezone)
