"""Blocking checks between the lake and what is published: made from the tables' contracts, run after writing, before publishing."""

from collections.abc import Iterator

import dagster as dg

from ca_assets.loads.audit import CHECKS, COUNTS_CHECK, Finding, audit, counts_add_up
from ca_assets.loads.session import LoadSession
from ca_assets.tables.contracts import DOWNLOADS_KEY, ORDERS_KEY, downloads_fields, downloads_schema, orders_fields, orders_schema

LOAD = dg.ResourceParam[LoadSession]


def _specs(table: str, *names: str) -> list[dg.AssetCheckSpec]:
    return [dg.AssetCheckSpec(name, asset=["lake", table], blocking=True) for name in names]


def _results(table: str, findings: list[Finding]) -> Iterator[dg.AssetCheckResult]:
    for finding in findings:
        yield dg.AssetCheckResult(
            asset_key=["lake", table], check_name=finding.name, passed=finding.passed, metadata={"found": finding.text}
        )


@dg.multi_asset_check(specs=_specs("orders", *CHECKS, COUNTS_CHECK))
def orders_contract(load: LOAD) -> Iterator[dg.AssetCheckResult]:
    """Keys unique, required values present, types as contracted, no negative amounts, every row read accounted for."""
    rows = load.lake.read(load.con, "orders")
    findings = audit(rows, ORDERS_KEY[0], orders_fields(load.shop), orders_schema(load.shop))
    yield from _results("orders", [*findings, counts_add_up(load.lake.loads()[-1]["counts"])])


@dg.multi_asset_check(specs=_specs("downloads", *CHECKS))
def downloads_contract(load: LOAD) -> Iterator[dg.AssetCheckResult]:
    """Keys unique, required values present, types as contracted."""
    rows = load.lake.read(load.con, "downloads")
    yield from _results("downloads", audit(rows, DOWNLOADS_KEY[0], downloads_fields(load.shop), downloads_schema(load.shop)))
