"""The dry run: what a load of a shop would find, without touching lake, index or the shop in force.

Of large sources a sample is taken; then the very functions of a load make tables of it in a scratch folder, and what came out is counted.
Belongs here: the course of it. Which figures a sample cannot tell: `figures`. Reading rows: `ca_assets.sources`.
"""

from __future__ import annotations

import time
from dataclasses import replace

from ca_assets.cleaning.build import CleanTables, build_tables
from ca_assets.contracts.sources import SOURCES
from ca_assets.dry_run import figures
from ca_assets.dry_run.inspect import InspectedSource, Inspection, inspect_source
from ca_assets.dry_run.month import last_month
from ca_assets.dry_run.result import DryRun, SourceCheck
from ca_assets.engine.connect import connect
from ca_assets.loading.progress import Progress
from ca_assets.loading.scratch import scratch_folder
from ca_assets.settings.process import ProcessSettings, process_settings
from ca_assets.shop import Shop
from ca_assets.sources.driver import Reading, Secret, from_environment
from ca_assets.sources.errors import SourceError

SAMPLE_ROWS = 100_000


def dry_run(
    shop: Shop,
    settings: ProcessSettings | None = None,
    *,
    secret: Secret = from_environment,
    sample_rows: int = 5,
    whole: bool = False,
    progress: Progress | None = None,
) -> DryRun:
    """Inspect every source of `shop`; errors of sources are results, not exceptions.

    `sample_rows`: rows shown of each; `whole`: read everything, however large; `secret(name)`: what `${name}` stands for.
    Scratch files are in `CA_HOME/staging` and gone at the end, also when it is broken off.
    """
    started = time.monotonic()
    settings = settings or process_settings()
    with scratch_folder(settings.staging, "check-") as staging:
        reading = Reading(shop.folder, staging, progress, secret, staging / "built")
        con = connect(settings, staging / "engine")
        try:
            result = _checked(Inspection(shop, con, reading, sample_rows, None if whole else SAMPLE_ROWS))
        finally:
            con.disconnect()
    return replace(result, seconds=round(time.monotonic() - started, 3))


def _checked(inspection: Inspection) -> DryRun:
    shop = inspection.shop
    configs = {name: getattr(shop.sources, name) for name in SOURCES}
    sources = {name: inspect_source(name, config, inspection) for name, config in configs.items() if config is not None}
    clean, sources = _clean_tables(inspection, sources)
    checks = [_check(source, clean, sources, shop) for source in sources.values()]
    events = figures.events_check(sources["sessions"], clean) if clean else None
    checks += [events] if events else []
    return DryRun(
        shop=shop.name,
        timezone=shop.calendar.timezone,
        is_usable=all(check.error is None for check in checks),
        is_sample=any(check.is_sample for check in checks),
        sources=checks,
        currencies=figures.currencies(clean) if clean else {},
        dimensions=figures.dimensions(clean, shop) if clean else [],
        last_month=last_month(clean, sources["sessions"], inspection),
        has_customers=shop.sources.customers is not None,
    )


def _clean_tables(inspection: Inspection, sources: dict[str, InspectedSource]) -> tuple[CleanTables | None, dict[str, InspectedSource]]:
    """The clean tables of the sources that can be used; one that fails while it is read is left out, and they are made again."""
    reading = inspection.reading
    while sources["sessions"].check.error is None:
        usable = {name: source.sample.config if source.check.error is None else None for name, source in sources.items()}
        shop = inspection.shop.model_copy(update={"sources": inspection.shop.sources.model_copy(update=usable)})
        try:
            return build_tables(shop, inspection.con, reading.staging, reading.progress, secret=reading.secret), sources
        except SourceError as error:
            if error.source not in sources or sources[error.source].check.error is not None:
                raise
            sources = {**sources, error.source: sources[error.source].failed(str(error))}
    return None, sources


def _check(source: InspectedSource, clean: CleanTables | None, sources: dict[str, InspectedSource], shop: Shop) -> SourceCheck:
    if source.check.error is not None or clean is None:
        return source.check
    whole = [name for name in SOURCES if name not in sources or sources[name].is_whole]
    return figures.with_figures(source, clean, whole, shop.calendar.timezone)
