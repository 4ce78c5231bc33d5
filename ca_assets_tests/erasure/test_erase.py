"""After an erasure no byte of the id is in anything that is kept, totals are equal, and the next load does not bring it back."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import create_engine, text

from ca_assets.erasure.proof import search_folder
from ca_assets.erasure.texts import Texts
from ca_assets.index.elasticsearch.client import ElasticClient
from ca_assets.settings.database import open_database
from ca_assets.settings.erased import unfinished_erasures
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.saved_views import save_view
from ca_assets.settings.users import add_user
from ca_assets_tests.cli.conftest import Home
from ca_assets_tests.shops.tea_shop import CUSTOMERS, SESSIONS, TEA

ID = 'anna "Müller"@example.org'
CELL = '"anna ""Müller""@example.org"'
BROKEN = f"s7,{CELL},2024-03-04T12:00:00Z,5\n"  # too few fields: kept as the text of its line
SHOP = replace(
    TEA,
    sessions=SESSIONS.replace("ann,", f"{CELL},") + f"s8,{CELL},2024-03-04T12:00:00Z,x,yes,,,1\n" + BROKEN,
    customers=CUSTOMERS.replace("ann,", f"{CELL},"),
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A shop loaded twice, so that there are old versions, with the id in every place that may have it."""
    home = Home(tmp_path)
    SHOP.write(home.shop)
    home.ca("sources", "apply", str(home.shop / "shop.yaml"))
    home.ca("load")
    file = home.shop / "sessions.csv"
    file.write_text(file.read_text() + f"s9,{CELL},2024-03-05T12:00:00Z,7,yes,,FR,1\n")
    home.ca("load")
    database = open_database(ProcessSettings(home=home.home))
    user = add_user(database, "ada", "correct horse battery")
    save_view(database, user, name=f"orders of {ID}", path="/search/client", query="?value=anna+%22M%C3%BCller%22%40example.org")
    log = home.home / "dagster" / "storage" / "run.err"
    log.parent.mkdir(exist_ok=True)
    log.write_text(f"a row of {ID} is odd\n")
    day = home.home / "events" / "raw" / "2026-01-01"
    day.mkdir(parents=True)
    (day / "a.jsonl").write_text(json.dumps({"received_at": "2026-01-01", "message": {"userId": ID, "event": "x"}}) + "\n")
    built = home.home / "events" / "built"
    built.mkdir()
    pq.write_table(pa.table({"user_id": [ID] * 1000}), built / "events.7af5f830df7e901a")  # as the store of events names its files
    return home


def left(home: Home) -> list[str]:
    """Files of CA_HOME that have the id, as bytes or packed."""
    files, found = search_folder(home.home, Texts({ID: "x"}))
    assert files > 20
    raw = [
        str(path)
        for path in home.home.rglob("*")
        if path.is_file() and any(name.encode() in path.read_bytes() for name in ("Müller", "muller", "M%C3%BC"))
    ]
    return sorted({*found, *raw})


def totals(home: Home) -> tuple[str, str]:
    return home.ca("export", "stats/kpis").stdout, home.ca("export", "stats/orders_per_customer").stdout


def test_no_byte_of_the_id_is_left(home: Home) -> None:
    assert len(left(home)) > 5
    before = totals(home)
    result = home.ca("erase", ID, "--yes", "--reason", "request 17")
    assert "still with the shop: sessions:" in result.stdout and "found nowhere any more" in result.stdout
    assert left(home) == []
    assert totals(home) == before
    clients = home.ca("export", "downloads").stdout
    assert "erased-" in clients and "bob" in clients
    upload = home.home / "uploads" / "a" / "sessions.csv"
    upload.parent.mkdir(parents=True)
    upload.write_text(SESSIONS.replace("ann,", f"{CELL},"))
    assert f"still with the shop: uploaded: {upload}" in home.ca("erase", ID, "--yes").stdout
    assert CELL in upload.read_text()


def test_the_customer_stays_erased_at_the_next_load(home: Home) -> None:
    home.ca("erase", ID, "--yes")
    before, pseudonym = totals(home), home.ca("export", "downloads").stdout
    home.ca("load")
    assert left(home) == [] and totals(home) == before and home.ca("export", "downloads").stdout == pseudonym
    file = home.shop / "sessions.csv"
    file.write_text(
        file.read_text() + f"s10,{CELL},2024-03-06T12:00:00Z,7,yes,,FR,1\ns11,{CELL},2024-03-06T12:00:00Z,z,yes,,FR,1\n" + BROKEN
    )
    home.ca("load", "--full")
    assert left(home) == []
    orders = home.ca("export", "orders").stdout
    assert sum("erased-" in line for line in orders.splitlines()) == 4
    rejects = home.ca("rejects", "--format", "json").stdout
    assert "erased-" in rejects and "not kept" in rejects and "ller" not in rejects


@pytest.mark.parametrize("step", ["_publication", "_databases"])
def test_a_killed_erasure_is_finished_by_another(home: Home, step: str) -> None:
    before = totals(home)
    code = f"""
import os, signal
from ca_assets.erasure import erase
erase.{step} = lambda work: os.kill(os.getpid(), signal.SIGKILL)
from ca_assets.cli.main import main
main()
"""
    environment = {**os.environ, "CA_HOME": str(home.home)}
    killed = subprocess.run([sys.executable, "-c", code, "erase", ID, "--yes"], env=environment, capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL and left(home)
    assert unfinished_erasures(open_database(ProcessSettings(home=home.home))) == 1
    home.ca("erase", ID, "--yes")
    assert left(home) == [] and totals(home) == before


def test_nothing_is_kept_that_gives_the_id_back(home: Home) -> None:
    home.ca("erase", ID, "--yes")
    engine = create_engine(f"sqlite:///{home.home / 'settings.sqlite'}")
    with engine.connect() as connection:
        (row,) = connection.execute(text("SELECT key, pseudonym, finished_at FROM erased_customers")).all()
    assert len(row.key) == 64 and row.pseudonym.startswith("erased-") and row.finished_at is not None
    home.ca("erase", "nobody known", "--yes")  # whoever is unknown now may be in the next file
    home.ca("erase", row.pseudonym, "--yes", fails=True)


@pytest.fixture
def elastic_home(tmp_path: Path, elasticsearch: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Home]:
    settings = ProcessSettings(home=tmp_path, index_url=elasticsearch, index_prefix=f"t{secrets.token_hex(6)}-")
    monkeypatch.setenv("CA_INDEX_URL", elasticsearch)
    monkeypatch.setenv("CA_INDEX_PREFIX", settings.index_prefix)
    yield request.getfixturevalue("home")
    ElasticClient(settings).call("DELETE", f"/{settings.index_prefix}*", expand_wildcards="all")


def test_nothing_is_left_in_elasticsearch(elastic_home: Home) -> None:
    settings = ProcessSettings(home=elastic_home.home, index_url=os.environ["CA_INDEX_URL"], index_prefix=os.environ["CA_INDEX_PREFIX"])
    client = ElasticClient(settings)
    query = {"query": {"term": {"client": ID}}}
    counted = [f"/{settings.index_prefix}{name}/_count" for name in ("orders", "downloads")]
    assert all(client.call("POST", path, query)["count"] for path in counted)
    before = totals(elastic_home)
    assert "Elasticsearch" not in elastic_home.ca("erase", ID, "--yes").stdout
    assert totals(elastic_home) == before and left(elastic_home) == []
    assert not any(client.call("POST", path, query)["count"] for path in counted)
    hits = client.call("POST", f"/{settings.index_prefix}*/_search", {"size": 10_000})["hits"]["hits"]
    assert hits and "ller" not in json.dumps(hits, ensure_ascii=False)
