"""Ids in the published view, of either store: tables are published anew from the lake, reports are rewritten where they name one.

The switch is one atomic step, as after a load. Families are not computed again now: their figures are the same, and the next load does.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from typing import Any

import pyarrow as pa

from ca_assets.analyses.core.report import ReportSet
from ca_assets.contracts.tables import LOAD_TABLES, published, table_names
from ca_assets.erasure.tables import without_ids
from ca_assets.erasure.texts import Texts
from ca_assets.index.protocol import Index, NotPublished, PublishedTable, Snapshot
from ca_assets.index.publisher import Unit, units_of, with_units
from ca_assets.lake.lake import Lake
from ca_assets.loading.fingerprints import state_digest, table_fingerprint

READ_TABLES = table_names(published(LOAD_TABLES))


def published_tables(snapshot: Snapshot, lake: Lake) -> list[PublishedTable]:
    """What is published of the lake's tables."""
    tables: list[PublishedTable] = []
    for name in lake.versions():
        try:
            tables.append(snapshot.table(name))
        except NotPublished:
            continue
    return tables


def erase_publication(index: Index, lake: Lake, edition: int, texts: Texts) -> int:
    """Make readers see the lake's newest tables and reports without the ids; returns the number of reports that named one."""
    if index.current() is None:
        return 0
    rewritten = _erase_reports(index, texts)
    with index.snapshot() as snapshot:
        meta, before, generation = snapshot.meta(), published_tables(snapshot, lake), snapshot.generation
    stale = [table for table in before if table.lake_version != lake.version(table.name)]
    erased = texts.value(meta)
    if stale or erased != meta:
        staging = hashlib.blake2b(f"{generation} erased {sorted(texts.pseudonyms.values())}".encode(), digest_size=8).hexdigest()
        for table in stale:
            index.stage_table(staging, table.name, lake.version(table.name), table.rows, table.key)
        index.switch(staging, _meta(erased, [table.name for table in before], lake, edition))
    index.purge()
    return rewritten


def _meta(meta: dict[str, Any], names: list[str], lake: Lake, edition: int) -> dict[str, Any]:
    """The publication's meta with the tables as they are now."""
    now = dt.datetime.now(dt.UTC).isoformat()
    units = {name: Unit(name, table_fingerprint(name, lake.version(name)), None, now) for name in names if name in units_of(meta)}
    versions = {name: lake.version(name) for name in READ_TABLES if lake.has(name)}
    return {**with_units(meta, units), "state": state_digest(edition, versions)}


def _erase_reports(index: Index, texts: Texts) -> int:
    """Stage those that name an id again, into what is current: they are visible at once, one set after the other."""
    count = 0
    with index.snapshot() as snapshot:
        generation = snapshot.generation
        by_type: dict[tuple[str, str, dt.date], list[str]] = defaultdict(list)
        for key in snapshot.keys():  # noqa: SIM118 - a method of its own
            by_type[key.report_name, key.type, key.report_date].append(key.scope)
        changed = [made for key, scopes in by_type.items() if (made := _erased_set(snapshot, key, scopes, texts))]
    for reports in changed:
        index.stage_reports(generation, reports)
        count += len(reports.scopes)
    return count


def _erased_set(snapshot: Snapshot, key: tuple[str, str, dt.date], scopes: list[str], texts: Texts) -> ReportSet | None:
    """The reports of a type with the pseudonyms; None when they name no id."""
    name, type_, day = key
    reports = [snapshot.report(name, type_, scope, day) for scope in scopes]
    rows = [without_ids(report.data, texts) for report in reports]
    meta = texts.value(reports[0].meta)
    if meta == reports[0].meta and all(new is report.data for new, report in zip(rows, reports, strict=True)):
        return None
    scoped = [
        table.add_column(0, pa.field("scope", pa.string()), pa.array([scope] * table.num_rows, pa.string()))
        for scope, table in zip(scopes, rows, strict=True)
    ]
    return ReportSet(name, day if day.year > 1 else None, {type_: pa.concat_tables(scoped)}, tuple(scopes), meta)
