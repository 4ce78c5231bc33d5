"""Which version of a row stays: `versions: by_file`, a mapped `updated_at`, both; read in parts as read whole."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ca_assets.lake.lake import Lake
from ca_assets.settings.process import ProcessSettings
from ca_assets.shop import ShopError, parse_shop
from ca_assets_tests.cleaning.building import build, rows
from ca_assets_tests.pipeline import load_tables
from ca_assets_tests.shops.builder import SampleShop
from ca_assets_tests.shops.clean_tables import engine

HEAD = "id,client,start,amount,bought\n"
LINES = "id,product,price,category,quantity\n"
TWO = SampleShop(
    sessions={
        "2024-04-01.csv": HEAD + "u1,c1,2024-03-30,100,1\nu2,c1,2024-03-30,50,1\nu3,c1,2024-03-30,7,1\n",
        "2024-04-02.csv": HEAD + "u1,c1,2024-03-30,80,1\nu2,c1,2024-03-30,50,0\nu1,c1,2024-03-30,70,1\nu3,c1,never,9,1\n",
    }
).with_source("sessions", versions="by_file")


def test_the_row_of_the_last_file_stays(tmp_path: Path) -> None:
    clean = build(tmp_path, TWO)
    # u1: within a file the largest; u3: a row that cannot be used is no version.
    assert rows(clean.orders, "id", "payment_amount", "has_purchased") == [("u1", 80, True), ("u2", 0, False), ("u3", 7, True)]
    counts = clean.counts["sessions"]
    assert (counts["read"], counts["accepted"], counts["duplicates"], counts["rejected"]) == (7, 3, 3, 1)
    assert [alarm.alarm for alarm in clean.alarms] == ["rejected bad_session_start_date"]


@pytest.mark.parametrize(
    ("names", "amount"),
    [(("b.csv", "a.csv"), 1), (("export_9.csv", "export_10.csv"), 1), (("a/z.csv", "b/a.csv"), 2), (("a/x.csv", "a-b/x.csv"), 1)],
)
def test_files_follow_by_path_in_code_points(tmp_path: Path, names: Sequence[str], amount: float) -> None:
    files = {name: HEAD + f"u1,c1,2024-03-30,{number},1\n" for number, name in enumerate(names, 1)}
    assert rows(build(tmp_path, SampleShop(sessions=files).with_source("sessions", versions="by_file")).orders, "payment_amount") == [
        (amount,)
    ]


def test_lines_and_delivery_are_of_the_last_file_with_the_order(tmp_path: Path) -> None:
    shop = SampleShop(
        sessions=HEAD + "u1,c1,2024-03-30,1,1\nu2,c1,2024-03-30,1,1\n",
        baskets={
            "1.csv": LINES + "u1,tea,10,x,2\nu1,cup,5,x,1\nu2,tea,10,x,1\n",
            "2.csv": LINES + "u1,tea,10,x,2\nu1,tea,10,x,2\nu1,pot,none,x,1\n",
        },
        deliveries={"1.csv": "id,delivered\nu1,2024-04-05\nu2,2024-04-01\n", "2.csv": "id,delivered\nu1,2024-04-02\n"},
    )
    clean = build(tmp_path, shop.with_source("baskets", versions="by_file").with_source("deliveries", versions="by_file"))
    assert rows(clean.basket_lines, "id", "product", "quantity") == [("u1", "tea", 2), ("u1", "tea", 2), ("u2", "tea", 1)]
    assert clean.counts["baskets"]["duplicates"] == 2 and clean.counts["baskets"]["accepted"] == 3
    assert [f"{row[1]:%m-%d}" for row in rows(clean.orders, "id", "delivery.delivery_date")] == ["04-02", "04-01"]


def test_the_latest_updated_at_stays(tmp_path: Path) -> None:
    head, lines = HEAD.replace("\n", ",updated_at\n"), LINES.replace("\n", ",updated_at\n")
    shop = SampleShop(
        sessions=head + "u1,c1,2024-03-30,80,1,2024-04-02 10:00\nu1,c1,2024-03-30,100,1,2024-04-02 09:00\nu1,c1,2024-03-30,900,1,\n",
        customers="client,download,updated_at\nc1,2024-01-05,2024-02-02\nc1,2024-01-01,2024-02-01\n",
        baskets=lines + "u1,a,1,x,1,2024-04-01\nu1,b,1,x,1,2024-04-02\nu1,c,1,x,1,2024-04-02\nu1,d,1,x,1,\n",
    )
    clean = build(tmp_path, shop)
    assert rows(clean.orders, "payment_amount") == [(80,)] and rows(clean.basket_lines, "product") == [("b",), ("c",)]
    assert [f"{row[0]:%d}" for row in rows(clean.downloads, "download_date")] == ["05"]
    assert "updated_at" not in clean.orders.columns and clean.alarms == ()


def test_updated_at_decides_within_a_file(tmp_path: Path) -> None:
    head = HEAD.replace("\n", ",updated_at\n")
    files = {
        "1.csv": head + "u1,c1,2024-03-30,1,1,2024-05-01\n",
        "2.csv": head + "u1,c1,2024-03-30,2,1,2024-04-02\nu1,c1,2024-03-30,3,1,2024-04-01\n",
    }
    assert rows(build(tmp_path / "a", SampleShop(sessions=files)).orders, "payment_amount") == [(1,)]
    assert rows(build(tmp_path / "b", SampleShop(sessions=files).with_source("sessions", versions="by_file")).orders, "payment_amount") == [
        (2,)
    ]


def test_versions_of_a_database_are_an_error(tmp_path: Path) -> None:
    text = "sources: {sessions: {kind: postgresql, url: '${URL}', table: s, versions: by_file}}"
    with pytest.raises(ShopError, match="versions"):
        parse_shop(text, tmp_path)


@pytest.mark.parametrize("seed", range(3))
def test_exports_read_in_parts_are_those_read_whole(tmp_path: Path, seed: int) -> None:
    chance, now = random.Random(seed), dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)  # by then the files have settled
    for step in range(3):
        name, ids = f"{chance.choice('abc')}{step}.csv", [f"o{chance.randrange(6)}" for _ in range(8)]
        shop = SampleShop(
            sessions={name: HEAD + "".join(f"{order},c{chance.randrange(3)},2024-0{chance.randint(1, 5)}-03,{step},1\n" for order in ids)},
            baskets={name: LINES + "".join(f"{order},p{chance.randrange(3)},{chance.randint(1, 9)},x,1\n" for order in ids)},
        )
        yaml = shop.with_source("sessions", versions="by_file").with_source("baskets", versions="by_file").write(tmp_path / "shop")
        parts = load_tables(yaml, tmp_path / "home", now)
        whole = load_tables(yaml, tmp_path / f"whole{step}", now)
        assert {read.how for read in parts.rows.reads.values()} == {"files" if step else "whole"}
        assert parts.counts == whole.counts and parts.alarms == whole.alarms
        assert _lake(tmp_path / "home") == _lake(tmp_path / f"whole{step}")


def _lake(home: Path) -> list[list[tuple[Any, ...]]]:
    lake, con = Lake(ProcessSettings(home=home).lake_root), engine()
    tables = [lake.read(con, name) for name in ("orders", "basket_lines", "rejects")]
    return [rows(table, *table.columns) for table in tables]
