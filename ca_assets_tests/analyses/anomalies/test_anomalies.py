"""Anomalies (docs/contract, section 13): what is counted, by hand; what is flagged, with its verdict and causes; what must not matter."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from dataclasses import replace

import pyarrow as pa
import pytest

from ca_assets.analyses.anomalies.specs import REPORTS
from ca_assets.analyses.core.context import Context
from ca_assets_tests.analyses.anomalies.running import anomalies, anomalies_of, report
from ca_assets_tests.analyses.running import computed
from ca_assets_tests.shops.builder import SampleShop
from ca_assets_tests.shops.clean_tables import clean_tables
from ca_assets_tests.shops.steady_shop import FIRST, SHOP, steady_rows

DAYS = 200
LAST = FIRST + dt.timedelta(days=DAYS - 1)
HAND = SampleShop(sessions=[], actions=["basket"])


def day_of(number: int) -> dt.date:
    return FIRST + dt.timedelta(days=number)


def sessions_by_day(counts: dict[str, tuple[int, int, int]], hour: int = 12) -> list[dict]:
    """Sessions, baskets and orders (of 10) by day; later steps are of the first sessions."""
    return [
        {"client": f"c{day}-{i}", "start": f"{day} {hour}:00", "amount": 10.0 if i < orders else None, "basket": i < baskets}
        for day, (sessions, baskets, orders) in counts.items()
        for i in range(sessions)
    ]


@pytest.fixture(scope="module")
def steady():
    return steady_rows(DAYS)


@pytest.fixture(scope="module")
def clean(steady):
    return anomalies(steady, LAST)[0]


def series(result, name: str, column: str, key: str) -> dict[str, float | None]:
    return {f"{row['period']:%m-%d}": row[column] for row in report(result, name, series=key)}


# 2024-01-03 (a Wednesday) to 2024-01-11
COUNTED = {f"2024-01-{d:02}": (40, 20, 10) for d in range(3, 11)} | {"2024-01-05": (0, 0, 0), "2024-01-06": (50, 25, 5)}
COUNTED["2024-01-11"] = (60, 0, 0)


def test_changes_by_hand() -> None:
    result, _ = anomalies(sessions_by_day(COUNTED), dt.date(2024, 1, 11), HAND)
    previous = series(result, "funnel_daily", "change_previous", "sessions")
    assert previous == {
        "01-03": None, "01-04": 0.0, "01-05": -1.0, "01-06": None, "01-07": pytest.approx(-0.2),
        "01-08": 0.0, "01-09": 0.0, "01-10": 0.0, "01-11": pytest.approx(0.5),
    }  # fmt: skip
    comparable = series(result, "funnel_daily", "change_comparable", "sessions")
    assert {day: value for day, value in comparable.items() if value is not None} == {"01-10": 0.0, "01-11": pytest.approx(0.5)}
    ratios = series(result, "funnel_daily", "actual", "basket/sessions")
    assert (ratios["01-04"], ratios["01-05"], ratios["01-11"]) == (0.5, None, 0.0)
    assert series(result, "funnel_daily", "actual", "purchased/basket")["01-11"] is None  # nobody had a basket
    assert series(result, "funnel_daily", "change_previous", "basket/sessions")["01-06"] is None
    assert series(result, "orders_daily", "actual", "revenue")["01-06"] == 50.0
    names = {row["series_order"]: row["series"] for row in report(result, "funnel_daily")}
    assert names == {0: "sessions", 1: "basket", 2: "purchased", 3: "basket/sessions", 4: "purchased/basket"}


def test_weeks_by_hand() -> None:
    counts = {str(dt.date(2024, 1, 1) + dt.timedelta(days=i)): (20 + i // 7, 5, 5) for i in range(39)}  # five weeks and four days
    result, _ = anomalies(sessions_by_day(counts), dt.date(2024, 2, 8), HAND)
    rows = report(result, "funnel_weekly", series="sessions")
    assert [(row["actual"], row["complete"]) for row in rows] == [(7 * (20 + i), True) for i in range(5)] + [(4 * 25, False)]
    assert [row["change_previous"] for row in rows] == [None, *(pytest.approx(1 / (20 + i)) for i in range(4)), None]
    assert [row["change_comparable"] for row in rows] == [None, None, None, None, pytest.approx(0.2), None]
    assert not any(row["is_scored"] for row in report(result, "scores"))


def test_a_day_that_never_was_and_one_of_23_hours() -> None:
    apia = replace(HAND, timezone="Pacific/Apia")
    counts = {str(dt.date(2011, 12, 20) + dt.timedelta(days=i)): (20, 5, 5) for i in range(18)}
    counts["2011-12-31"] = (30, 5, 5)
    rows = [row | {"start": f"{row['start'][:10]}T12:00+{'14:00' if row['start'] > '2011-12-30' else '-10:00'}".replace("+-", "-")}
            for row in sessions_by_day({day: n for day, n in counts.items() if day != "2011-12-30"})]  # fmt: skip
    result, _ = anomalies(rows, dt.date(2012, 1, 6), apia)
    days = series(result, "funnel_daily", "actual", "sessions")
    assert "12-30" not in days and days["12-31"] == 30
    assert series(result, "funnel_daily", "change_previous", "sessions")["12-31"] == 0.5  # against the 29th
    assert series(result, "funnel_daily", "change_comparable", "sessions")["01-06"] is None  # the 30th was no day
    york = replace(HAND, timezone="America/New_York")
    march = {str(dt.date(2024, 3, 4) + dt.timedelta(days=i)): (20, 5, 5) for i in range(10)}
    edges = [row | {"start": f"{row['start'][:10]} 03:30"} for row in sessions_by_day(march)]  # 22:30 before the clock moved, then 23:30
    moved = series(anomalies(edges, dt.date(2024, 3, 12), york)[0], "funnel_daily", "actual", "sessions")
    assert moved == {f"03-{d:02}": 20.0 for d in range(3, 13)}


@pytest.mark.parametrize("grain", ["daily", "weekly"])
def test_cohorts_are_those_of_cohorts(grain: str, steady) -> None:
    downloads = [{"client": f"c{i}", "download": f"{day_of(i % 60)} 08:00"} for i in range(0, 9000, 7)]
    shop = replace(SHOP, sessions=[row for row in steady if row["start"].date() < day_of(60)], customers=downloads)
    tables, day = clean_tables(shop), day_of(59)
    ours = anomalies_of(tables, Context(shop.parsed(), day))[0].reports.tables[f"cohort_{grain}"].to_pylist()
    theirs = computed(["cohorts"], shop, str(day))["cohorts"].tables[f"{grain}_0_1"].to_pylist()
    offset = "offset_days" if grain == "daily" else "offset_weeks"
    expected = {(row["scope"], row["cohort"], row[offset]): (row["customers"], row["mature"]) for row in theirs}
    scopes = {row["scope"] for row in ours}
    assert "all" in scopes
    counted = {(row["scope"], row["cohort"], row["offset"]): (row["actual"], row["mature"]) for row in ours}
    assert {key: value for key, value in expected.items() if key[0] in scopes and key[1] >= FIRST} == {
        key: value for key, value in counted.items() if key in expected
    }
    assert all(value[0] == 0 for key, value in counted.items() if key not in expected)


def test_columns_are_the_contract(clean) -> None:
    assert {name: table.column_names[1:] for name, table in clean.reports.tables.items()} == {
        s.type: [c.name for c in s.columns] for s in REPORTS
    }
    assert all(clean.reports.tables[spec.type].schema.types[1:] == spec.schema.types for spec in REPORTS)


def test_a_steady_shop_has_few_flags(clean) -> None:
    scores = [row for scope in clean.reports.scopes for row in report(clean, "scores", scope, grain="daily") if row["is_scored"]]
    assert len(scores) > 1000
    assert sum(row["is_abnormal"] for row in scores) <= 0.013 * len(scores)
    assert all(row["is_abnormal"] == (row["score"] > row["threshold"]) for row in scores)
    first_scored = min(row["period"] for row in scores)
    assert first_scored == day_of(56)


@pytest.mark.parametrize("number", [120, DAYS - 9], ids=["from both sides", "lately"])
def test_a_planted_rush_is_found_with_its_cause(number: int) -> None:
    rows = steady_rows(DAYS, factors={(number, "FR"): 3.2})
    result, _ = anomalies(rows, LAST)
    (flag,) = [row for row in report(result, "flags", group="funnel", grain="daily") if abs((row["period"] - day_of(number)).days) < 10]
    assert (flag["period"], flag["verdict"]) == (day_of(number), "business_changed")
    assert flag["change_rate"] == pytest.approx(0.66, abs=0.3)
    causes = report(result, "causes", group="funnel", grain="daily", period=day_of(number))
    first = next(row for row in causes if row["rank"] == 1)
    assert (first["dimension"], first["value"]) == ("country", "FR")
    assert first["contribution_share"] > 0.6
    sums = defaultdict(float)
    for row in causes:
        sums[row["dimension"]] += row["contribution"]
    assert set(sums) == {"country", "~customer"}  # of sessions no promotions
    counted = {row["series"]: row for row in report(result, "funnel_daily", period=day_of(number))}
    of = counted[flag["series"].split("/")[0]]
    assert all(total == pytest.approx(of["actual"] - of["expected"], abs=1e-9) for total in sums.values())
    assert {row["rank"] for row in causes} == set(range(1, len(causes) + 1))


def test_causes_by_hand() -> None:
    rows = steady_rows(100, mean=60)
    before = [row for row in rows if 71 <= (row["start"].date() - FIRST).days < 99]
    day = [row for row in rows if (row["start"].date() - FIRST).days == 99]
    rows = (
        [row for row in rows if row not in day]
        + [row | {"amount": None} for row in day if row["country"] != "GB"]
        + [row | {"amount": 99.0, "basket": True, "viewed": True} for row in day if row["country"] == "GB"]
    )
    result, _ = anomalies(rows, day_of(99))
    (flag,) = report(result, "flags", group="orders", grain="daily", period=day_of(99))
    measured = (lambda row: row["amount"] or 0) if flag["series"] == "revenue" else (lambda row: row["amount"] is not None)
    shares = {country: sum(measured(row) for row in before if row["country"] == country) for country in ("GB", "FR", "DE")}
    expected = next(row for row in report(result, "orders_daily", period=day_of(99)) if row["series"] == flag["series"])["expected"]
    found = {row["value"]: row for row in report(result, "causes", group="orders", period=day_of(99), dimension="country")}
    for country, share in shares.items():
        part = share / sum(shares.values()) * expected
        assert found[country]["expected"] == pytest.approx(part, rel=1e-9)
        assert found[country]["actual"] == pytest.approx(flag["actual"] if country == "GB" else 0.0)
        assert found[country]["contribution"] == pytest.approx(found[country]["actual"] - part, rel=1e-9)


def test_no_rows_are_missing_data_and_spoil_nothing(steady) -> None:
    gone = {DAYS - 12, DAYS - 11}
    result, _ = anomalies([row for row in steady if (row["start"].date() - FIRST).days not in gone], LAST)
    flags = report(result, "flags", grain="daily")
    verdicts = {(row["group"], row["period"]): row["verdict"] for row in flags if row["period"] >= day_of(DAYS - 13)}
    for number in gone:
        assert verdicts.pop(("funnel", day_of(number))) == verdicts.pop(("orders", day_of(number))) == "data_missing"
    assert {group for group, _ in verdicts} <= {"cohort"}  # cohorts of the days before miss what came on these days
    whole = anomalies(steady, LAST)[0]
    for row, other in zip(report(result, "funnel_daily"), report(whole, "funnel_daily"), strict=True):
        if row["period"] > day_of(DAYS - 11) and "/" not in row["series"]:
            assert row["expected"] == pytest.approx(other["expected"], rel=0.08)


def test_a_doubled_file_is_broken_data_and_spoils_nothing(steady) -> None:
    number = DAYS - 15
    again = [row | {"id": f"again{row['id']}"} for row in steady if (row["start"].date() - FIRST).days == number]
    result, _ = anomalies([*steady, *again], LAST)
    flags = report(result, "flags", grain="daily")
    assert {row["group"]: row["verdict"] for row in flags if row["period"] == day_of(number)} == {
        "funnel": "data_broken",
        "orders": "data_broken",
    }
    assert [row for row in flags if row["period"] > day_of(number) and row["group"] != "cohort"] == []


def test_a_step_at_zero_is_broken_data() -> None:
    result, _ = anomalies(steady_rows(DAYS, tracked={(DAYS - 5, "basket")}), LAST)
    (flag,) = report(result, "flags", group="funnel", grain="daily", period=day_of(DAYS - 5))
    assert flag["verdict"] == "data_broken" and flag["series"].split("/")[0] == "basket" and flag["actual"] == 0


def test_a_new_currency_is_broken_data(steady) -> None:
    number = DAYS - 6
    rows = [row | {"currency": "EUR" if (row["start"].date() - FIRST).days == number else "GBP"} for row in steady]
    rows = [row | {"amount": 25.0} if row["currency"] == "EUR" else row for row in rows]  # everybody buys
    (flag,) = report(anomalies(rows, LAST)[0], "flags", group="orders", grain="daily", period=day_of(number))
    assert (flag["verdict"], flag["series"]) == ("data_broken", "orders")  # revenue of two currencies is none


def test_a_source_that_was_not_read_is_missing_data(steady) -> None:
    clients = sorted({row["client"]: row["start"] for row in reversed(steady)}.items())
    known = [{"client": client, "download": start} for client, start in clients if start.date() < day_of(DAYS - 4)]
    shop = replace(SHOP, customers=known)
    loads = [
        {"loaded_at": f"{day_of(DAYS - 4)}T02:00:00+00:00", "reads": {"customers": {"how": "whole"}}},
        {"loaded_at": f"{day_of(DAYS)}T02:00:00+00:00", "reads": {"customers": {"how": "unchanged"}}},
    ]
    flags = report(anomalies(steady, LAST, shop, ledger=loads)[0], "flags", group="cohort", grain="daily")
    verdicts = {row["period"]: row["verdict"] for row in flags}
    assert {day_of(DAYS - i): "data_missing" for i in range(1, 5)}.items() <= verdicts.items()


def test_scopes_with_too_little_are_refused_with_both_numbers() -> None:
    result, _ = anomalies(steady_rows(DAYS, mean=30), LAST)
    refused = result.reports.meta["refusals"]["country=DE"]["funnel"]
    assert refused.startswith("needs 10 sessions a day, has 6.")
    assert report(result, "funnel_daily", "country=DE") == []
    assert report(result, "scores", "country=DE") == []
    assert report(result, "funnel_daily", "country=GB")
    assert "all" not in {scope for scope, groups in result.reports.meta["refusals"].items() if "funnel" in groups}


def test_when_a_period_was_flagged_first_is_remembered(steady) -> None:
    rows = steady_rows(DAYS, factors={(DAYS - 9, country): 0.2 for country in ("GB", "FR", "DE")})
    early, kept = anomalies(rows, day_of(DAYS - 5))
    assert {row["first_flagged"] for row in report(early, "flags")} == {day_of(DAYS - 5)}
    late, ledger = anomalies(rows, LAST, tables=kept)
    (flag,) = report(late, "flags", group="funnel", grain="daily", period=day_of(DAYS - 9))
    assert flag["first_flagged"] == day_of(DAYS - 5)
    assert ledger["anomaly_flags"].num_rows >= kept["anomaly_flags"].num_rows  # who is no longer flagged stays known


def test_a_shop_without_sessions_has_no_rows() -> None:
    result, ledger = anomalies([], dt.date(2024, 1, 1))
    assert all(table.num_rows == 0 for table in result.reports.tables.values())
    assert ledger["anomaly_flags"].num_rows == 0 and result.reports.meta["refusal"]


def test_one_session_is_refused_everywhere() -> None:
    result, _ = anomalies(steady_rows(1)[:1], FIRST)
    assert set(result.reports.meta["refusals"]["all"]) == {"funnel", "orders", "cohort"}
    assert all(table.num_rows == 0 for table in result.reports.tables.values())


def test_row_order_decides_nothing(steady, clean) -> None:
    shuffled = list(steady)
    random.Random(1).shuffle(shuffled)
    again, _ = anomalies(shuffled, LAST)
    for name, table in clean.reports.tables.items():
        order = [(column, "ascending") for column in ("scope", *next(s.key for s in REPORTS if s.type == name))]
        assert again.reports.tables[name].sort_by(order).equals(table.sort_by(order)), name


def test_later_rows_change_nothing(steady) -> None:
    day = day_of(DAYS - 20)
    known = anomalies([row for row in steady if row["start"].date() <= day], day)[0]
    whole = anomalies(steady, day)[0]
    for name in ("funnel_daily", "scores", "flags"):
        assert pa.Table.equals(known.reports.tables[name], whole.reports.tables[name])


def test_what_scores_a_day_knows_neither_it_nor_later(steady, clean) -> None:
    """Two thirds of the rows of a day among the last 28 are gone: what was expected up to it, and each score before it, stay to the bit."""
    day = day_of(DAYS - 10)
    tampered, _ = anomalies([row for number, row in enumerate(steady) if row["start"].date() != day or number % 3 == 0], LAST)
    for name in ("funnel_daily", "orders_daily"):
        pairs = list(zip(report(clean, name), report(tampered, name), strict=True))
        counted = [pair for pair in pairs if pair[0]["period"] == day and "/" not in pair[0]["series"]]
        assert all(after["actual"] < 0.6 * before["actual"] for before, after in counted)
        for column in ("expected", "expected_low", "expected_high"):
            assert [after[column] for before, after in pairs if before["period"] <= day] == [
                before[column] for before, _ in pairs if before["period"] <= day
            ], (name, column)
    earlier = [[row for row in report(result, "scores", grain="daily") if row["period"] < day] for result in (clean, tampered)]
    assert earlier[0] == earlier[1]
