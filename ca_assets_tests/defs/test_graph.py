"""The graph as Dagster sees it: a snapshot of its assets, what blocks, what is partitioned, when it runs."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg

from ca_assets.contracts.arrow import arrow_schema
from ca_assets.contracts.columns import Field
from ca_assets.definitions import definitions
from ca_assets.defs.resources import month_partitions, requested_months
from ca_assets.loading.audit import CHECKS, audit, counts_add_up

GROUPS = {
    "sources": {"source/sessions", "source/customers", "source/baskets"},
    "lake": {"lake/orders", "lake/downloads", "lake/basket_lines", "lake/product_activity", "lake/rejects"},
    "indexes": {"orders", "downloads", "loads", "publication"},
    "exploratory": {"funnels", "stats", "cohorts", "products", "promotions", "churn", "journey", "oscar"},
    "machine_learning": {"ab_tests", "anomalies", "clv_predictions", "delivery_anomalies", "rfm_segments", "rfm", "segmentation"},
    "search": {"search_terms"},
    "events": {"events_compacted"},
}
ANALYSES = GROUPS["exploratory"] | GROUPS["machine_learning"] | GROUPS["search"]


def _groups(graph: dg.AssetGraph) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for node in graph.asset_nodes:
        found.setdefault(node.group_name, set()).add(node.key.to_user_string())
    return found


def test_assets_by_group(home: Path) -> None:
    graph = definitions().resolve_asset_graph()
    assert _groups(graph) == GROUPS
    assert all(node.description for node in graph.asset_nodes)


def test_without_a_shop_the_graph_loads_and_says_what_to_do(empty_home: Path) -> None:
    graph = definitions().resolve_asset_graph()
    assert _groups(graph) == {name: keys for name, keys in GROUPS.items() if name != "sources"}
    assert "ca sources apply" in graph.get(dg.AssetKey(["lake", "orders"])).description


def test_publication_follows_everything_that_is_published(home: Path) -> None:
    node = definitions().resolve_asset_graph().get(dg.AssetKey("publication"))
    assert {key.to_user_string() for key in node.parent_keys} == {"orders", "downloads", "loads", *ANALYSES}


def test_published_assets_say_how_old_they_may_be(home: Path) -> None:
    graph = definitions().resolve_asset_graph()
    policies = {node.key.to_user_string(): node.freshness_policy for node in graph.asset_nodes if node.freshness_policy}
    assert set(policies) == GROUPS["indexes"] | ANALYSES
    longest_night, longest_week = dt.timedelta(hours=25), dt.timedelta(days=7, hours=1)  # to the same time when summer time ends
    windows = {name: policy.fail_window.to_timedelta() - dt.timedelta(hours=2) for name, policy in policies.items()}
    assert windows == {**dict.fromkeys(policies, longest_night), "clv_predictions": longest_week}


def test_checks_block_and_come_from_the_contracts(home: Path) -> None:
    graph = definitions().resolve_asset_graph()
    keys = {f"{key.asset_key.to_user_string()}:{key.name}" for key in graph.asset_check_keys}
    assert keys == {*(f"lake/{table}:{name}" for table in ("orders", "downloads") for name in CHECKS), "lake/orders:counts_add_up"}
    assert all(graph.get(key).blocking for key in graph.asset_check_keys)


def test_orders_are_partitioned_by_month_of_the_business_zone(home: Path) -> None:
    graph = definitions().resolve_asset_graph()
    for key in (dg.AssetKey(["lake", "orders"]), dg.AssetKey("orders")):
        partitions = graph.get(key).partitions_def
        assert isinstance(partitions, dg.MonthlyPartitionsDefinition) and partitions.timezone == "Europe/London"
        assert graph.get(key).backfill_policy == dg.BackfillPolicy.single_run()


def test_the_nightly_schedule_is_at_three_in_the_business_zone(home: Path) -> None:
    schedule = definitions().resolve_schedule_def("nightly_load")
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 3 * * *", "Europe/London")
    assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING


def test_once_a_week_everything_is_read_whole(home: Path) -> None:
    schedule = definitions().resolve_schedule_def("weekly_full_load")
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 5 * * 0", "Europe/London")
    assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING
    moment = dt.datetime(2024, 3, 3, 5, tzinfo=ZoneInfo("Europe/London"))
    with dg.instance_for_test() as instance:
        (request,) = schedule.evaluate_tick(dg.build_schedule_context(instance, scheduled_execution_time=moment)).run_requests
    assert request.run_config == {"resources": {"load": {"config": {"full": True}}}} and request.tags


def test_months_that_a_run_asks_for(home: Path) -> None:
    first, last = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"
    offered = month_partitions().get_partition_keys()
    assert requested_months({"dagster/partition": offered[2]}) == (offered[2],)
    assert requested_months({first: offered[1], last: offered[3]}) == tuple(offered[1:4])
    assert requested_months({first: offered[0], last: offered[-1]}) is None and requested_months({}) is None


def test_the_audit_finds_each_kind_of_damage() -> None:
    import ibis
    import pyarrow as pa

    fields = (Field("id", "str", True), Field("client", "str", True), Field("payment_amount", "float"))
    good = pa.table({"id": ["a", "b"], "client": ["x", "y"], "payment_amount": [1.0, 0.0]}, schema=arrow_schema(fields))
    bad = pa.table({"id": ["a", "a"], "client": ["x", None], "payment_amount": [-1.0, 0.0], "more": [1, 2]})
    assert all(finding.passed for finding in audit(ibis.memtable(good), "id", fields, good.schema))
    assert not any(finding.passed for finding in audit(ibis.memtable(bad), "id", fields, good.schema))
    assert counts_add_up({"sessions": {"read": 3, "accepted": 2, "rejected": 1, "duplicates": 0, "orphans": 0}}).passed
    assert not counts_add_up({"sessions": {"read": 4, "accepted": 2, "rejected": 1, "duplicates": 0, "orphans": 0}}).passed
