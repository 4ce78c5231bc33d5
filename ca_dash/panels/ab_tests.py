"""Panels of the tests before and after: verdicts first, plain before and after beside, then the pictures. Reports `ab_tests/*`."""

from __future__ import annotations

from ca_assets.contracts.report_path import ReportPath
from ca_dash.figures.ab_tests import charts as figures
from ca_dash.figures.ab_tests import verdicts
from ca_dash.filters.url import Choice
from ca_dash.marks import ab_tests as marks
from ca_dash.marks.mark import Behind
from ca_dash.panel import Names, Panel

AS_OF = "As of the report date: all orders whose days before and after are over by then."
TESTED = Choice("tested", "What changes", (("orders", "Number of orders"), ("amount", "Amount of an order")))
AROUND = Choice("around", "Days before and after", (("short", "Short"), ("long", "28 days")))
COMPARED = Choice("compared", "Newest", (("daily", "Day"), ("weekly", "Week"), ("monthly", "Month")))
PRODUCT_NAMES = Names(ReportPath("products", "top_products"), key="product", name="product_name")


def _panels(kind: str, names: Names | None) -> tuple[Panel, ...]:
    """The panels of one kind of labels in order: all that promotions and products share."""
    effects, both = f"ab_tests/{kind}_effects", (TESTED, AROUND)
    tested = Behind(("orders", "customers"), marks.tested(kind))
    labels = Behind(("orders",), marks.all_labels(kind))
    return (
        Panel(
            f"ab-{kind}-verdicts",
            "What can be said",
            effects,
            None,
            f"For each {kind} with enough customers: whether orders change after it, compared with orders without it of the same week, by "
            "customers known as long and ordering as often. For example +5 orders per 100 uses in 7 days: five more orders after a hundred "
            "orders with it.",
            table=verdicts.label_verdicts(kind),
            choices=both,
            names=names,
            ignores_range=AS_OF,
            is_wide=True,
            height=430,
            behind=tested,
        ),
        Panel(
            f"ab-{kind}-effects",
            "Effects with their intervals",
            effects,
            figures.effects,
            "A dot is the change against before, the line where the true one may lie. A line across zero: it may as well be nothing.",
            choices=both,
            names=names,
            ignores_range=AS_OF,
            height=420,
            behind=tested,
        ),
        Panel(
            f"ab-{kind}-plain",
            "Plain before and after",
            effects,
            figures.before_after,
            "The means before and after as they are. Both move with season and with who buys, so they decide nothing.",
            choices=both,
            names=names,
            ignores_range=AS_OF,
            height=420,
            behind=labels,
        ),
        Panel(
            f"ab-{kind}-untested",
            "Not enough data yet",
            effects,
            None,
            f"What is missing before a change of 30% at this {kind} would be seen in 80 of 100 cases.",
            table=figures.untested,
            choices=both,
            names=names,
            ignores_range=AS_OF,
            is_wide=True,
            height=300,
            behind=Behind(("orders",), marks.untested(kind)),
        ),
        Panel(
            f"ab-{kind}-differences",
            "Orders and amounts together",
            effects,
            figures.differences,
            "Right: more orders after. Top: larger orders after. Plain differences, not tested.",
            choices=(AROUND,),
            names=names,
            ignores_range=AS_OF,
            height=360,
            behind=labels,
        ),
        Panel(
            f"ab-{kind}-repeated",
            "Accepted and rejected tests",
            f"ab_tests/{kind}_resampled",
            figures.repeated,
            "A hundred tests on a hundred orders each, before against after. About five of a hundred find a difference where there is "
            "none: a picture, not a decision.",
            choices=(TESTED,),
            names=names,
            ignores_range=AS_OF,
            height=360,
        ),
        Panel(
            f"ab-{kind}-numbers",
            "All tests in numbers",
            effects,
            None,
            "Every test with its means, its effect, the interval, and how often such a finding is by chance.",
            table=figures.all_tests,
            choices=both,
            names=names,
            ignores_range=AS_OF,
            is_wide=True,
            height=340,
            behind=tested,
        ),
        Panel(
            f"ab-{kind}-distributions",
            "How the values are distributed",
            f"ab_tests/{kind}_distributions",
            None,
            "Which of seven distributions the values after have. It is a description; it does not choose the test.",
            table=figures.distributions,
            choices=(TESTED,),
            names=names,
            ignores_range=AS_OF,
            is_wide=kind == "product",
            height=340,
        ),
    )


PROMOTIONS, PRODUCTS = _panels("promotion", None), _panels("product", PRODUCT_NAMES)
(
    PROMOTION_VERDICTS,
    PROMOTION_EFFECTS,
    PROMOTION_PLAIN,
    PROMOTION_UNTESTED,
    PROMOTION_DIFFERENCES,
    PROMOTION_REPEATED,
    PROMOTION_NUMBERS,
    PROMOTION_DISTRIBUTIONS,
) = PROMOTIONS
(
    PRODUCT_VERDICTS,
    PRODUCT_EFFECTS,
    PRODUCT_PLAIN,
    PRODUCT_UNTESTED,
    PRODUCT_DIFFERENCES,
    PRODUCT_REPEATED,
    PRODUCT_NUMBERS,
    PRODUCT_DISTRIBUTIONS,
) = PRODUCTS
PAIR_DOTS = Panel(
    "ab-promotion-pairs",
    "Pairs, tested again and again",
    "ab_tests/promotion_comparison",
    figures.pair_dots,
    "A dot for each promotion of each pair: how many of a hundred tests on a hundred customers a side found no difference in what they "
    "pay, and the share that did. Who used it, not what it did.",
    ignores_range=AS_OF,
    height=340,
    behind=marks.PAIRS,
)
PAIRS = Panel(
    "ab-promotion-comparison",
    "Who pays more: promotions in pairs",
    "ab_tests/promotion_comparison",
    None,
    "Customers who used the one and never the other, by the mean of what they paid with it. It says who used a promotion, not what it did.",
    table=figures.pairs,
    draws_money=True,
    ignores_range=AS_OF,
    is_wide=True,
    height=340,
    behind=marks.PAIRS,
)
SEGMENT_REPORT = "ab_tests/segment_{compared}"
SEGMENTS_AS_OF = "As of the report date: its newest whole day, week or month."
SEGMENT_VERDICTS = Panel(
    "ab-segment-verdicts",
    "What can be said",
    SEGMENT_REPORT,
    None,
    "For each segment: whether its customers order more or less than is usual. Customers keep the segment that they had before.",
    table=verdicts.segment_verdicts,
    choices=(COMPARED, TESTED),
    ignores_range=SEGMENTS_AS_OF,
    is_wide=True,
    height=430,
    behind=marks.SEGMENTS,
)
SEGMENT_DIFFERENCES = Panel(
    "ab-segment-differences",
    "Beyond the usual difference",
    SEGMENT_REPORT,
    figures.segment_differences,
    "A dot is how far the newest period is from what earlier ones let expect, the line where the true one may lie. Across zero: as usual.",
    choices=(COMPARED, TESTED),
    ignores_range=SEGMENTS_AS_OF,
    height=380,
    behind=marks.LISTED_SEGMENTS,
)
SEGMENT_VALUES = Panel(
    "ab-segment-values",
    "Plain values",
    SEGMENT_REPORT,
    figures.segment_values,
    "The means as they are; they move with season, so they decide nothing.",
    choices=(COMPARED, TESTED),
    ignores_range=SEGMENTS_AS_OF,
    height=380,
    behind=marks.SEGMENTS,
)
SEGMENT_TABLE = Panel(
    "ab-segment-numbers",
    "All segments in numbers",
    SEGMENT_REPORT,
    None,
    "Means, differences, intervals, and how many customers have another segment by now.",
    table=figures.segment_table,
    choices=(COMPARED, TESTED),
    ignores_range=SEGMENTS_AS_OF,
    is_wide=True,
    height=360,
    behind=marks.SEGMENTS,
)
