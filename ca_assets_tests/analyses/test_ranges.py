"""Any range of days in any scope, alone, against the oracle: the same families, from base tables made once per last day."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace
from itertools import product
from pathlib import Path

import pyarrow as pa
import pytest

from ca_assets.analyses.core.base import make_base
from ca_assets.analyses.core.context import Context, Tables
from ca_assets.analyses.core.family import Inputs, catalogue, compute_family, family_of_report, spec_of
from ca_assets.analyses.core.selection import select_range
from ca_assets.analyses.core.temp_tables import TempTables
from ca_assets.shop import Shop
from ca_assets_tests.analyses.running import same, tables_of, tuples
from ca_assets_tests.oracle.columns import BY_DELIVERY, WINDOWED
from ca_assets_tests.oracle.generate import random_shop
from ca_assets_tests.oracle.reports import COMPUTE, load_world, without_model
from ca_assets_tests.shops.full_shop import full_shop

NOW = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
Selections = list[tuple[str, int]]  # scope, days


def compute_ranges(shop: Shop, tables: Tables, last: dt.date, selections: Selections) -> dict[tuple[str, str, int], pa.Table]:
    """(report, scope, days) → rows with the scope in front, each scope and range computed alone."""
    names = sorted({path.partition("/")[0] for path, spec in catalogue().items() if spec.has_windows})
    computed: dict[tuple[str, str, int], pa.Table] = {}
    with TempTables(tables.orders.get_backend()) as temp:
        lines = None if tables.basket_lines is None else temp.materialize(tables.basket_lines)
        base = make_base(replace(tables, basket_lines=lines), Context(shop, last), temp)
        assert base is not None
        for (scope, days), name in product(selections, names):
            with TempTables(temp.engine) as own:
                part = select_range(base, own, scope, days)
                reports = compute_family(family_of_report(name), Inputs(own, lambda part=part: part), part.context).reports  # type: ignore[misc]
            assert reports.scopes == (scope,)
            computed |= {(f"{reports.name}/{type_}", scope, days): table for type_, table in reports.tables.items()}
    return computed


def write_shop(seed: int | None, folder: Path) -> Path:
    """A random shop, or the one that has everything."""
    if seed is None:
        return full_shop().write(folder)
    random_shop(seed, folder)
    return folder / "shop.yaml"


@pytest.mark.parametrize("seed", [None, 2])
def test_every_range_is_exact(seed: int | None, tmp_path: Path) -> None:
    yaml = write_shop(seed, tmp_path / "shop")
    shop, tables = tables_of(yaml, tmp_path / "staging")
    whole = load_world(yaml, NOW)
    chance, newest, first = random.Random(seed), whole.report_date, whole.views["all"].session_first
    assert newest is not None
    span = (newest - first).days
    for last in (newest, first + dt.timedelta(days=max(span // 2, 0))):
        world = load_world(yaml, NOW, last)
        scopes = ["all", *chance.sample(sorted(world.views.keys() - {"all"}), min(2, len(world.views) - 1))]
        computed = compute_ranges(shop, tables, last, [(scope, chance.randint(1, (last - first).days + 2)) for scope in scopes])
        wanted = {name for name in WINDOWED if world.shop.has_report(name)}
        assert {name for name, _, _ in computed} == wanted
        for name, scope, days in computed:
            table, spec = computed[name, scope, days], spec_of(name)
            keys = [0, *(table.schema.get_field_index(k) for k in spec.key)]
            mine = {tuple(row[i] for i in keys): row for row in tuples(table)}
            view = (world.windowed_by_delivery(days) if name in BY_DELIVERY else world.windowed(days)).get(scope)
            due = without_model(name, [(scope, *row) for row in COMPUTE[name](view)] if view else [], tuples(table), keys)
            theirs = {tuple(row[i] for i in keys): row for row in due}
            assert set(mine) == set(theirs), (name, scope, days)
            assert len(mine) == table.num_rows
            assert [(name, days, mine[key], row) for key, row in theirs.items() if not all(map(same, mine[key], row))] == []


def test_a_range_of_an_unknown_scope_is_an_error(tmp_path: Path) -> None:
    shop, tables = tables_of(full_shop().write(tmp_path / "shop"), tmp_path / "staging")
    with TempTables(tables.orders.get_backend()) as temp:
        base = make_base(tables, Context(shop, dt.date(2024, 10, 28)), temp)
        assert base is not None
        with pytest.raises(LookupError, match="country=XX"):
            select_range(base, temp, "country=XX", 3)
