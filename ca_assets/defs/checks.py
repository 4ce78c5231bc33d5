"""Blocking checks between the lake and what is published: made from the tables' contracts, run after writing, before publishing."""

from collections.abc import Iterator

import dagster as dg

from ca_assets.contracts.tables import DOWNLOADS, ORDERS
from ca_assets.loading.audit import CHECKS, COUNTS_CHECK, Finding, audit, counts_add_up
from ca_assets.loading.session import LoadSession

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
    findings = audit(rows, ORDERS.key[0], ORDERS.columns(load.shop), ORDERS.schema(load.shop))
    yield from _results("orders", [*findings, counts_add_up(load.lake.loads()[-1]["counts"])])


@dg.multi_asset_check(specs=_specs("downloads", *CHECKS))
def downloads_contract(load: LOAD) -> Iterator[dg.AssetCheckResult]:
    """Keys unique, required values present, types as contracted."""
    rows = load.lake.read(load.con, "downloads")
    yield from _results("downloads", audit(rows, DOWNLOADS.key[0], DOWNLOADS.columns(load.shop), DOWNLOADS.schema(load.shop)))


@dg.definitions
def checks() -> dg.Definitions:
    """The checks of the tables that are published."""
    return dg.Definitions(asset_checks=[orders_contract, downloads_contract])
