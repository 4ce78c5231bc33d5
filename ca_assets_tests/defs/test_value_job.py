"""The weekly job of customer lifetime value beside the loads, on both indexes: published by itself, kept by date, as of any day."""

from __future__ import annotations

import datetime as dt
import io
import secrets
from dataclasses import replace
from pathlib import Path

import pytest

from ca_assets.analyses.clv_predictions import backtests, compute
from ca_assets.cli.runs import run_assets
from ca_assets.export.export import export_all, export_report, export_table
from ca_assets.index.open import open_index
from ca_assets.loading.as_of_snapshot import snapshot_as_of
from ca_assets.models.store import ModelStore
from ca_assets.settings.database import open_database
from ca_assets.settings.process import process_settings
from ca_assets.settings.shops import apply_shop
from ca_assets_tests.analyses.test_clv import ORDERS, SHOP, calls, once_more
from ca_assets_tests.shops.builder import session

FIRST, SECOND = dt.date(2024, 4, 4), dt.date(2024, 4, 9)
ORIGINS = [dt.date(2024, 3, 31), dt.date(2024, 4, 7)]
SESSIONS = [{**row, "id": f"{place:04}", "bought": "yes"} for place, row in enumerate(ORDERS)]


@pytest.fixture(params=["embedded", "elasticsearch"])
def shop_folder(request: pytest.FixtureRequest, empty_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    if request.param == "elasticsearch":
        monkeypatch.setenv("CA_INDEX_URL", request.getfixturevalue("elasticsearch"))
        monkeypatch.setenv("CA_INDEX_PREFIX", f"t{secrets.token_hex(6)}-")
    monkeypatch.setattr(backtests, "make_forecast", lambda known, settings: once_more(known.data, known.day, settings))
    monkeypatch.setattr(compute, "make_forecast", backtests.make_forecast)
    process_settings.cache_clear()
    apply_shop(open_database(), replace(SHOP, sessions=SESSIONS).write(tmp_path / "shop"))
    return tmp_path / "shop"


def exported(name: str, scope: str = "all") -> str:
    out = io.BytesIO()
    with open_index(process_settings()).snapshot() as snapshot:
        if "/" in name:
            export_report(snapshot, name, out, scope=scope)
        else:
            export_table(snapshot, name, out, scope=scope)
    return out.getvalue().decode()


def published() -> dict[tuple[dt.date, dt.date], list[float]]:
    """What was published, by report date and origin."""
    with open_index(process_settings()).snapshot() as snapshot:
        rows = [row for batch in snapshot.rows("clv_published") for row in batch.to_pylist()]
    rows.sort(key=lambda row: row["period"])
    keys = {(row["report_date"], row["origin"]) for row in rows}
    return {key: [row["predicted"] for row in rows if (row["report_date"], row["origin"]) == key] for key in keys}


def test_a_week_is_added_and_the_one_before_stays(shop_folder: Path, tmp_path: Path) -> None:
    run_assets()
    with open_index(process_settings()).snapshot() as snapshot:
        assert "clv" not in {key.report_name for key in snapshot.keys()}  # noqa: SIM118 - no mapping
    run_assets(job_name="weekly")
    first, before = exported("clv_predictions"), published()
    assert list(before) == [(FIRST, ORIGINS[0])] and len(before[FIRST, ORIGINS[0]]) == 14
    assert [line.split(",")[:5] for line in first.splitlines()[1:]] == [[client, "EUR", "2024-03-31", "2", "1.0"] for client in "abc"]
    assert exported("clv_predictions", "country=DE").splitlines()[1:] == [first.splitlines()[1], first.splitlines()[3]]
    newest = next(line for line in exported("clv/total").splitlines() if ",published," in line)
    assert newest.split(",")[:6] == ["2024-03-31", "published", "2", "false", "106.4", "99.3"]
    kept = ModelStore(process_settings().home / "models").dates("clv_predictions")

    replace(SHOP, sessions=[*SESSIONS, session("b", f"{SECOND} 10:00", 3, country="FR", id="9", bought="yes")]).write(shop_folder)
    run_assets()
    assert exported("clv_predictions") == first and published() == before, "a load carries it over"
    calls.clear()
    run_assets(job_name="weekly")
    assert len(calls) == 1, "past forecasts are kept"
    after = published()
    assert after.pop((FIRST, ORIGINS[0])) == before[FIRST, ORIGINS[0]] and list(after) == [(SECOND, ORIGINS[1])]
    assert set(kept) <= set(ModelStore(process_settings().home / "models").dates("clv_predictions"))
    assert exported("clv_predictions") != first
    with open_index(process_settings()).snapshot() as snapshot:
        written = export_all(snapshot, tmp_path / "out")
    assert {"clv_predictions.csv", "clv/daily.csv", "clv/parameters.csv"} <= set(written)
    with snapshot_as_of(process_settings(), ["clv_predictions"], FIRST, windows=False) as snapshot:
        out = io.BytesIO()
        export_table(snapshot, "clv_predictions", out)
        assert out.getvalue().decode() == first, "as of a day is what was computed that day"
