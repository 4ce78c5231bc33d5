"""The contracts of `ab_tests` (docs/contract, models.md, section 14): columns, keys and the definitions that shop owners read."""

from __future__ import annotations

from ca_assets.analyses.core.columns import PERIOD
from ca_assets.analyses.core.report import Column, ReportSpec
from ca_assets.analyses.core.segments.columns import RULE, SEGMENT_ORDER

_METRIC = Column("metric", "str", "text", "orders: number of orders in the window; amount: mean amount of an order in it")
_Q = Column(
    "q_value", "float", "share", "The p value, corrected for all tests of its kind (Benjamini, Hochberg); empty without enough data"
)
_P = Column("p_value", "float", "share", "How often chance alone gives such a difference or a larger one")
_DECISION = Column("decision", "str", "text", "increase, decrease, no_evidence or not_enough_data")
_ASSOCIATION = (
    " It is an association: customers choose whether they use it, and what made them do so may also be what changed their orders."
)
_TESTS = Column("tests", "int", "count", "Tests on samples of 100; empty with fewer than 200 to draw from")
_ACCEPTED = Column("accepted", "int", "count", "Tests that found no difference at 5 %")
_REJECTED = Column("reject_ratio", "float", "share", "Share of the tests that found a difference; about 5 % of them do by chance")


def _effects(name: str, what: str, needs: tuple[str, ...]) -> ReportSpec:
    definition = (
        f"Around each customer's order with the {what}: that customer's orders in the days before it and in as many days after it, this "
        "order (and any other at its very moment) in neither. Only orders whose window after is over, by customers known as long before. "
        "The effect on orders is how much more orders change around these than around orders without it of the same calendar week, by "
        "customers known as long and ordering as often until then (difference-in-differences; of customers with an order before the "
        "window); that on amounts is the mean difference of who ordered on both sides. Intervals are of 95 %, clustered by customer. "
        "Nothing is decided below the number of customers with which "
        f"a change of 30 % is seen in 80 % of cases. The first 100 (a setting) by orders.{_ASSOCIATION}"
    )
    columns = (
        Column("label", "str", "text", f"The {what}"),
        _METRIC,
        Column("window_days", "int", "days", "Length of each window in days of 24 hours"),
        Column("label_orders", "int", "count", f"Orders of customers with the {what}"),
        Column("used", "int", "count", "Of these: the ones that are tested (of amounts: with an order on both sides)"),
        Column("too_recent", "int", "count", "Of these: the ones whose window after is not over"),
        Column("too_new", "int", "count", "Of these: by customers who were not known a whole window before"),
        Column("customers", "int", "count", "Customers of the tested orders"),
        Column("before", "float", "by_row", "Mean in the window before"),
        Column("after", "float", "by_row", "Mean in the window after"),
        Column("difference", "float", "by_row", "after less before"),
        Column("effect", "float", "by_row", "Of it, what orders without the label do not show; empty where there are none to compare"),
        Column("effect_low", "float", "by_row", "Lower end of the effect's 95 % interval"),
        Column("effect_high", "float", "by_row", "Upper end of the effect's 95 % interval"),
        Column("relative_effect", "float", "change", "effect / before"),
        _P,
        _Q,
        _DECISION,
        Column("needed", "int", "count", "Customers with which a change of 30 % would be seen in 80 % of cases"),
    )
    title = f"Orders and amounts before and after a {what}"
    return ReportSpec("ab_tests", name, title, definition, ("label", "metric", "window_days"), columns, is_of_clients=True, needs=needs)


def _resampled(name: str, what: str, needs: tuple[str, ...]) -> ReportSpec:
    definition = (
        f"A hundred paired tests at 5 % for each {what}, each on 100 of its tested orders drawn at random: how many find a difference "
        "between before and after. A picture of how clear a difference is, not a decision: without any effect about five of a hundred "
        "find one, and a difference may have other causes. Empty with fewer than 200 orders."
    )
    columns = (
        Column("label", "str", "text", f"The {what}"),
        _METRIC,
        _TESTS,
        _ACCEPTED,
        Column("increased", "int", "count", "Tests that found more after than before"),
        Column("decreased", "int", "count", "Tests that found less after than before"),
        _REJECTED,
    )
    title = f"Repeated tests of each {what}"
    return ReportSpec("ab_tests", name, title, definition, ("label", "metric"), columns, is_of_clients=True, needs=needs)


def _distributions(name: str, what: str, needs: tuple[str, ...]) -> ReportSpec:
    definition = (
        f"Which of seven distributions the values after the tested orders with each {what} have, by the Bayesian information criterion: "
        "poisson, binomial, negative_binomial, gaussian, gamma, beta, lognormal. It describes the values; it does not choose the test."
    )
    columns = (
        Column("label", "str", "text", f"The {what}"),
        _METRIC,
        Column("distribution", "str", "text", "The one with the smallest criterion; empty where none can be fitted"),
        Column("bic", "float", "ratio", "Its criterion: the logarithm of n times its parameters, less twice the log-likelihood"),
        Column("n", "int", "count", "Number of values"),
    )
    title = f"Distribution of the values after a {what}"
    return ReportSpec("ab_tests", name, title, definition, ("label", "metric"), columns, is_of_clients=True, needs=needs)


_COMPARISON = ReportSpec(
    "ab_tests",
    "promotion_comparison",
    "Promotions compared in pairs",
    "Of the 20 first promotions each pair: customers who used the one and never the other, and the mean of what each of them pays for an "
    "order with it. Welch's test, corrected for all pairs; nothing is decided with fewer than 30 customers on a side. It says who used a "
    "promotion, not what it did.",
    ("promotion_a", "promotion_b"),
    (
        Column("promotion_a", "str", "text", "The first of the two in text order"),
        Column("promotion_b", "str", "text", "The second"),
        Column("customers_a", "int", "count", "Customers with an order with a and none with b"),
        Column("customers_b", "int", "count", "Customers with an order with b and none with a"),
        Column("average_a", "float", "money", "Mean over these customers of their mean amount of an order with a"),
        Column("average_b", "float", "money", "The same of b"),
        Column("difference", "float", "money", "average_a less average_b"),
        Column("low", "float", "money", "Lower end of the difference's 95 % interval"),
        Column("high", "float", "money", "Upper end of the difference's 95 % interval"),
        _P,
        _Q,
        Column("tests", "int", "count", "Welch's tests on samples of 100 customers a side; empty with fewer than 200 on a side"),
        _ACCEPTED,
        Column("rejected", "int", "count", "Tests that found a difference at 5 %"),
        _REJECTED,
        _DECISION,
    ),
    is_of_clients=True,
    needs=("promotion_id",),
)


def _segment(grain: str, period: str, base: str, placebos: str) -> ReportSpec:
    definition = (
        f"The newest complete {period} against {base}, for the customers of each segment. Customers have the segment of the base's first "
        "moment and keep it: who is looked at must not depend on what happened since. Whether a difference is unusual is judged by the "
        f"same difference at up to {placebos} earlier, with segments frozen there in the same way; corrected for the eight segments. "
        f"Nothing is decided with fewer than 8 such periods or 30 customers. {RULE}"
    )
    columns = (
        Column("segment", "str", "text", "Name of the segment"),
        SEGMENT_ORDER,
        Column("metric", "str", "text", "orders: orders of a customer in the period; amount: mean amount of an order"),
        PERIOD,
        Column("customers", "int", "count", "The scope's buyers in the segment as of the base's first moment"),
        Column("changed_since", "int", "count", "Of these: in another segment as of the report's end"),
        Column("current", "float", "by_row", f"In the {period}"),
        Column("base", "float", "by_row", f"On average of {base}"),
        Column("difference", "float", "by_row", "current less base"),
        Column("low", "float", "by_row", "Lower end of the 95 % interval of how far the difference is from the usual one"),
        Column("high", "float", "by_row", "Upper end of that interval"),
        Column("placebo_periods", "int", "count", "Earlier periods by which it is judged"),
        _P,
        _Q,
        _DECISION,
    )
    title = f"Segments: the newest {period} against earlier ones"
    return ReportSpec("ab_tests", f"segment_{grain}", title, definition, ("segment", "metric"), columns, is_of_clients=True)


PROMOTED, BASKETS = ("promotion_id",), ("baskets",)
REPORTS: tuple[ReportSpec, ...] = (
    _effects("promotion_effects", "promotion", PROMOTED),
    _effects("product_effects", "product", BASKETS),
    _resampled("promotion_resampled", "promotion", PROMOTED),
    _resampled("product_resampled", "product", BASKETS),
    _COMPARISON,
    _distributions("promotion_distributions", "promotion", PROMOTED),
    _distributions("product_distributions", "product", BASKETS),
    _segment("daily", "day", "the same weekday of the four weeks before", "31 days"),
    _segment("weekly", "week", "the four weeks before", "31 weeks"),
    _segment("monthly", "month", "the four months before", "12 months"),
)
SPECS = {spec.type: spec for spec in REPORTS}
