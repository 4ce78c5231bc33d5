"""Tests before and after (docs/contract, section 14): edges of windows by hand, statistics against other computations, properties."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import stats

from ca_assets.analyses.ab_tests import resampling
from ca_assets.analyses.ab_tests.decisions import benjamini_hochberg, decide, needed_for_counts, needed_for_means
from ca_assets.analyses.ab_tests.distributions import NAMES, choose, samples_of
from ca_assets.analyses.ab_tests.estimates import Rows, difference_in_differences, paired
from ca_assets.analyses.ab_tests.likelihoods import DISTRIBUTIONS
from ca_assets.analyses.ab_tests.members import frozen_segment
from ca_assets.analyses.core.base import make_base
from ca_assets.analyses.core.context import Context
from ca_assets.analyses.core.members import Selection
from ca_assets.analyses.core.report import ReportSet
from ca_assets.analyses.core.segments.instants import SegmentsAt
from ca_assets.analyses.core.segments.model import segment_model
from ca_assets.analyses.core.temp_tables import TempTables
from ca_assets_tests.analyses.running import computed, rows_of, tuples
from ca_assets_tests.shops.builder import Row, SampleShop
from ca_assets_tests.shops.clean_tables import clean_tables

COUNTS = "label_orders used too_recent too_new customers before after difference"
HEAD = "id, client, start, amount, promo, country\n"


def effects(sessions: str, columns: str = COUNTS, day: str = "2024-03-31", **more: Any) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """`promotion_effects` of 7 days by (label, metric)."""
    sets = computed(["ab_tests"], SampleShop(sessions=HEAD + sessions, dimensions=["country"], **more), day)
    rows = rows_of(sets, "ab_tests/promotion_effects", f"label metric {columns}", window_days=7)
    return {row[:2]: row[2:] for row in rows}


def test_the_label_order_is_in_neither_window() -> None:
    """Nor is another at its very moment; the ends of both windows are inside, a microsecond further is not."""
    found = effects("""0, A, 2024-01-01T00:00, 1, , FR
1, A, 2024-03-02T12:00:00, 10, , FR
2, A, 2024-03-09T12:00:00, 99, x, FR
3, A, 2024-03-09T12:00:00, 98, , FR
4, A, 2024-03-16T12:00:00, 30, , FR
""")
    assert found["x", "orders"] == (1, 1, 0, 0, 1, 1.0, 1.0, 0.0)
    assert found["x", "amount"] == (1, 1, 0, 0, 1, 10.0, 30.0, 20.0)
    found = effects("""0, A, 2024-01-01T00:00, 1, , FR
1, A, 2024-03-02T11:59:59.999999, 10, , FR
2, A, 2024-03-09T12:00:00, 99, x, FR
4, A, 2024-03-16T12:00:00.000001, 30, , FR
""")
    assert found["x", "orders"] == (1, 1, 0, 0, 1, 0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("start", "counts"),
    [
        ("2024-03-25T00:00:00", (1, 0, 1, 0, 0)),  # its window ends as the report does
        ("2024-03-24T23:59:59.999999", (1, 1, 0, 0, 1)),
        ("2024-03-08T00:00:00", (1, 1, 0, 0, 1)),  # the first session is as old as the window before
        ("2024-03-07T23:59:59.999999", (1, 0, 0, 1, 0)),
    ],
)
def test_orders_that_cannot_be_tested(start: str, counts: tuple[int, ...]) -> None:
    assert effects(f"0, A, 2024-03-01T00:00:00, , , FR\n1, A, {start}, 5, x, FR\n")["x", "orders"][:5] == counts


def test_a_known_download_makes_a_client_known() -> None:
    """One after the report, or without a date, does not."""
    sessions = "".join(f"{i}, {client}, 2024-03-10T00:00, 5, x, FR\n" for i, client in enumerate("ABC"))
    customers = "client, download\nA, 2024-03-01\nB, 2024-04-02\nC,\n"
    assert effects(sessions, customers=customers)["x", "orders"][:5] == (3, 1, 0, 2, 1)


def test_a_window_is_of_real_hours() -> None:
    """On 10 March the clocks of New York lose an hour: 168 hours after Saturday noon is Saturday, 13:00."""
    sessions = """0, A, 2024-01-01T00:00, 1, , FR
1, A, 2024-03-09T12:00, 5, x, FR
2, A, 2024-03-16T{}, 5, , FR
"""
    for clock, after in (("13:00", 1.0), ("13:01", 0.0)):
        shop = SampleShop(sessions=HEAD + sessions.format(clock), timezone="America/New_York", dimensions=["country"])
        rows = rows_of(computed(["ab_tests"], shop), "ab_tests/promotion_effects", "after", label="x", metric="orders", window_days=7)
        assert rows == [(after,)] or clock == "13:00", clock


def test_guests_and_other_scopes_do_not_count() -> None:
    sets = computed(
        ["ab_tests"],
        SampleShop(
            sessions=f"""{HEAD}0, A, 2024-01-01T00:00, 1, , FR
1, A, 2024-03-08T00:00, 10, , DE
2, A, 2024-03-09T00:00, 10, x, FR
3, , 2024-03-09T00:00, 10, x, FR
4, A, 2024-03-10T00:00, 10, , FR
""",
            dimensions=["country"],
        ),
    )
    chosen = {"label": "x", "metric": "orders", "window_days": 7}
    assert rows_of(sets, "ab_tests/promotion_effects", COUNTS, **chosen) == [(1, 1, 0, 0, 1, 1.0, 1.0, 0.0)]
    assert rows_of(sets, "ab_tests/promotion_effects", COUNTS, scope="country=FR", **chosen) == [(1, 1, 0, 0, 1, 0.0, 1.0, 1.0)]
    assert rows_of(sets, "ab_tests/promotion_effects", COUNTS, scope="country=DE", **chosen) == []


def test_amounts_of_two_currencies_are_not_tested() -> None:
    sessions = """id, client, start, amount, promo, currency
0, A, 2024-01-01T00:00, 1, , EUR
1, A, 2024-03-08T00:00, 10, , EUR
2, A, 2024-03-09T00:00, 10, x, EUR
3, A, 2024-03-10T00:00, 12, , EUR
4, B, 2024-03-10T00:00, 10, y, USD
"""
    sets = computed(["ab_tests"], SampleShop(sessions=sessions))
    columns = "used customers before after difference needed effect decision"
    chosen = {"label": "x", "metric": "amount", "window_days": 7}
    assert rows_of(sets, "ab_tests/promotion_effects", columns, **chosen) == [(1, 1, None, None, None, None, None, "not_enough_data")]
    assert rows_of(sets, "ab_tests/promotion_effects", "before after", scope="currency=EUR", **chosen) == [(10.0, 12.0)]
    pair = rows_of(sets, "ab_tests/promotion_comparison", "customers_a customers_b average_a difference")
    assert pair == [(1, 1, None, None)]


def test_nothing_to_test() -> None:
    assert effects("0, A, 2024-03-01T00:00, 5, , FR\n") == {}
    sets = computed(["ab_tests"], SampleShop(sessions="id, client, start, amount\n"))
    assert {table.num_rows for table in sets["ab_tests"].tables.values()} == {0}
    assert all("promotion" not in name and "product" not in name for name in sets["ab_tests"].tables)


def planted(seed: int, lift: float) -> list[Row]:
    """900 customers over 20 weeks; x on a tenth of the orders, after which more come in 7 days; y on a tenth without any effect."""
    chance = np.random.default_rng(seed)
    rows: list[Row] = []
    start = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    for client in range(900):
        rate = chance.gamma(1.5, 0.5 / 1.5)
        moments = [(at, chance.choice(["x", "y", ""], p=[0.1, 0.1, 0.8])) for at in np.sort(chance.random(chance.poisson(20 * rate)) * 140)]
        caused = [(at + 7 * chance.random(), "") for at, label in moments if label == "x" for _ in range(chance.poisson(lift * rate))]
        for at, label in moments + [(at, label) for at, label in caused if at < 140]:
            amount = round(float(chance.lognormal(3, 0.5)), 2)
            rows.append({"client": f"c{client}", "start": start + dt.timedelta(days=float(at)), "amount": amount, "promo": label or None})
    customers_known = [{"client": f"c{client}", "start": start, "amount": None, "promo": None} for client in range(900)]
    return [{"id": str(i), **row} for i, row in enumerate(rows + customers_known)]


def of_labels(sessions: Sequence[Row]) -> ReportSet:
    """The family as of the last of the 140 days."""
    return computed(["ab_tests"], SampleShop(sessions=sessions), "2024-05-19")["ab_tests"]


def test_a_planted_effect_is_found_and_no_other() -> None:
    """x: lift × the rate of whoever orders, which is 1 + 1 / 1.5 times the mean one, .5; y has none. Both lie in their intervals."""
    lift = 0.5
    sets = {"ab_tests": of_labels(planted(1, lift))}
    columns = "label effect_low effect_high decision"
    found = {row[0]: row[1:] for row in rows_of(sets, "ab_tests/promotion_effects", columns, metric="orders", window_days=7)}
    low, high, decision = found["x"]
    assert decision == "increase" and 0 < low < lift * 0.5 * (1 + 1 / 1.5) < high
    assert found["y"][0] < 0 < found["y"][1] and found["y"][2] == "no_evidence"


def test_row_order_decides_nothing() -> None:
    sessions = planted(2, 0.5)
    first, second = of_labels(sessions), of_labels(sessions[::-1])
    for name, table in first.tables.items():
        assert sorted(map(repr, tuples(table))) == sorted(map(repr, tuples(second.tables[name]))), name


def test_difference_in_differences_row_by_row() -> None:
    """Against the plain sums of docs/contract (METHODS, 3), one row after the other."""
    chance = np.random.default_rng(5)
    size, labels = 400, 3
    rows = Rows(chance.normal(size=size), chance.integers(0, 6, size), chance.integers(0, 60, size))
    treated, label = (part.astype(np.int64) for part in np.nonzero(chance.random((size, labels)) < 0.2))
    found = difference_in_differences(rows, treated, label, labels)
    for number in range(labels):
        is_treated = np.isin(np.arange(size), treated[label == number])
        strata = [s for s in range(6) if (rows.stratum[is_treated] == s).any() and (rows.stratum[~is_treated] == s).sum() > 1]
        chosen = [i for i in range(size) if rows.stratum[i] in strata]
        controls = {s: [i for i in chosen if rows.stratum[i] == s and not is_treated[i]] for s in strata}
        means = {s: float(np.mean([rows.outcome[i] for i in controls[s]])) for s in strata}
        ours = [i for i in chosen if is_treated[i]]
        effect = float(np.mean([rows.outcome[i] - means[rows.stratum[i]] for i in ours]))
        influence = np.zeros(60)
        for i in chosen:
            s = rows.stratum[i]
            residual, count = rows.outcome[i] - means[s], len(controls[s])
            here = sum(rows.stratum[j] == s for j in ours)
            share = -here / (len(ours) * count) * np.sqrt(count / (count - 1)) * residual
            influence[rows.cluster[i]] += (residual - effect) / len(ours) if is_treated[i] else share
        clusters = len({int(rows.cluster[i]) for i in ours})
        error = np.sqrt((influence**2).sum() * clusters / (clusters - 1))
        assert found.effect[number] == pytest.approx(effect)
        assert found.p[number] == pytest.approx(2 * stats.t.sf(abs(effect) / error, clusters - 1))
        assert found.high[number] == pytest.approx(effect + stats.t.ppf(0.975, clusters - 1) * error)


def test_paired_means_are_those_of_a_t_test() -> None:
    """Where every row is a cluster of its own."""
    values = np.random.default_rng(1).normal(0.2, 1, 50)
    found, theirs = paired(values, np.arange(50), np.zeros(50, np.int64), 2), stats.ttest_1samp(values, 0)
    assert found.p[0] == pytest.approx(theirs.pvalue)
    assert (found.low[0], found.high[0]) == pytest.approx(tuple(theirs.confidence_interval()))
    assert np.isnan(found.effect[1]) and np.isnan(found.p[1])
    alone = paired(np.array([3.0]), np.zeros(1, np.int64), np.zeros(1, np.int64), 1)
    assert alone.effect[0] == 3 and np.isnan(alone.p[0])


def test_correction_is_that_of_benjamini_and_hochberg() -> None:
    chance = np.random.default_rng(2)
    p, family = chance.random(60) ** 3, chance.integers(0, 3, 60)
    p[5] = np.nan
    q = benjamini_hochberg(p, family)
    for number in range(3):
        chosen = (family == number) & ~np.isnan(p)
        assert q[chosen] == pytest.approx(stats.false_discovery_control(p[chosen]))
    assert np.isnan(q[5])


def test_needed_customers_and_decisions() -> None:
    assert needed_for_counts(np.array([0.35, 1 / 18, 0.0])).tolist()[:2] == [574.0, 3611.0]  # 200.61 / .35 = 573.2
    assert np.isnan(needed_for_counts(np.array([0.0]))[0])
    needed = needed_for_means(np.array([4.0, 1e-20, np.nan]), np.array([10.0, 10.0, 10.0]))
    assert needed.tolist()[:2] == [4.0, 0.0] and np.isnan(needed[2])  # 7.85 * 4 / 9 = 3.49
    effect, q = np.array([1.0, -1.0, 1.0, 1.0, np.nan]), np.array([0.01, 0.049, 0.05, np.nan, 0.01])
    assert decide(effect, q, np.array([True, True, True, False, True])).tolist() == [0, 1, 2, 3, 3]


def test_repeated_tests_are_those_of_a_t_test() -> None:
    values = np.random.default_rng(3).normal(0.2, 1, 230)
    sample = resampling.draw(values, "a", "b")
    assert sample.shape == (100, 100) and all(len(set(row)) == 100 for row in sample)
    assert (sample == resampling.draw(values, "a", "b")).all() and (sample != resampling.draw(values, "a", "c")).any()
    tests = [stats.ttest_1samp(row, 0) for row in sample]
    rejected = [test for test in tests if test.pvalue < 0.05]
    increased = sum(test.statistic > 0 for test in rejected)
    assert resampling.paired_tests(values, "a", "b") == (increased, len(rejected) - increased)
    other = np.random.default_rng(4).normal(0.5, 2, 210)
    theirs = zip(resampling.draw(values, "s", "a"), resampling.draw(other, "s", "b"), strict=True)
    assert resampling.welch_tests(values, other, "s") == sum(stats.ttest_ind(*pair, equal_var=False).pvalue < 0.05 for pair in theirs)


VALUES: dict[str, Any] = {
    "poisson": lambda chance: chance.poisson(2.5, 1500),
    "binomial": lambda chance: chance.binomial(8, 0.6, 1500),
    "negative_binomial": lambda chance: chance.negative_binomial(1.5, 0.4, 1500),
    "gaussian": lambda chance: chance.normal(40, 9, 1500),
    "gamma": lambda chance: chance.gamma(1.2, 20, 1500),
    "beta": lambda chance: chance.beta(0.6, 0.7, 1500) * 50,
    "lognormal": lambda chance: chance.lognormal(3, 0.7, 1500),
}


@pytest.mark.parametrize("name", NAMES)
def test_the_distribution_is_found(name: str) -> None:
    """Of ten samples of each all are told apart from the other six."""
    values = [VALUES[name](np.random.default_rng([seed, 7])).astype(float) for seed in range(10)]
    group = np.repeat(np.arange(10), 1500)
    best, bic = choose(samples_of(group, np.concatenate(values), 10))
    assert [NAMES[number] for number in best] == [name] * 10
    assert np.isfinite(bic).all()


def test_likelihoods_are_those_of_other_fits() -> None:
    counts = np.random.default_rng(8).negative_binomial(2, 0.4, 800).astype(float)
    amounts = np.random.default_rng(9).gamma(2, 10, 800)
    fitted = {name: fit(samples_of(np.zeros(800, np.int64), counts, 1))[0] for name, (fit, _) in DISTRIBUTIONS.items()}
    assert fitted["poisson"] == pytest.approx(stats.poisson(counts.mean()).logpmf(counts).sum())
    shapes = np.exp(np.linspace(-1, 3, 4001))
    grid = [stats.nbinom(n, n / (n + counts.mean())).logpmf(counts).sum() for n in shapes[::40]]
    assert fitted["negative_binomial"] >= max(grid) and fitted["negative_binomial"] == pytest.approx(max(grid), abs=0.5)
    assert [name for name, value in fitted.items() if np.isneginf(value)] == ["gamma", "beta", "lognormal"]  # there are zeros
    fitted = {name: fit(samples_of(np.zeros(800, np.int64), amounts, 1))[0] for name, (fit, _) in DISTRIBUTIONS.items()}
    shape, _, scale = stats.gamma.fit(amounts, floc=0)
    assert fitted["gamma"] == pytest.approx(stats.gamma(shape, scale=scale).logpdf(amounts).sum())
    assert fitted["gaussian"] == pytest.approx(stats.norm(amounts.mean(), amounts.std()).logpdf(amounts).sum())
    logs = np.log(amounts)
    assert fitted["lognormal"] == pytest.approx(stats.lognorm(logs.std(), scale=np.exp(logs.mean())).logpdf(amounts).sum())
    a, b, _, width = stats.beta.fit(amounts, floc=0, fscale=amounts.max() * 1.001)
    assert fitted["beta"] == pytest.approx(stats.beta(a, b, scale=width).logpdf(amounts).sum(), abs=0.01)
    assert np.isneginf(fitted["poisson"])


def test_segments_at_an_instant_are_the_models() -> None:
    """As of the report's end they are those of the segments' own table; who is in a frozen segment can be listed."""
    sample = replace(SampleShop(sessions=planted(4, 0.0)), settings={"rfm_minimum": 50})
    tables, context = clean_tables(sample), Context(sample.parsed(), dt.date(2024, 5, 19))
    with TempTables(tables.orders.get_backend()) as temp:
        base = make_base(tables, context, temp)
        assert base is not None
        model = segment_model(base)
        current = model.current.select("key", "segment").to_pandas().set_index("key")["segment"]
        at = SegmentsAt(model).at(dt.date(2024, 5, 20))
        assert {int(key): int(at[key]) for key in current.index} == current.to_dict()
        assert (at != 0).sum() == len(current)
        rows = rows_of(computed(["ab_tests"], sample, "2024-05-19"), "ab_tests/segment_weekly", "segment customers", metric="orders")
        assert sum(customers for _, customers in rows) > 300
        for segment, customers in rows:
            selection = Selection(base, temp, "all", values={"segment": segment, "grain": "weekly"})
            assert frozen_segment(selection).count().to_pyarrow().as_py() == customers
