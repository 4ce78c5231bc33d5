"""Publishing what was staged: which units must be of this state, what is recorded with them, and the switch.

A load publishes the tables and all families of the nightly job together: readers never see a figure beside tables that it was not made
from. A run beside the loads publishes its own families; all other units are carried over. The switch is one atomic step of the index.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ca_assets.analyses.core.family import Family, families, families_of, in_order
from ca_assets.contracts.tables import LOAD_TABLES, row_keys, with_parts
from ca_assets.index.publisher import Unit, generation_meta, with_units
from ca_assets.loading.fingerprints import table_fingerprint
from ca_assets.loading.run import NotReady
from ca_assets.loading.session import LoadSession
from ca_assets.shop import Shop

Latest = Callable[[str], Mapping[str, Any]]
PUBLISHED_TABLES = with_parts(LOAD_TABLES)


def publish(session: LoadSession, latest: Latest, also: Sequence[str] = ()) -> str:
    """Make what was staged current, and return the name of the publication. Raises NotReady when a unit is not of this state.

    `latest(name)`: what the newest materialization of an asset recorded. `also`: families of other jobs that this load computed too.
    """
    staging = session.stager.staging_id()
    names = session.request.beside or [*(family.name for family in families_of("nightly")), *also]
    chosen = in_order([families()[name] for name in dict.fromkeys(names)])
    if not session.request.beside:
        _stage_unchanged_tables(session, latest, staging)
    stale = [family.name for family in chosen if not _is_ready(session, family, latest(family.name), staging)]
    if stale:
        raise NotReady(f"not computed from the lake's present tables: {', '.join(stale)}; materialize them, then the publication")
    still_read = session.inputs.published_versions()
    session.index.switch(staging, _meta(session, chosen, latest))
    session.sources.commit_cache()
    session.stager.tidy(still_read)
    return staging


def _is_ready(session: LoadSession, family: Family, recorded: Mapping[str, Any], staging: str) -> bool:
    """Whether the family was staged for this publication, or readers have the same result already."""
    return recorded.get("generation") == staging or session.inputs.is_published(family)


def _stage_unchanged_tables(session: LoadSession, latest: Latest, staging: str) -> None:
    """A table that was staged under another state of the lake, but is itself unchanged since, is staged under this one too."""
    keys = row_keys(LOAD_TABLES)
    for asset, names in PUBLISHED_TABLES.items():
        recorded = latest(asset)
        for name in names:
            if recorded.get(f"version_{name}") != session.lake.version(name):
                raise NotReady(f"{asset} is older than the lake's {name}; materialize {asset}, then the publication")
            session.index.stage_table(staging, name, session.lake.version(name), recorded[f"rows_{name}"], keys[name])


def _meta(session: LoadSession, chosen: Sequence[Family], latest: Latest) -> dict[str, Any]:
    """What is recorded: of a load all of it, with the units that it published; beside the loads the units alone change."""
    before, day = session.inputs.current_meta(), session.inputs.context.report_date  # others may have published since this run began
    now = dt.datetime.now(dt.UTC).isoformat()
    units: dict[str, Unit] = {}
    if day == session.inputs.default_date:  # a report of another day does not make that day the newest of its unit
        made = [(family.name, session.inputs.fingerprint(family)) for family in chosen]
        units = {name: Unit(name, fingerprint, day.isoformat() if day else None, now) for name, fingerprint in made}
    if session.request.beside:
        return with_units(before, units)
    tables = [name for names in PUBLISHED_TABLES.values() for name in names]
    units |= {name: Unit(name, table_fingerprint(name, session.lake.version(name)), None, now) for name in tables}
    found = (latest(family.name).get("scope_values") for family in chosen)
    scope_values = next((values for values in found if values), before.get("scope_values", {}))
    return with_units({**publication_meta(session, scope_values), "units": before.get("units")}, units)


def publication_meta(session: LoadSession, scope_values: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """JSON values: the shop's mapping and calendar, report date, time and counts of the load that the reports stand on.

    The report date is the default one: a load as of another day does not make that day the newest.
    """
    shop, load = session.shop, session.inputs.newest_load()
    return generation_meta(
        shop,
        session.inputs.default_date,
        dt.datetime.fromisoformat(load["loaded_at"]),
        scope_values,
        counts=load["counts"],
        alarms=load.get("alarms", []),
        settings=shop.settings.model_dump(mode="json"),
        edition=session.applied.edition,
        state=session.stager.state(),
        **mapped_parts(shop),
    )


def mapped_parts(shop: Shop) -> dict[str, bool]:
    """Which optional parts are mapped."""
    return {
        "has_signup": shop.mapped("customers", "signup_date"),
        "has_promotion": shop.mapped("sessions", "promotion_id"),
        "has_refunds": shop.mapped("sessions", "refund_amount"),
        "has_baskets": shop.sources.baskets is not None,
        "has_customers": shop.sources.customers is not None,
        "has_deliveries": shop.sources.deliveries is not None,
        "has_coordinates": shop.mapped("deliveries", "latitude") and shop.mapped("deliveries", "longitude"),
        **{f"has_{name}": shop.mapped("deliveries", name) for name in ("prepare_date", "return_date", "promised_date")},
    }
