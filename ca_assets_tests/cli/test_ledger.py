"""What `ca load` says of what it read, and the ledger of what each load changed."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from ca_assets.cleaning import incremental as increments
from ca_assets.lake.lake import Lake
from ca_assets_tests.cli.conftest import Home
from ca_assets_tests.shops.tea_shop import SESSIONS


@pytest.fixture(autouse=True)
def _files_settle_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(increments, "SETTLED_SECONDS", -3600.0)


def _ledger(home: Home, name: str = "ledger") -> list[dict[str, str]]:
    text = home.ca("export", f"loads/{name}").stdout
    return sorted(csv.DictReader(text.splitlines()), key=lambda row: tuple(row.values()))


def _month(row: dict[str, str]) -> tuple[str, ...]:
    names = ("month", "rows_added", "rows_removed", "rows_changed", "orders_before", "orders_after", "revenue_before", "revenue_after")
    return tuple(row[name] for name in names)


def test_the_ledger_says_which_months_a_load_restated(own: Home) -> None:
    own.ca("load")
    # s1 moves from January to February and pays more, s3 pays less, s4 goes, s7 is new.
    changed = SESSIONS.replace("s1,ann,2024-01-30T10:00:00Z,20", "s1,ann,2024-02-01T10:00:00Z,21").replace(",12.5,", ",10,")
    changed = changed.replace("s4,bob,2024-03-01T12:00:00Z,30,yes,,UK,1\n", "") + "s7,ann,2024-03-03T09:00:00Z,7,yes,,FR,1\n"
    own.shop.joinpath("sessions.csv").write_text(changed, encoding="utf-8")
    out = own.ca("load").stdout
    assert "changed 2024-02: 1 sessions added, 0 removed, 1 changed; orders 1 → 2, revenue 12.50 → 31.00" in out
    newest = max(row["loaded_at"] for row in _ledger(own))
    assert [_month(row) for row in _ledger(own) if row["loaded_at"] == newest] == [
        ("2024-01-01", "0", "1", "0", "1", "0", "20.0", "0.0"),
        ("2024-02-01", "1", "0", "1", "1", "2", "12.5", "31.0"),
        ("2024-03-01", "1", "1", "0", "1", "1", "30.0", "7.0"),
    ]
    (sessions,) = [row for row in _ledger(own, "sources") if row["loaded_at"] == newest and row["source"] == "sessions"]
    assert (sessions["how"], sessions["rows_read"], sessions["rows"], sessions["rejected"]) == ("whole", "7", "7", "1")


def test_a_load_of_unchanged_files_reads_and_changes_nothing(own: Home, tmp_path: Path) -> None:
    own.ca("load")
    versions, files = Lake(str(own.home / "lake")).versions(), own.export(tmp_path / "a")
    out = own.ca("load").stdout
    assert out.count("not read again: no file changed") == 3 and "sessions 7 5 1 1 0" in " ".join(out.split())
    assert Lake(str(own.home / "lake")).versions() == versions and own.export(tmp_path / "b") == files
    assert _month(_ledger(own)[-1])[:4] == ("", "0", "0", "0")
    assert {row["how"] for row in _ledger(own, "sources")} == {"whole", "unchanged"}


def test_tables_changed_since_the_last_load_are_made_again(own: Home, tmp_path: Path) -> None:
    own.ca("load")
    files = own.export(tmp_path / "a")
    lake = Lake(str(own.home / "lake"))
    from ca_assets.engine.connect import connect
    from ca_assets.settings.process import ProcessSettings

    con = connect(ProcessSettings(home=own.home))
    lake.write(con, "downloads", lake.read(con, "downloads").limit(0))
    own.ca("load")
    assert own.export(tmp_path / "b") == files


def test_a_source_that_is_mapped_later_is_taken_up(own: Home, tmp_path: Path) -> None:
    text = own.shop.joinpath("shop.yaml").read_text(encoding="utf-8")
    without = text[: text.index("  baskets:")]
    for each in (without, text):
        own.shop.joinpath("shop.yaml").write_text(each, encoding="utf-8")
        own.ca("sources", "apply", str(own.shop / "shop.yaml"))
        out = own.ca("load").stdout
    assert "sessions: not read again" in out and "baskets 3 2 0 0 1" in " ".join(out.split())
    assert json.loads(own.ca("export", "products/top_products", "--format", "json").stdout)[0]["product"] == "tea"
