"""`ca sources`, `load`, `export`, `rejects`, `publish`: from literal files to literal figures, and every way in which that can fail."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

import pytest

from ca_assets.lake.lake import Lake
from ca_assets.loading.locks import lake_lock
from ca_assets_tests.cli.conftest import Home
from ca_assets_tests.shops.tea_shop import SESSIONS, TEA


def _lake_versions(home: Home) -> dict[str, int]:
    return Lake(str(home.home / "lake")).versions()


def test_figures_of_the_literal_shop(loaded: Home) -> None:
    lines = loaded.ca("export", "stats/kpis").stdout.splitlines()
    kpis = {line.split(",")[0]: line.split(",")[1] for line in lines[1:]}
    assert (kpis["orders"], kpis["revenue"], kpis["visitors"], kpis["buyers"]) == ("3.0", "62.5", "3.0", "2.0")
    monthly = loaded.ca("export", "stats/monthly_orders", "--scope", "country=UK").stdout.splitlines()
    assert monthly == ["period,complete,orders", "2024-01-01,true,0", "2024-02-01,true,1", "2024-03-01,false,1"]


def test_tables_are_exported_with_their_baskets(loaded: Home) -> None:
    rows = json.loads(loaded.ca("export", "orders", "--format", "json").stdout)
    assert [row["id"] for row in sorted(rows, key=lambda row: row["id"])] == ["s1", "s2", "s3", "s4", "s5"]
    assert len(next(row for row in rows if row["id"] == "s1")["basket"]) == 2
    assert loaded.ca("export", "downloads", "--scope", "country=FR").stdout.splitlines()[1:] == [
        "ann,2024-01-29T00:00:00Z,2024-01-29T01:00:00Z"
    ]


def test_a_day_that_is_not_published_is_computed(loaded: Home) -> None:
    result = loaded.ca("export", "stats/monthly_orders", "--as-of", "2024-02-10")
    assert result.stdout.splitlines() == ["period,complete,orders", "2024-01-01,true,1", "2024-02-01,false,1"]
    assert "not published" in result.stderr
    before = loaded.ca("export", "stats/monthly_orders", "--as-of", "2023-01-01").stdout.splitlines()
    assert before == ["period,complete,orders"]


def test_counts_are_shown(own: Home) -> None:
    out = own.ca("load").stdout
    assert [line.split() for line in out.splitlines() if line.startswith(("sessions ", "baskets "))] == [
        ["sessions", "7", "5", "1", "1", "0"],
        ["baskets", "3", "2", "0", "0", "1"],
    ]
    assert "unknown_clients 1" in out


def test_loading_twice_changes_nothing(own: Home, tmp_path: Path) -> None:
    versions, files = _lake_versions(own), own.export(tmp_path / "a")
    own.ca("load", "--full")
    assert _lake_versions(own) == versions
    assert own.export(tmp_path / "b") == files and len(files) > 25


def test_rejects_with_reasons(loaded: Home) -> None:
    rows = [json.loads(line) for line in loaded.ca("rejects", "--format", "json").stdout.splitlines()]
    assert [(row["source"], row["line"], row["reason"]) for row in rows] == [
        ("baskets", 4, "orphan"),
        ("sessions", 7, "bad_payment_amount"),
        ("sessions", 8, "duplicate"),
    ]
    assert loaded.ca("rejects", "--source", "baskets", "--format", "csv").stdout.count("\n") == 2


def test_terminal_output_does_not_let_data_act(own: Home) -> None:
    own.shop.joinpath("sessions.csv").write_text(SESSIONS + 's7,"e\x1b[31mve\u202e",2024-03-03T12:00:00Z,bad,yes,,,1\n', encoding="utf-8")
    own.ca("load")
    out = own.ca("rejects").stdout
    assert "\x1b" not in out and "\u202e" not in out and "\\u202e" in out


@pytest.mark.parametrize("damage", ["missing", "empty", "unmapped", "binary"])
def test_a_bad_source_leaves_the_last_good_data(own: Home, damage: str) -> None:
    file, versions = own.shop / "sessions.csv", _lake_versions(own)
    before = own.ca("export", "stats/kpis").stdout
    if damage == "missing":
        file.unlink()
    else:
        file.write_bytes({"empty": b"", "unmapped": b"id,client\n1,2\n", "binary": bytes(range(256)) * 40}[damage])
    message = own.ca("load", fails=True).stderr
    assert "sessions" in message and "Traceback" not in message
    assert own.ca("export", "stats/kpis").stdout == before and _lake_versions(own) == versions


def test_five_per_cent_garbage_is_counted_and_the_rest_loaded(own: Home) -> None:
    good = "".join(f"g{i},c{i % 50},2024-03-01T10:00:00Z,10,yes,,UK,1\n" for i in range(950))
    bad = "".join(
        [
            '"broken,,,\n',
            "too,few\n",
            "b,c,yesterday,10,yes,,UK,1\n",
            "b,c,2024-03-01T10:00:00Z,-1,yes,,UK,1\n",
            "b,c,,10,maybe,,UK,1,9,9\n",
        ]
        * 10
    )
    own.shop.joinpath("sessions.csv").write_text(SESSIONS.splitlines()[0] + "\n" + bad + good)
    out = own.ca("load").stdout
    counts = next(line.split() for line in out.splitlines() if line.startswith("sessions "))
    assert counts[1:3] == ["1,000", "950"] and counts[3] == "50"


def test_a_bad_shop_file_is_refused_and_the_old_one_stays(own: Home) -> None:
    file = own.shop / "shop.yaml"
    good = file.read_text()
    for text, word in (
        ("a: [", "YAML"),
        (good.replace("Europe/London", "Mars/Olympus"), "timezone"),
        (good.replace("kind: csv", "kind: excel", 1), "kind"),
    ):
        file.write_text(text)
        assert word in own.ca("sources", "apply", str(file), fails=True).stderr
    assert "does not exist" in own.ca("sources", "apply", str(own.shop / "none.yaml"), fails=True).stderr
    assert "sessions.csv" in own.ca("sources", "list").stdout


def test_a_mapping_that_does_not_fit_the_files_is_not_applied(own: Home) -> None:
    file, good = own.shop / "shop.yaml", (own.shop / "shop.yaml").read_text()
    for old, new, word in (
        ("start_date: start", "start_date: began", "'began'"),
        ("path: lines.csv", "path: none.csv", "none.csv"),
        ("    path: sessions.csv", "    path: sessions.csv\n    delimeter: ','", "no such key"),
        ("    path: customers.csv", '    path: customers.csv\n    delimiter: ";"', 'delimiter: ","'),
    ):
        file.write_text(good.replace(old, new))
        assert word in own.ca("sources", "apply", str(file), fails=True).stderr
    file.write_text(good.replace("path: lines.csv", "path: later.csv"))
    own.ca("sources", "apply", "--no-check", str(file))
    assert "later.csv" in own.ca("sources", "list").stdout


def test_sessions_that_are_all_rejected_do_not_empty_the_shop(own: Home) -> None:
    versions = _lake_versions(own)
    own.shop.joinpath("sessions.csv").write_text(SESSIONS.replace("2024-", "24/"))
    message = own.ca("load", fails=True).stderr
    assert "none of the 7 rows" in message and "date_format" in message and "line 2" in message
    assert _lake_versions(own) == versions


def test_a_shop_is_emptied_only_when_asked(own: Home) -> None:
    own.shop.joinpath("sessions.csv").write_text(SESSIONS.splitlines()[0] + "\n")
    assert "--accept-empty sessions" in own.ca("load", fails=True).stderr
    own.ca("load", "--accept-empty", "sessions")
    assert own.ca("export", "orders").stdout.count("\n") == 1


def test_a_step_that_no_customer_has_is_said(own: Home) -> None:
    own.shop.joinpath("customers.csv").write_text("client,download,signup\nann,2024-01-29,\nbob,2024-02-10,\n")
    assert "customers: empty signup_date 2 (no row has a value" in own.ca("load").stdout


def test_before_anything_is_applied_or_loaded(empty: Home) -> None:
    for words in (("load",), ("sources", "list")):
        assert "ca sources apply" in empty.ca(*words, fails=True).stderr
    for words in (("export", "orders"), ("rejects",)):
        assert "ca load" in empty.ca(*words, fails=True).stderr


def test_unknown_names_are_said(loaded: Home) -> None:
    assert "did you mean stats/kpis" in loaded.ca("export", "stats/kpi", fails=True).stderr
    assert "country=UK" in loaded.ca("export", "stats/kpis", "--scope", "country=XX", fails=True).stderr
    assert "churn/weekly" in loaded.ca("export", "--list").stdout.splitlines()
    assert "funnels" in loaded.ca("load", "--only", "nonsense", fails=True).stderr
    assert "--out" in loaded.ca("export", "--all", fails=True).stderr


def test_one_asset_alone_and_republication(own: Home, tmp_path: Path) -> None:
    files = own.export(tmp_path / "a")
    own.ca("load", "--only", "stats")
    assert own.export(tmp_path / "b") == files
    shutil.rmtree(own.home / "index")
    own.ca("export", "stats/kpis", fails=True)
    own.ca("publish")
    assert own.export(tmp_path / "c") == files


def test_a_mapping_that_changes_is_taken_up(own: Home) -> None:
    file = own.shop / "shop.yaml"
    replace(TEA, dimensions=["country", "promo"]).write(own.shop)
    own.ca("sources", "apply", str(file))
    own.ca("load")
    assert own.ca("export", "stats/monthly_orders", "--scope", "promo=SPRING").stdout.splitlines()[2] == "2024-02-01,true,1"


def test_a_second_load_at_the_same_time_is_refused(own: Home) -> None:
    ready = "import os, sys, time; from pathlib import Path; from ca_assets.loading.locks import lake_lock\n"
    hold = ready + "with lake_lock(Path(sys.argv[1])):\n    print('held', flush=True)\n    sys.stdin.read()"
    other = subprocess.Popen([sys.executable, "-c", hold, str(own.home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None and other.stdout.readline() == "held\n"
    assert str(other.pid) in own.ca("load", fails=True).stderr
    other.communicate("")
    own.ca("load")


def test_a_killed_load_keeps_the_reports_and_the_next_works(own: Home, tmp_path: Path) -> None:
    before = own.export(tmp_path / "before")
    own.shop.joinpath("sessions.csv").write_text(SESSIONS + "s8,zoe,2024-03-04T12:00:00Z,5,yes,,UK,1\n")
    environment = {**os.environ, "CA_HOME": str(own.home)}
    load = subprocess.Popen([sys.executable, "-m", "ca_assets.cli", "load"], env=environment, stderr=subprocess.PIPE, text=True)
    assert load.stderr is not None
    said = list(takewhile(lambda line: "lake/orders" not in line, load.stderr))
    assert load.poll() is None, f"never came to the orders: {said}"
    assert not [line for line in said if "Warning" in line], "a library talks to the user"
    load.send_signal(signal.SIGKILL)
    load.wait()
    assert own.export(tmp_path / "killed") == before
    own.ca("load")
    assert '"s8"' not in before["orders.csv"] and "s8,zoe" in own.export(tmp_path / "after")["orders.csv"]
    assert not list((own.home / "staging").glob("load-*"))
    assert _run_states(own) == {"SUCCESS", "FAILURE"}


def _run_states(home: Home) -> set[str]:
    import dagster as dg

    with dg.DagsterInstance.from_config(str(home.home / "dagster")) as instance:
        return {run.status.value for run in instance.get_runs()}


def test_the_lock_is_reentrant_in_a_process(tmp_path: Path) -> None:
    with lake_lock(tmp_path), lake_lock(tmp_path):
        pass
    started = time.monotonic()
    with lake_lock(tmp_path):
        assert time.monotonic() - started < 1
