"""Hand-computed cases without the layers around the analyses: columns and types of the tables, every value of the oracle.

One of six, of every kind; all cases go the whole way, to the exported files, in `test_end_to_end`.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pytest

from ca_assets.analyses.core.family import spec_of
from ca_assets.contracts.arrow import ARROW_TYPES
from ca_assets_tests.analyses.running import compute_all, reports, same, tables_of, tuples, write_csv
from ca_assets_tests.oracle.case import Case
from ca_assets_tests.oracle.cases.catalogue import CASES
from ca_assets_tests.oracle.reports import all_reports, load_world, without_model

WITHOUT_ORACLE = {"clv"}  # its figures are a model's; `test_clv` has the fixed ones by hand
LOADED = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize("case", CASES[::6], ids=lambda case: case.name)
def test_case_and_oracle(case: Case, tmp_path: Path) -> None:
    yaml = case.write(tmp_path / "shop")
    world = load_world(yaml, LOADED, dt.date.fromisoformat(case.as_of) if case.as_of else None)
    shop, tables = tables_of(yaml, tmp_path / "staging")
    tables_by_path = reports(compute_all(tables, shop, world.report_date))
    write_csv(tmp_path / "out", tables_by_path)
    ours = dataclasses.replace(
        case,
        expected={name: text for name, text in case.expected.items() if "/" in name},
        rows={name: count for name, count in case.rows.items() if "/" in name},
    )
    assert ours.problems(tmp_path / "out") == []
    for name, rows in all_reports(world, windows=True).items():
        table, spec = tables_by_path.pop(name), spec_of(name)
        assert table.schema.names == ["scope", *(c.name for c in spec.columns)]
        assert table.schema.types[1:] == [ARROW_TYPES[c.dtype] for c in spec.columns]
        keys = [0, *(table.schema.get_field_index(k) for k in spec.key)]
        mine = {tuple(row[i] for i in keys): row for row in tuples(table)}
        theirs = {tuple(row[i] for i in keys): row for row in without_model(name, rows, tuples(table), keys)}
        assert set(mine) == set(theirs), name
        assert len(mine) == table.num_rows
        wrong = [(name, mine[key], row) for key, row in theirs.items() if not all(map(same, mine[key], row))]
        assert wrong == []
    assert {name.partition("/")[0] for name in tables_by_path} <= WITHOUT_ORACLE
