"""The fixed columns of the family `anomalies` are those of the oracle, which was written from docs/contract (models, 13), in all scopes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from ca_assets.analyses.anomalies.specs import REPORTS
from ca_assets.analyses.core.context import Context
from ca_assets_tests.analyses.anomalies.running import anomalies_of
from ca_assets_tests.analyses.running import same, tables_of, tuples
from ca_assets_tests.oracle.families import anomalies as oracle
from ca_assets_tests.oracle.reports import load_world
from ca_assets_tests.oracle.world import View
from ca_assets_tests.shops.steady_shop import FIRST, SHOP, steady_rows

DAYS = 130
RUSH = 110
FIXED: dict[str, Callable[[View], oracle.Rows]] = {
    **{f"{group}_{grain}": partial(getattr(oracle, group), grain=grain) for group in oracle.NEEDED for grain in oracle.LENGTH},
    "scores": oracle.scores,
}


def shop_with_everything():
    """Guests, promotions, downloads, a day without sessions, one with many, and New York's clock, which moves on 10 March."""
    rows = [
        row
        | {
            "client": None if number % 11 == 0 else row["client"],
            "promo": "SALE" if number % 5 == 0 and row["amount"] else None,
            "bought": row["amount"] is not None,
        }
        for number, row in enumerate(steady_rows(DAYS, mean=45, factors={(RUSH, "FR"): 5.0}))
        if (row["start"].date() - FIRST).days != 90 and (row["country"] != "DE" or (row["start"].date() - FIRST).days > 20)
    ]
    first_seen = {row["client"]: row["start"] for row in reversed(rows) if row["client"]}
    downloads = [
        {"client": client, "download": start - dt.timedelta(days=number % 9)} for number, (client, start) in enumerate(first_seen.items())
    ]
    return replace(SHOP, sessions=rows, customers=downloads, timezone="America/New_York", week_start="sunday")


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory):
    """The oracle's world and the family's reports of the same files."""
    folder = tmp_path_factory.mktemp("anomalies")
    path, day = shop_with_everything().write(folder), FIRST + dt.timedelta(days=DAYS - 3)
    shop, tables = tables_of(path, folder / "staging")
    return load_world(path, report_date=day), anomalies_of(tables, Context(shop, day))[0].reports


@pytest.mark.parametrize("name", FIXED)
def test_fixed_columns_are_the_oracles(name: str, compared) -> None:
    world, reports = compared
    spec = next(spec for spec in REPORTS if spec.type == name)
    table = reports.tables[name]
    key = [0, *(table.schema.get_field_index(column) for column in spec.key)]
    ours = oracle.by_key(tuples(table), key)
    theirs = oracle.by_key(((scope, *row) for scope, view in world.views.items() for row in FIXED[name](view)), key)
    assert set(ours) == set(theirs)
    assert [(ours[place], row) for place, row in theirs.items() if not all(map(same, ours[place], row))] == []
    scopes = {row[0] for row in theirs.values()}
    assert scopes == ({"all"} if name.startswith(("orders", "cohort")) else {"all", "country=GB", "country=FR"})


def test_causes_have_what_the_period_had(compared) -> None:
    world, reports = compared
    keys = ("scope", "group", "grain", "period")
    series = {tuple(row[key] for key in keys): row["series"] for row in reports.tables["flags"].to_pylist()}
    causes = [row for row in reports.tables["causes"].to_pylist() if row["value"] != "__other__"]
    for row in causes:
        place = tuple(row[key] for key in keys)
        counted = oracle.cause_count(world.views[row["scope"]], *place[2:], series[place], row["dimension"], row["value"])
        assert row["actual"] == pytest.approx(counted, abs=1e-9), row
    assert {row["dimension"] for row in causes} == {"country", "~customer", "~promotion"}
    assert {row["value"] for row in causes if row["dimension"] == "~customer"} == {"new", "returning", "__none__"}
