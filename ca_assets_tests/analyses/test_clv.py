"""Customer lifetime value (docs/contract, section 12): fixed columns by hand, shares, currencies, refusals, what the future may not change.

The model stands in for itself as a rule that can be computed by hand: every known customer orders once more and spends the average.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from ca_assets.analyses.clv_predictions import backtests
from ca_assets.analyses.clv_predictions.parts import past_origins
from ca_assets.analyses.core.base import make_base
from ca_assets.analyses.core.calendar import EPOCH
from ca_assets.analyses.core.context import Context
from ca_assets.analyses.core.family import Inputs, Result, compute_family, families
from ca_assets.analyses.core.temp_tables import TempTables
from ca_assets.models.state import ModelState
from ca_assets.models.value.forecast import Forecast, ForecastSettings, OrderDays
from ca_assets_tests.analyses.running import rows_of, tuples
from ca_assets_tests.shops.builder import Row, SampleShop, session
from ca_assets_tests.shops.clean_tables import clean_tables

D = dt.date(2024, 4, 3)  # a Wednesday; weeks begin on Monday, so the prediction date is Sunday 2024-03-31
SETTINGS = {"rfm_minimum": 1, "clv_minimum": 2, "clv_days": 14, "clv_weeks": 2}
SHOP = SampleShop(sessions=[], dimensions=["country"], settings=SETTINGS)
ORDERS = [
    session("a", "2024-01-01 10:00", 10, country="FR"),
    session("a", "2024-01-01 18:00", 2.5, country="FR"),
    session("a", "2024-03-20 10:00", 30, country="DE"),
    session("b", "2024-01-05 10:00", 20, country="FR"),
    session("c", "2024-02-20 10:00", 0, country="DE"),
    session("c", "2024-02-21 10:00", 0, country="FR"),
    session("c", "2024-02-22 10:00", 0, country="FR"),
    session("b", "2024-04-01 10:00", 7.1, country="FR"),
    session("d", "2024-04-02 10:00", 0.2, country="DE"),
    session("d", "2024-04-03 10:00", 0.1, country="DE"),
    session("e", "2024-04-04 10:00", 99, country="DE"),  # after the report's end
    session(None, "2024-04-02 12:00", 50, country="FR"),
]
calls: list[tuple[int, int]] = []


def once_more(data: OrderDays, origin: int, settings: ForecastSettings) -> Forecast:
    """Each client orders once more and spends the mean of his order days, in equal parts on each day; newcomers spend 1.4 a day."""
    assert data.day.max() <= origin and len(np.unique(data.client)) == data.client.max() + 1
    calls.append((origin, len(data.day)))
    days, clients = np.bincount(data.client), int(data.client.max()) + 1
    revenue, one = np.bincount(data.client, data.amount) / days, np.ones(clients)
    length = 7 * settings.weeks
    known, newcomers = np.full(length, revenue.sum() / length), np.full(length, 1.4)
    return Forecast(
        origin=origin,
        weeks=settings.weeks,
        client=np.arange(clients, dtype=np.int32),
        orders=one,
        orders_low=0 * one,
        orders_high=2 * one,
        revenue=revenue,
        revenue_low=revenue / 2,
        revenue_high=revenue * 2,
        p_alive=one,
        p_no_order=1 / (1.0 + days),
        next_order=np.where(days > 1, 3.2, np.inf),
        next_order_low=one,
        next_order_high=np.where(days > 1, 1e9, np.inf),
        yardstick_orders=one / 2,
        yardstick_revenue=revenue / 2,
        daily_known=known,
        daily_newcomers=newcomers,
        daily_low=(known + newcomers) / 2,
        daily_high=(known + newcomers) * 2,
        total_low=float((known + newcomers).sum()) / 2,
        total_high=float((known + newcomers).sum()) * 2,
        model="bgnbd_gg",
        parameters={"r": 0.5},
        notes={"guard": "a rule"},
    )


@pytest.fixture(autouse=True)
def _stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    calls.clear()
    monkeypatch.setattr(backtests, "make_forecast", lambda known, settings: once_more(known.data, known.day, settings))
    monkeypatch.setattr("ca_assets.analyses.clv_predictions.compute.make_forecast", backtests.make_forecast)


States = dict[dt.date, ModelState]


def made(
    sessions: Sequence[Row], day: dt.date = D, shop: SampleShop = SHOP, states: States | None = None
) -> tuple[Result, dict[str, pa.Table]]:
    """The family's result and its tables; states that it keeps are added to `states`."""
    sample, kept = replace(shop, sessions=sessions), states if states is not None else {}
    tables, context = clean_tables(sample), Context(sample.parsed(), day)
    with TempTables(tables.orders.get_backend()) as temp, TempTables(temp.engine) as own:
        base = make_base(tables, context, temp)
        result = compute_family(families()["clv_predictions"], Inputs(own, lambda: base, read_state=kept.get), context)
        stored = {name: table.to_pyarrow() for name, table in result.tables.items()}
    kept |= {state.as_of: state for state in result.models}
    return result, stored


def report(result: Result, type_: str, columns: str = "", scope: str = "all", **where: Any) -> list[tuple[Any, ...]]:
    """Rows of a report (see `rows_of`)."""
    return rows_of({"clv": result.reports}, f"clv/{type_}", columns, scope, **where)


def test_fixed_columns_by_hand() -> None:
    """Known at 2024-03-31: a, b, c. b orders again on Monday, d is new on Tuesday; the guest's 50 and e's 99 count nowhere."""
    result, _ = made(ORDERS)
    published = {"origin": dt.date(2024, 3, 31)}
    assert report(result, "total", "kind weeks complete actual actual_newcomers", **published) == [("published", 2, False, 7.4, 0.3)]
    assert report(result, "total", "actual actual_newcomers", "country=FR", **published) == [(7.1, 0.0)]
    assert report(result, "total", "actual actual_newcomers", "country=DE", **published) == [(0.3, 0.3)]
    days = report(result, "daily", "period complete actual", **published)
    assert days[:4] == [("2024-04-01", True, 7.1), ("2024-04-02", True, 0.2), ("2024-04-03", True, 0.1), ("2024-04-04", False, None)]
    assert len(days) == 14 and {row[2] for row in days[3:]} == {None}
    segments = report(result, "by_segment", "segment_order customers revenue_before")
    assert [row[0] for row in sorted(segments)] == list(range(1, 9))
    assert (sum(row[1] for row in segments), sum(row[2] for row in segments)) == (3, 30.0)  # a's of 20 March alone is in two weeks


def test_a_client_is_shared_out_by_his_revenue() -> None:
    """a: 12.5 in FR and 30 in DE; b: FR alone; c spent nothing and ordered once in DE, twice in FR, on days of 0."""
    result, stored = made(ORDERS)
    expected = {scope: report(result, "total", "known newcomers predicted", scope, kind="published")[0] for scope in result.reports.scopes}
    a, b = 42.5 / 2, 20.0
    assert expected["all"] == pytest.approx((a + b, 14 * 1.4, a + b + 14 * 1.4))
    assert expected["country=FR"][:2] == pytest.approx((a * 12.5 / 42.5 + b, 14 * 1.4 * 2 / 3))  # first orders: a and b in FR, c in DE
    assert expected["country=DE"][:2] == pytest.approx((a * 30 / 42.5, 14 * 1.4 / 3))
    orders = {scope: sum(row[0] for row in report(result, "by_segment", "orders_expected", scope)) for scope in result.reports.scopes}
    assert orders["country=DE"] == pytest.approx(30 / 42.5 + 1 / 3) and orders["all"] == pytest.approx(3)
    assert orders["country=DE"] + orders["country=FR"] == pytest.approx(orders["all"], rel=1e-12)
    table = stored["clv_predictions"].to_pydict()
    assert table["client"] == ["a", "b", "c"] and table["order_days"] == [2, 1, 3]
    assert table["next_order_date"] == [dt.date(2024, 4, 4), None, dt.date(2024, 4, 4)]
    assert set(table["next_order_high"]) == {None}
    assert set(table["segment"]) <= {segment for (segment,) in report(result, "by_segment", "segment")}
    assert sum(table["revenue_expected"]) == pytest.approx(expected["all"][0], rel=1e-12)


def test_past_origins_are_every_fourth_week() -> None:
    """2024-03-31 is day 19813, week 2830, which 4 does not divide."""
    day = (dt.date(2024, 3, 31) - EPOCH).days
    ends = past_origins(day, 13)
    assert [end // 7 % 4 for end in ends] == [0] * 13 and set(np.diff(ends)) == {-28} and day - 28 <= ends[0] < day
    assert past_origins(ends[0], 13)[0] == ends[0] - 28
    result, _ = made(ORDERS)
    origins = [EPOCH + dt.timedelta(days=end) for end in ends]
    wanted = [str(origin) for origin in sorted(origins) if origin >= dt.date(2024, 1, 14)]  # two clients and 14 days are there by then
    assert [row[0] for row in report(result, "total", "origin", kind="backtest")] == wanted


def test_deciles_and_scoreboard() -> None:
    """Twenty clients of 1, 2, … 20; those with an even number order again what they did, within the two weeks after the origin."""
    end = dt.date(2024, 3, 17)
    first = [session(f"c{i:02}", f"{end - dt.timedelta(days=20)} 10:00", i + 1, country="FR") for i in range(20)]
    again = [session(f"c{i:02}", f"{end + dt.timedelta(days=3)} 10:00", i + 1, country="FR") for i in range(1, 20, 2)]
    result, _ = made([*first, *again])
    calibration = report(result, "calibration", "decile customers predicted_orders actual_orders predicted_revenue actual_revenue")
    assert calibration == [(i + 1, 2, 1.0, 0.5, 2 * i + 1.5, i + 1.0) for i in range(10)]
    scores = {row[:2]: row[2:] for row in report(result, "scoreboard", "metric model value ratio count origin")}
    assert len(scores) == 33 and {row[3] for row in scores.values()} == {str(end)}
    assert scores["mae_orders", "published"] == (0.5, 1.0, 20, str(end))
    assert scores["mae_revenue", "published"][0] == pytest.approx(100 / 20)
    assert scores["total_error_revenue", "published"][:2] == (pytest.approx(210 / 110 - 1), pytest.approx((100 / 110) / (5 / 110)))
    assert scores["total_error_orders", "last_period"][:2] == (-1.0, None)  # nobody ordered in the two weeks before; bgnbd_gg is right
    assert scores["decile_wape_revenue", "published"][0] == pytest.approx(100 / 110)
    assert scores["coverage_80_orders", "published"][:3] == (1.0, None, 20)
    assert scores["coverage_80_total", "published"][0] is None and scores["coverage_80_orders", "bgnbd_gg"][0] is None
    risk = report(result, "churn_risk", "decile customers backtest_customers backtest_p_no_order realised_rate")
    assert [row[0] for row in risk] == list(range(1, 11)) and {row[1:] for row in risk} == {(2, 2, 0.5, 0.5)}


def test_no_horizon_over_no_scoreboard() -> None:
    result, _ = made(ORDERS, shop=replace(SHOP, settings={**SETTINGS, "clv_weeks": 26}))
    assert [result.reports.tables[name].num_rows for name in ("scoreboard", "calibration", "churn_risk")] == [0, 0, 0]
    assert result.reports.tables["daily"].num_rows > 0


def test_the_future_changes_nothing() -> None:
    """Orders after an origin leave its forecast as it was; those of a later report date only fill in what happened."""
    before, after = made(ORDERS)[0], made(ORDERS, dt.date(2024, 4, 10))[0]
    columns = "period known newcomers predicted predicted_low predicted_high"
    for origin in {row[0] for row in report(before, "total", "origin")} - {"2024-03-31"}:
        day = dt.date.fromisoformat(origin)
        for scope in before.reports.scopes:
            assert report(before, "daily", columns, scope, origin=day) == report(after, "daily", columns, scope, origin=day)
    shuffled = [*ORDERS[::-1], session("e", "2024-05-01 10:00", 1, country="FR")]
    assert made(shuffled)[0].reports.tables["daily"].sort_by("period").num_rows == before.reports.tables["daily"].num_rows
    assert report(made(shuffled)[0], "daily") == report(before, "daily")


def test_a_run_computes_only_what_is_new() -> None:
    states: States = {}
    made(ORDERS, states=states)
    first = list(calls)
    assert len(first) == len({origin for origin, _ in first}) and len(states) == len(first) - 1  # the newest is no past origin
    calls.clear()
    again = made(ORDERS, states=states)[0]
    assert [origin for origin, _ in calls] == [first[0][0]]
    assert report(again, "total") == report(made(ORDERS)[0], "total")
    calls.clear()
    late = session("a", "2024-02-10 10:00", 5, country="FR")
    changed = (dt.date(2024, 2, 10) - EPOCH).days
    made([*ORDERS, late], states=states)
    assert {origin for origin, _ in calls} == {origin for origin, _ in first if origin >= changed}


def test_each_currency_is_a_shop_of_its_own() -> None:
    """USD has one customer, so it is refused; EUR counts its own orders alone, and the key is currency and client."""
    usd = [session("a", "2024-03-21 10:00", 8, country="DE", currency="USD")]
    result, stored = made([*ORDERS, *usd])
    assert set(pa.compute.unique(result.reports.tables["daily"]["scope"]).to_pylist()) == {"currency=EUR"}
    assert report(result, "total", "actual actual_newcomers", "currency=EUR", kind="published") == [(7.4, 0.3)]
    assert report(result, "total", "known", "currency=EUR", kind="published")[0][0] == pytest.approx(42.5 / 2 + 20)
    assert [row[0] for row in report(result, "parameters", "name", "currency=USD")] == ["refusal"]
    assert result.reports.meta["refusal"] is None
    assert [(row["currency"], row["client"]) for row in stored["clv_predictions"].to_pylist()] == [("EUR", name) for name in "abc"]
    assert set(stored["clv_published"]["currency"].to_pylist()) == {"EUR"}
    later = session("c", "2024-04-01 10:00", 1, currency="USD")  # known to the shop, not yet in this currency
    both = made([*ORDERS, *usd, session("b", "2024-01-02 10:00", 4, currency="USD"), later])[1]["clv_predictions"]
    assert [(row["currency"], row["client"]) for row in both.to_pylist()][-2:] == [("USD", "a"), ("USD", "b")]


@pytest.mark.parametrize(
    ("settings", "text"),
    [({"clv_minimum": 4}, "needs 4 known customers, has 3"), ({"clv_days": 92}, "needs 92 days of history, has 91")],
)
def test_a_young_shop_is_refused_in_words(settings: dict[str, int], text: str) -> None:
    result, stored = made(ORDERS, shop=replace(SHOP, settings={**SETTINGS, **settings}))
    rows = {name: table.num_rows for name, table in result.reports.tables.items()}
    scopes = len(result.reports.scopes)
    assert rows == {**dict.fromkeys(rows, 0), "parameters": scopes} and {table.num_rows for table in stored.values()} == {0}
    [(name, value, said)] = report(result, "parameters", "name value text")
    assert (name, value) == ("refusal", None) and said.startswith(text) and said == result.reports.meta["refusal"]
    assert report(result, "parameters", "name", "country=DE") == [("refusal",)]
    assert made(ORDERS, shop=replace(SHOP, settings={**SETTINGS, "clv_minimum": 3, "clv_days": 91}))[0].reports.meta["refusal"] is None


def test_without_a_whole_week_it_is_refused() -> None:
    result, _ = made(ORDERS[:1], dt.date(2024, 1, 6))
    assert result.reports.meta["refusal"] == "needs a whole week of orders"


def test_published_days_are_those_of_the_newest_forecast() -> None:
    result, stored = made(ORDERS)
    rows = tuples(stored["clv_published"].drop_columns(["currency"]))
    days = report(result, "daily", "origin period predicted predicted_low predicted_high", kind="published")
    assert [(str(origin), str(period), *rest) for origin, period, *rest in rows] == days
