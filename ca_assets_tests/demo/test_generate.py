"""The demo shop is the same for a seed, has the shape that was asked for, and its truth is what the rows say."""

import datetime as dt
import itertools
import json

import pandas as pd
import pyarrow.parquet as pq
import pytest

from ca_assets.demo import words
from ca_assets.demo.generate import generate
from ca_assets.demo.plan import OUTAGE_ACTION
from ca_assets.demo.rows import SCHEMAS
from ca_assets.shop import load_shop

END = dt.date(2026, 11, 20)
SESSIONS = 20_000
ZONE = words.TIMEZONE


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A CSV shop: its folder and truth."""
    out = tmp_path_factory.mktemp("shop")
    return out, generate(out, SESSIONS, 3, end=END)


@pytest.fixture(scope="module")
def sessions(shop):
    """The sessions that a load keeps, with their business day."""
    table = pd.read_csv(shop[0] / "sessions.csv", dtype=str, keep_default_na=False)
    table = table[table.order_id.str.startswith("W") & (table.customer != "")].drop_duplicates("order_id").copy()
    local = pd.to_datetime(table.started_at).dt.tz_localize("UTC").dt.tz_convert(ZONE)
    return table.assign(local=local, day=local.dt.date, bought=table.purchased == "true", amount=table.amount.astype(float))


def test_same_seed_same_bytes_other_seed_other_rows(tmp_path):
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        generate(tmp_path / name, 2_000, seed, end=END)
    files = [f"{stem}.csv" for stem in SCHEMAS] + ["shop.yaml", "truth.json"]
    for file in files:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes(), file
    assert (tmp_path / "a/sessions.csv").read_bytes() != (tmp_path / "c/sessions.csv").read_bytes()


def test_parquet_holds_the_rows_of_csv(shop, tmp_path):
    truth = generate(tmp_path, SESSIONS, 3, end=END, format="parquet")
    assert (truth.orders, truth.revenue) == (shop[1].orders, shop[1].revenue)
    for stem, schema in SCHEMAS.items():
        assert pq.read_schema(tmp_path / f"{stem}.parquet").names == schema.names
    # One row group per month and more: nothing larger was ever held.
    assert pq.ParquetFile(tmp_path / "sessions.parquet").num_row_groups > 24


def test_sizes_and_headline_figures(shop, sessions):
    truth = shop[1]
    assert truth.sessions == len(sessions) == pytest.approx(SESSIONS, rel=0.04)
    assert truth.orders == sessions.bought.sum()
    assert truth.revenue == pytest.approx(sessions.amount[sessions.bought].sum(), abs=0.005)
    assert 0.06 < truth.orders / truth.sessions < 0.12
    assert 38 < truth.revenue / truth.orders < 55
    assert (sessions.day.min(), sessions.day.max()) == (truth.first_day, END)


def test_shop_yaml_maps_columns_that_exist(shop):
    mapped = load_shop(shop[0] / "shop.yaml")
    assert (mapped.name, mapped.calendar.timezone, mapped.currency) == (words.SHOP_NAME, ZONE, "GBP")
    assert mapped.actions == words.ACTIONS
    assert len(mapped.dimensions) == 3
    for source in ("sessions", "customers", "baskets", "deliveries"):
        config = getattr(mapped.sources, source)
        header = (mapped.folder / config.path).read_text().partition("\n")[0].replace('"', "").split(",")
        assert {*config.columns.values(), *config.dimensions.values(), *config.actions.values()} <= set(header)


def test_steps_are_nested_except_in_the_outage(shop, sessions):
    [outage] = [a for a in shop[1].anomalies if a.kind == "tracking_outage"]
    out = sessions[sessions.day == outage.first_day]
    assert len(out) > 10
    assert out.bought.any()
    assert not (out[OUTAGE_ACTION] == "true").any()
    rest = sessions[sessions.day != outage.first_day]
    steps = [*words.ACTIONS, "purchased"]
    for before, after in itertools.pairwise(steps):
        assert not ((rest[after] == "true") & (rest[before] != "true")).any()


def test_planted_anomalies_are_in_the_rows(shop, sessions):
    per_day = sessions.groupby("day").agg(sessions=("day", "size"), bought=("bought", "sum"))
    for anomaly in shop[1].anomalies:
        days = per_day.loc[anomaly.first_day : anomaly.last_day]
        around = per_day.loc[anomaly.first_day - dt.timedelta(14) : anomaly.last_day + dt.timedelta(14)].drop(days.index)
        if anomaly.kind == "traffic_drop":
            assert days.sessions.mean() / around.sessions.mean() == pytest.approx(anomaly.factor, abs=0.2)
        if anomaly.kind == "conversion_dip":
            assert days.bought.sum() / days.sessions.sum() < 0.75 * around.bought.sum() / around.sessions.sum()


def test_truth_counts_what_a_load_must_find(shop):
    out, truth = shop
    text = (out / "sessions.csv").read_text().splitlines()[1:]
    assert len(text) == truth.counts["sessions"]["read"]
    assert len(text) - len(set(text)) == truth.counts["sessions"]["duplicates"]
    kept = truth.counts["sessions"]["read"] - truth.counts["sessions"]["duplicates"] - truth.counts["sessions"]["rejected"]
    assert kept == truth.sessions
    lines, known = pd.read_csv(out / "lines.csv"), {line[1:10] for line in text if line.startswith('"W')}
    assert (~lines.order_id.isin(known)).sum() == truth.counts["baskets"]["orphans"]
    assert len(lines) == truth.counts["baskets"]["read"]
    wrong = sum(found["rejected"] + found["orphans"] for found in truth.counts.values())
    assert 0 < wrong < 0.003 * sum(found["read"] for found in truth.counts.values())
    assert json.loads((out / "truth.json").read_text()) == truth.as_dict()


def test_amount_is_lines_less_discount_plus_shipping(shop, sessions):
    lines = pd.read_csv(shop[0] / "lines.csv")
    value = (lines.unit_price * lines.qty).groupby(lines.order_id).sum()
    orders = sessions[sessions.bought].set_index("order_id")
    shipping = orders.amount + orders.discount.astype(float) - value.reindex(orders.index)
    assert set(shipping.round(2)) == {0.0, 3.95}
    assert (sessions.amount[~sessions.bought] == 0).all()


def test_vouchers_are_used_in_their_weeks_only(shop, sessions):
    truth = shop[1]
    assert len(truth.promotions) >= 6
    for promotion in truth.promotions:
        used = sessions[sessions.voucher == promotion.voucher]
        assert len(used) == truth.promotion_orders[promotion.voucher]
        assert used.bought.all()
        assert used.day.between(promotion.first_day, promotion.last_day).all()


def test_sessions_of_a_customer_never_overlap_at_their_start(sessions):
    gaps = sessions.sort_values("local").groupby("customer").local.diff().dropna()
    assert gaps.min() >= dt.timedelta(minutes=30)


def test_most_downloads_precede_the_first_session(shop, sessions):
    customers = pd.read_csv(shop[0] / "customers.csv", parse_dates=["first_seen"]).dropna(subset="first_seen").drop_duplicates("customer")
    first = pd.to_datetime(sessions.groupby("customer").started_at.min()).rename("first")
    both = customers.set_index("customer").join(first, how="inner")
    late = (both.first_seen > both["first"]).mean()
    assert 0.01 < late < 0.12
    assert 0 < len(set(sessions.customer) - set(customers.customer)) < 0.01 * len(customers)


def test_deliveries_follow_the_order_and_slow_places_are_slow(shop, sessions):
    times = ["packed_at", "delivered_at", "promised_at", "returned_at"]
    rides = pd.read_csv(shop[0] / "deliveries.csv", parse_dates=times).drop_duplicates("order_id").set_index("order_id")
    orders = sessions[sessions.bought].set_index("order_id")
    rides = rides[rides.index.isin(orders.index) & (rides.lat < 90)]
    assert len(rides) / len(orders) == pytest.approx(0.8, abs=0.07)
    assert (rides.packed_at >= pd.to_datetime(orders.started_at).reindex(rides.index)).all()
    assert (rides.delivered_at > rides.packed_at).all()
    assert 0.01 < rides.returned_at.notna().mean() < 0.08
    minutes = (rides.delivered_at - rides.packed_at).dt.total_seconds() / 60
    is_slow = pd.Series(list(zip(rides.lat, rides.lon, strict=True)), index=rides.index).isin(shop[1].slow_places)
    assert minutes[is_slow].mean() > 1.6 * minutes[~is_slow].mean()


def test_dimension_values_and_customers_can_be_chosen(tmp_path):
    generate(tmp_path, 5_000, end=END, customers=300, dimension_values=(4, 2, 60), format="parquet")
    table = pq.read_table(tmp_path / "sessions.parquet").to_pandas()
    assert table.ship_country.nunique() == 4
    assert table.device.nunique() == 2
    assert 50 <= table.channel.nunique() <= 60
    assert pq.read_metadata(tmp_path / "customers.parquet").num_rows == pytest.approx(300, abs=10)


@pytest.mark.parametrize("end", [dt.date(2026, 3, 1), dt.date(2026, 3, 29), dt.date(2024, 2, 29)])
def test_the_smallest_shops_work_at_any_end(tmp_path, end):
    truth = generate(tmp_path, 100, end=end)
    assert truth.last_day == end
    assert 60 < truth.sessions < 140
    assert len({anomaly.first_day for anomaly in truth.anomalies}) == 5
    assert 6 <= len(truth.promotions) <= 11
