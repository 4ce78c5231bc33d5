"""`ca sources check`: counts of a load, text for people, JSON for programs, exit codes; `ca sources apply` looks at databases too."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from ca_assets.analyses.core.downloads import NO_CUSTOMERS
from ca_assets.lake.lake import Lake
from ca_assets.settings.process import ProcessSettings
from ca_assets_tests.cli.conftest import Home
from ca_assets_tests.shops.builder import SampleShop
from ca_assets_tests.shops.tea_shop import TEA

COUNTS = ("read", "accepted", "rejected", "duplicates", "orphans")


def test_with_all_its_counts_are_those_of_the_load(loaded: Home) -> None:
    found = json.loads(loaded.ca("sources", "check", "--all", "--format", "json").stdout)
    last = Lake(ProcessSettings(home=loaded.home).lake_root).loads()[-1]["counts"]
    assert {each["name"] for each in found["sources"]} == set(last)
    for each in found["sources"]:
        assert {name: each[name] for name in COUNTS} == {name: last[each["name"]][name] for name in COUNTS}
        assert {reason["reason"]: reason["rows"] for reason in each["reasons"]} == last[each["name"]]["reasons"]


def test_the_text_is_for_people_and_the_shop_in_force_stays(own: Home) -> None:
    before = own.ca("sources", "list").stdout
    other = replace(TEA, name="Other").write(own.root / "other")
    result = own.ca("sources", "check", str(other))
    text = " ".join(result.stdout.split())
    for words in (
        "7 rows read, 5 accepted, 1 rejected, 1 duplicates, 1 unknown clients",
        "line 7, id s6: payment_amount (column 'amount'): 'x' is not a number",
        "2024-01-30T10:00:00Z → 10:00 +0000",
        "yes | no | yes",
        "(empty)",
        "February 2024, the last complete month: 1 orders, revenue 12.50 GBP. Is that right?",
        "country: 2 different values by sessions: FR 2, UK 2, not set 1",
        "Every source can be used. Nothing was loaded or changed.",
    ):
        assert words in text, words
    assert max(map(len, result.stdout.splitlines())) <= 100
    assert own.ca("sources", "list").stdout == before


def test_a_source_that_cannot_be_used_ends_with_1(empty: Home, tmp_path: Path) -> None:
    shop = TEA.write(tmp_path / "shop")
    (shop.parent / "lines.csv").unlink()
    result = empty.ca("sources", "check", str(shop), "--format", "json", exits=1)
    assert not json.loads(result.stdout)["is_usable"]
    assert "NOT every source" in empty.ca("sources", "check", str(shop), exits=1).stdout
    (shop.parent / "customers.csv").unlink()
    assert "told while another source cannot be used: unknown clients" in empty.ca("sources", "check", str(shop), exits=1).stdout


def test_a_guess_can_be_pasted(empty: Home, tmp_path: Path) -> None:
    shop = TEA.write(tmp_path / "shop")
    shop.write_text("currency: GBP\nsources:\n  sessions:\n    kind: csv\n    path: sessions.csv\n")
    (found,) = json.loads(empty.ca("sources", "check", str(shop), "--format", "json", exits=1).stdout)["sources"]
    lines = [line for line in found["guess"].splitlines() if "?" not in line]
    shop.write_text("sources:\n  sessions:\n    kind: csv\n    path: sessions.csv\n" + "".join(f"  {line}\n" for line in lines[1:]))
    (found,) = json.loads(empty.ca("sources", "check", str(shop), "--format", "json").stdout)["sources"]
    assert (found["read"], found["accepted"]) == (7, 5)
    assert [column["ours"] for column in found["columns"]][-2:] == ["dimensions.country", "actions.basket"]


def test_without_customers_the_download_date_is_explained(empty: Home, tmp_path: Path) -> None:
    shop = TEA.without("customers", "baskets").write(tmp_path / "shop")
    assert NO_CUSTOMERS in " ".join(empty.ca("sources", "check", str(shop)).stdout.split())


def test_a_date_that_stands_for_none_is_missing(empty: Home, tmp_path: Path) -> None:
    sessions = "id,client,start,amount,bought,refunded\n1,a,2024-01-05,5,yes,0000-00-00 00:00:00\n2,a,2024-01-06,5,yes,soon\n"
    text = empty.ca("sources", "check", str(SampleShop(sessions=sessions).write(tmp_path / "shop"))).stdout
    assert "0000-00-00 00:00:00 → missing" in text and "soon → not readable" in text


def test_without_a_shop_it_says_what_to_do(empty: Home) -> None:
    assert "ca sources apply" in empty.ca("sources", "check", fails=True).stderr
    assert "does not exist" in empty.ca("sources", "check", "nowhere.yaml", fails=True).stderr


def test_apply_asks_a_database_too_and_shows_no_password(empty: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHOP_URL", raising=False)
    shop = TEA.with_source("customers", kind="postgresql", url="${SHOP_URL}", path=None, table="customers").write(tmp_path / "shop")
    assert "ca connections add SHOP_URL" in empty.ca("sources", "apply", str(shop), fails=True).stderr
    empty.ca("connections", "add", "SHOP_URL", "--stdin", text="postgresql://ann:hunter2@127.0.0.1:1/shop")
    result = empty.ca("sources", "apply", str(shop), fails=True)
    assert result.stderr.startswith("Error: customers: ") and len(result.stderr.splitlines()) <= 2 and "hunter2" not in result.output
    monkeypatch.setenv("CA_ENCRYPTION_KEY", "quite another key, long enough")
    assert "another encryption key" in empty.ca("sources", "apply", str(shop), fails=True).stderr


def test_ctrl_c_while_the_engine_computes_ends_quietly(empty: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_words: object, **_more: object) -> None:
        raise RuntimeError("Query interrupted")  # DuckDB's words for it

    monkeypatch.setattr("ca_assets.dry_run.run.dry_run", interrupted)
    result = empty.ca("sources", "check", str(TEA.write(tmp_path / "shop")), exits=1)
    assert result.stderr.strip() == "Aborted!" and result.stdout == ""


def test_a_sample_says_so_at_every_figure_that_is_of_it(empty: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ca_assets.dry_run.run.SAMPLE_ROWS", 500)
    rows = [f"s{n},c{n},2024-0{1 + n // 600}-0{1 + n % 600 // 100}T10:00:00Z,5,1,,FR,1\n" for n in range(3_000)]
    sessions = "id,client,start,amount,bought,promo,country,basket\n" + "".join(rows)
    shop = replace(TEA.without("customers", "baskets"), sessions=sessions).write(tmp_path / "shop")
    text = " ".join(empty.ca("sources", "check", str(shop)).stdout.split())
    for words in (
        "--all reads everything",
        "not to be told from a sample (--all can): duplicates",
        "2024-05-06 (in the sample)",
        "orders by currency (in the sample): GBP",
        "1 different values by sessions (in the sample): FR",
        "This was a sample",
        "April 2024, the last complete month: 600 orders, revenue 3,000.00 GBP",
    ):
        assert words in text, words
    total = re.search(r"A SAMPLE: [\d,]+ of about ([\d,]+) rows, from 64 places of the file", text)
    assert total is not None and abs(int(total[1].replace(",", "")) - 3_000) < 60
