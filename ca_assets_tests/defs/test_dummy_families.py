"""Adding families is adding their packages: they are found everywhere, and one that is weekly lives at its own pace beside the load."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from ca_assets.analyses.core import handbook
from ca_assets.analyses.core.family import base_families, catalogue, families
from ca_assets.cli.runs import open_instance, run_assets
from ca_assets.definitions import definitions
from ca_assets.export.export import export_all
from ca_assets.index.open import open_index
from ca_assets.index.publisher import units_of
from ca_assets.lake.lake import Lake
from ca_assets.models.store import ModelStore
from ca_assets.settings.process import process_settings
from ca_assets_tests.dummy_families.adding import dummy_families
from ca_assets_tests.shops.tea_shop import SESSIONS

DAY = dt.date(2024, 3, 2)  # the last whole day of the tea shop


@pytest.fixture
def added() -> Iterator[None]:
    with dummy_families():
        yield


def _edges(graph: dg.AssetGraph, name: str) -> set[str]:
    return {key.to_user_string() for key in graph.get(dg.AssetKey(name)).parent_keys}


@pytest.mark.usefixtures("added")
def test_they_are_in_the_graph_with_their_arrows(home: Path) -> None:
    graph = definitions().resolve_asset_graph()
    lake = {"lake/orders", "lake/downloads", "lake/basket_lines"}
    assert _edges(graph, "buyer_list") == lake and _edges(graph, "weekly_values") == {*lake, "buyer_list"}
    assert {"buyer_list", "weekly_values"} <= _edges(graph, "publication")
    node = graph.get(dg.AssetKey("weekly_values"))
    assert (node.group_name, node.description) == ("machine_learning", families()["weekly_values"].about)


@pytest.mark.usefixtures("added")
def test_each_job_has_its_families(home: Path) -> None:
    found = definitions()
    load = {key.to_user_string() for key in found.resolve_job_def("load_everything").asset_layer.executable_asset_keys}
    weekly = {key.to_user_string() for key in found.resolve_job_def("weekly").asset_layer.executable_asset_keys}
    assert "buyer_list" in load and "weekly_values" not in load
    assert weekly == {"weekly_values", "clv_predictions", "publication"}
    assert found.resolve_schedule_def("weekly_schedule").cron_schedule == "0 6 * * 0"


@pytest.mark.usefixtures("added")
def test_they_are_in_catalogue_handbook_and_bench() -> None:
    assert {"buyer_list/summary", "weekly_values/overall"} <= set(catalogue())
    pages = handbook.render()
    assert "Orders that buyers are expected to make" in pages["weekly_values.md"] and "buyer_list.md" in pages["README.md"]
    assert "buyer_list" in base_families() and "weekly_values" not in base_families()


def test_without_the_packages_nothing_is_left(home: Path) -> None:
    with dummy_families():
        assert "weekly_values" in families()
    assert "weekly_values" not in families()
    assert not definitions().resolve_asset_graph().has(dg.AssetKey("weekly_values"))


@pytest.mark.usefixtures("added")
def test_a_weekly_family_is_published_beside_the_load(home: Path) -> None:
    run_assets()
    index = open_index(process_settings())
    before = index.current()
    with index.snapshot() as snapshot:
        orders = snapshot.table("orders")
        assert "weekly_values" not in {key.report_name for key in snapshot.keys()}  # noqa: SIM118 - no mapping
        clients = {row["client"]: row["orders"] for batch in snapshot.rows("buyer_list") for row in batch.to_pylist()}
    assert clients == {"ann": 1, "bob": 2}
    run_assets(job_name="weekly")
    with index.snapshot() as snapshot:
        assert snapshot.generation != before and snapshot.table("orders") == orders
        assert snapshot.report("weekly_values", "overall").data.to_pylist() == [{"trainings": 1, "buyers": 2, "orders": 3}]
        assert snapshot.report("funnels", "sessions_daily").key.report_date == DAY
        rows = [row for batch in snapshot.rows("weekly_values") for row in batch.to_pylist()]
        assert {(row["client"], row["expected_orders"], row["report_date"]) for row in rows} == {("ann", 1.0, DAY), ("bob", 2.0, DAY)}
    state = ModelStore(process_settings().home / "models").latest("weekly_values")
    assert state is not None and state.as_of == DAY and state.code_digest


@pytest.mark.usefixtures("added")
def test_a_load_carries_the_weekly_family_over(home: Path) -> None:
    run_assets()
    run_assets(job_name="weekly")
    file = home.parent / "shop" / "sessions.csv"
    file.write_text(SESSIONS + "s8,ann,2024-03-05T10:00:00Z,9,yes,,FR,1\ns9,ann,2024-03-06T10:00:00Z,0,no,,FR,1\n")
    run_assets()
    with open_index(process_settings()).snapshot() as snapshot:
        newest = snapshot.report("funnels", "sessions_daily").key.report_date
        assert newest > DAY and snapshot.report("weekly_values", "overall").key.report_date == DAY
        assert snapshot.as_of("weekly_values/overall", "all", newest).key.report_date == DAY
        units = units_of(snapshot.meta())
        assert (units["weekly_values"].report_date, units["funnels"].report_date) == (DAY.isoformat(), newest.isoformat())
    run_assets(job_name="weekly")
    with open_index(process_settings()).snapshot() as snapshot:
        assert snapshot.report("weekly_values", "overall").data.to_pylist() == [{"trainings": 2, "buyers": 2, "orders": 4}]
        assert len(snapshot.versions("weekly_values", "overall")) == 2


@pytest.mark.usefixtures("added")
def test_the_weekly_job_says_when_nothing_changed(home: Path) -> None:
    run_assets()
    run_assets(job_name="weekly")
    current = open_index(process_settings()).current()
    run_assets(job_name="weekly")
    with open_instance() as instance:
        run = instance.get_runs(limit=1)[0]
        messages = [entry.user_message for entry in instance.all_logs(run.run_id)]
    assert any(message.startswith("nothing that it is computed from") for message in messages)
    with open_index(process_settings()).snapshot() as snapshot:
        assert snapshot.report("weekly_values", "overall").data.to_pylist()[0]["trainings"] == 1
    run_assets()  # a night without news recomputes nothing either, though the publication has another name now
    with open_index(process_settings()).snapshot() as snapshot:
        assert snapshot.generation != "" and current is not None


@pytest.mark.usefixtures("added")
def test_exports_and_vacuum_know_them(home: Path, tmp_path: Path) -> None:
    run_assets()
    run_assets(job_name="weekly")
    with open_index(process_settings()).snapshot() as snapshot:
        written = export_all(snapshot, tmp_path / "out")
    assert {"buyer_list/summary.csv", "weekly_values/overall.csv"} <= set(written)
    lake, folder = Lake(process_settings().lake_root), Path(process_settings().lake_root) / "buyer_list"
    (folder / "part-00000-left-by-a-killed-write.parquet").write_bytes(b"half")
    file = home.parent / "shop" / "sessions.csv"
    for client in ("bo", "bea"):
        file.write_text(SESSIONS.replace("s4,bob", f"s4,{client}"))
        run_assets()
    assert lake.version("buyer_list") == 2 and not list(folder.glob("*killed*"))
    assert len(list(folder.glob("*.parquet"))) == 3  # young files stay: a read of them may just have begun
    lake.vacuum({"buyer_list": 2}, grace_hours=0)
    assert len(list(folder.glob("*.parquet"))) == 2  # the newest version, and the one before, which readers may still have open
