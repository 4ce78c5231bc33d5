"""The hand-computed cases run on the oracle itself, and the comparison finds what is planted."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest

from ca_assets.shop import load_shop
from ca_assets_tests.oracle.case import Case
from ca_assets_tests.oracle.cases.catalogue import CASES
from ca_assets_tests.oracle.clean import balanced
from ca_assets_tests.oracle.columns import REPORTS, report_columns, report_names
from ca_assets_tests.oracle.compare import compare, differences, main
from ca_assets_tests.oracle.figures import quantile, rate
from ca_assets_tests.oracle.generate import SEEDS, random_shop
from ca_assets_tests.oracle.reports import COMPUTE, all_reports, load_world
from ca_assets_tests.oracle.write import write_export

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Case, tmp_path: Path) -> None:
    shop_yaml = case.write(tmp_path)
    as_of = dt.date.fromisoformat(case.as_of) if case.as_of else None
    world = load_world(shop_yaml, NOW, as_of)
    write_export(world, tmp_path / "out", windows=True)
    assert case.problems(tmp_path / "out") == []
    assert case.count_problems(world.tables.counts) == []
    assert all(balanced(counts) for counts in world.tables.counts.values())
    assert differences(shop_yaml, tmp_path / "out", NOW, windows=True, report_date=as_of) == []


def test_every_report_of_the_contract_has_rows_computed_by_hand() -> None:
    by_hand = {name.partition("@")[0] for case in CASES for name in case.expected}
    assert REPORTS.keys() - by_hand == set()
    assert REPORTS.keys() == COMPUTE.keys()


def test_only_stated_and_mapped_reports_are_compared(tmp_path: Path) -> None:
    case = _case("churn: the worked example")
    shop_yaml, out = case.write(tmp_path), tmp_path / "out"
    world = load_world(shop_yaml, NOW, dt.date(2024, 1, 21))
    write_export(world, out)
    (out / "churn/weekly.csv").unlink()
    others = REPORTS.keys() - {"churn/weekly"}
    assert [result.name for result in compare(world, out) if result.differences] == ["churn/weekly"]
    assert [result.name for result in compare(world, out, stated=others) if result.differences] == []
    assert "churn/weekly" not in {result.name for result in compare(world, out, stated=others)}
    assert case.problems(out, others) == []
    (out / "promotions").mkdir()
    (out / "promotions/summary.csv").write_text("")
    assert [result.name for result in compare(world, out, stated=others) if result.differences] == ["promotions/summary"]


def _case(name: str) -> Case:
    return next(case for case in CASES if name in case.name)


def test_default_report_date_is_a_day_that_had_ended(tmp_path: Path) -> None:
    shop_yaml = _case("25 hours").write(tmp_path)  # newest session 2024-10-27 23:59:59 GMT
    assert load_world(shop_yaml, dt.datetime(2024, 10, 28, tzinfo=dt.UTC)).report_date == dt.date(2024, 10, 27)
    assert load_world(shop_yaml, dt.datetime(2024, 10, 27, 23, 59, 59, tzinfo=dt.UTC)).report_date == dt.date(2024, 10, 26)
    assert load_world(shop_yaml, dt.datetime(2024, 4, 1, tzinfo=dt.UTC)).report_date == dt.date(2024, 3, 31)
    assert load_world(shop_yaml, dt.datetime(2024, 1, 1, tzinfo=dt.UTC)).views == {}


def test_no_whole_day_yet(tmp_path: Path) -> None:
    shop_yaml = _case("headers only").write(tmp_path)
    world = load_world(shop_yaml, dt.datetime(2024, 1, 2, 12, tzinfo=dt.UTC))
    assert (world.report_date, world.views) == (dt.date(2024, 1, 1), {})


def _edit(path: Path, row: int, column: str, text: str) -> None:
    with path.open(newline="") as handle:
        lines = list(csv.reader(handle))
    lines[row][lines[0].index(column)] = text
    with path.open("w", newline="") as handle:
        csv.writer(handle).writerows(lines)


@pytest.mark.parametrize(
    ("file", "column", "text"),
    [
        ("stats/kpis", "total", "6.00000001"),
        ("stats/kpis", "metric", "order"),
        ("stats/daily_orders", "complete", "False"),
        ("stats/daily_orders", "orders", "3.0"),
        ("stats/daily_orders", "orders", ""),
        ("stats/daily_revenue", "period", "2024-01-01 00:00:00"),
        ("funnels/sessions_daily", "rate_low", "0.2"),
        ("orders", "session_start_date", "2024-01-01T00:00:00.000000Z"),
        ("orders", "client", "B "),
    ],
)
def test_a_planted_difference_is_found(file: str, column: str, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shop_yaml, out = _case("payment_amount_distribution").write(tmp_path), tmp_path / "out"
    write_export(load_world(shop_yaml, NOW), out)
    assert main([str(shop_yaml), str(out)]) == 0
    _edit(out / f"{file}.csv", 1, column, text)
    assert main([str(shop_yaml), str(out)]) == 1
    assert file in capsys.readouterr().out


def test_header_order_and_double_keys_are_differences(tmp_path: Path) -> None:
    shop_yaml, out = _case("payment_amount_distribution").write(tmp_path), tmp_path / "out"
    write_export(load_world(shop_yaml, NOW), out)
    orders = out / "stats/orders_per_customer.csv"
    orders.write_text("scope,customers,orders\nall,4,1\nall,1,2\n")
    kpis = out / "stats/kpis.csv"
    kpis.write_text(kpis.read_text() + kpis.read_text().splitlines()[1] + "\n")
    assert len(differences(shop_yaml, out, NOW)) == 4  # the header, its two missing rows, the double key


@pytest.mark.parametrize("seed", range(8))
def test_random_shops_are_messy_and_balanced(seed: int, tmp_path: Path) -> None:
    shop_yaml = random_shop(seed, tmp_path / "shop")
    assert shop_yaml.read_bytes() == random_shop(seed, tmp_path / "again").read_bytes()
    assert load_shop(shop_yaml).sources.sessions.columns["id"] == "id"  # the product's reader takes it too
    world = load_world(shop_yaml, NOW)
    assert world.views["all"].sessions
    assert world.tables.counts["sessions"]["duplicates"] > 0
    assert all(balanced(counts) for counts in world.tables.counts.values())
    write_export(world, tmp_path / "out", windows=True)
    assert differences(shop_yaml, tmp_path / "out", NOW, windows=True) == []


def test_random_shops_have_content_in_every_report(tmp_path: Path) -> None:
    """Over the seeds that the product is tried on, no report of any shop is empty, and what is hard to meet is met."""
    worlds = [load_world(random_shop(seed, tmp_path / str(seed)), NOW) for seed in range(SEEDS)]
    reports = [all_reports(world, windows=True) for world in worlds]
    rows = {name: [row for shop in reports for row in shop.get(name, [])] for name in report_names(windows=True)}
    assert [name for name in rows if not rows[name]] == []
    full = {name: [row for row in rows[name] if None not in row] for name in rows}  # no figure of it is null
    few = ("products/top_products", *(name for name in rows if name.startswith("delivery/") and "@" in name))  # too few orders for a z
    assert [name for name in rows if not full[name] and name not in few] == []
    bridge = [report_columns("churn/customer_bridge_monthly")[i][0] for i in range(9)]
    moved = {column: sum(row[1 + i] or 0 for row in rows["churn/customer_bridge_monthly"]) for i, column in enumerate(bridge) if i > 2}
    assert min(moved.values()) > 0, moved
    assert any(world.views["all"].mixed for world in worlds)
    others = {name for name in rows for row in rows[name] if "__other__" in row}
    assert others >= {"products/top_products", "products/daily_products", "promotions/summary", "promotions/daily_revenue"}
    counted = {name for world in worlds for counts in world.tables.counts.values() for name, count in counts.items() if count}
    assert counted >= {"guests", "negative_discounts", "null_dates", "dateless", "further_lines", "late_downloads", "orphans"}
    texts = "".join((tmp_path / str(seed) / "shop.yaml").read_text() for seed in range(SEEDS))
    keys = (
        "encoding",
        "skip_rows",
        "versions: by_file",
        "updated_at",
        "guest_clients",
        "constants",
        "epoch_",
        "false_values: '*'",
        "*.csv",
    )
    assert [key for key in keys if key not in texts] == []


def test_windows_look_at_the_last_days_only(tmp_path: Path) -> None:
    # WEEKS: sessions on 2024-01-13, 14, 19, 20 and 26 (= D); the last 7 days hold orders 4 (7) and 5 (14) and one visit.
    reports = all_reports(load_world(_case("kpis over 14 days").write(tmp_path), NOW), windows=True)
    assert reports["stats/orders_per_customer@7d"] == [("all", 1, 2)]
    assert reports["stats/orders_per_customer@28d"] == [("all", 1, 1), ("all", 2, 2)]
    hours = {hour: (orders, days) for _, hour, orders, days, _ in reports["stats/hourly_orders@7d"]}
    assert (hours[0], hours[12], hours[13]) == ((1, 7), (1, 7), (0, 7))


def test_figures() -> None:
    low = rate(0, 10)
    assert low[:2] == (0.0, 0.0)
    assert low[2] == pytest.approx(0.2775327998628892)  # z² / (n + z²)
    share, some, all_ = rate(10, 10)
    assert (share, all_) == (1.0, 1.0)
    assert some == pytest.approx(1 - 0.2775327998628892)
    assert rate(0, 0) == (None, None, None)
    assert [quantile([1.0, 2.0, 3.0, 4.0], share) for share in (0, 0.25, 0.5, 1)] == [1, 1.75, 2.5, 4]
    assert quantile([], 0.5) is None
