"""The contracts of `segmentation` (docs/contract, section 11): columns, keys and the definitions that shop owners read."""

from __future__ import annotations

from ca_assets.analyses.core.columns import COMPLETE, PERIOD
from ca_assets.analyses.core.report import Column, ReportSpec
from ca_assets.analyses.core.segments.columns import RULE, SEGMENT_ORDER
from ca_assets.contracts.units import Unit

_CUSTOMERS = Column("customers", "int", "count", "Buyers of the scope in the segment")
_MEANINGS = (
    "Champions love the shop and will not leave soon; loyal customers are close to them; potential loyalists came lately and are not sure "
    "yet: a push helps; those you can't lose are engaged, with larger baskets than the loyal ones; newcomers have just arrived, too little "
    "is known; those who need attention are drifting and easier to win back than those at risk, who will probably leave; lost ones have "
    "left or nearly so. "
)


def _histogram(metric: str, title: str, unit: Unit, what: str) -> ReportSpec:
    columns = (
        Column("bin", "int", "number", "Number of the bin, from 0"),
        Column("low", "float", unit, "Smallest value of the bin"),
        Column("high", "float", unit, "Values of the bin are below it; empty in the last bin, which is open"),
        Column("score", "int", "number", "Score of the buyers, 1 to 5 (the best)"),
        Column("customers", "int", "count", "Buyers of the scope in the bin with the score"),
    )
    definition = (
        f"Buyers of the scope by {what} and score. Bins are as wide as the smallest of 1, 2, 2.5 and 5 times a power of ten of which 20 "
        f"reach the upper Tukey fence; what lies beyond is in one open bin. Only bins with buyers are listed. {RULE}"
    )
    return ReportSpec("segmentation", metric, title, definition, ("bin", "score"), columns, is_of_clients=True)


REPORTS: tuple[ReportSpec, ...] = (
    ReportSpec(
        "segmentation",
        "summary",
        "Segments",
        "The scope's buyers by segment, with their orders and revenue in the scope and the averages of their values. Money is empty in a "
        f"scope with several currencies. {_MEANINGS}{RULE}",
        ("segment",),
        (
            Column("segment", "str", "text", "Name of the segment"),
            SEGMENT_ORDER,
            _CUSTOMERS,
            Column("customer_share", "float", "share", "Of the scope's buyers; empty without customers"),
            Column("orders", "int", "count", "Orders of these buyers in the scope"),
            Column("revenue", "float", "money", "Revenue of these buyers in the scope, before refunds"),
            Column("revenue_share", "float", "share", "Of the revenue of the scope's buyers; empty without customers"),
            Column("average_recency_hours", "float", "hours", "Average hours since the buyers' last order"),
            Column("average_frequency_hours", "float", "hours", "Average hours between orders, of buyers with two days of orders"),
            Column("average_monetary", "float", "money", "Average of the buyers' average amounts, of those whose currency is the scope's"),
        ),
        is_of_clients=True,
    ),
    ReportSpec(
        "segmentation",
        "scores",
        "Scores and their bounds",
        "Which values get which score, how many of the scope's buyers have it, and what the bounds were made from. Score 0 of frequency "
        f"are buyers with one day of orders. {RULE}",
        ("metric", "currency", "score"),
        (
            Column("metric", "str", "text", "recency, frequency or monetary"),
            Column("currency", "str", "text", "Currency that the buyers' amounts are in; empty but for monetary"),
            Column("score", "int", "number", "1 to 5 (the best); 0 for buyers with one day of orders, who have no frequency"),
            Column("customers", "int", "count", "Buyers of the scope with the score"),
            Column("low", "float", "by_row", "Smallest value of these buyers: hours, of monetary money"),
            Column("high", "float", "by_row", "Largest value of these buyers"),
            Column("bound_low", "float", "by_row", "Values with the score begin here; empty at the end"),
            Column("bound_high", "float", "by_row", "Values with the score end here; empty at the end"),
            Column("fits", "int", "count", "How many months' fits the bounds are the median of"),
            Column("fitted_on", "date", "date", "Last day of the newest of these months"),
        ),
        is_of_clients=True,
    ),
    _histogram("recency", "Recency by score", "days", "days since the last order"),
    _histogram("frequency", "Frequency by score", "days", "days between orders (of buyers with two days of orders)"),
    _histogram("monetary", "Monetary by score", "money", "average amount of an order"),
    ReportSpec(
        "segmentation",
        "migration_monthly",
        "Moves between segments by month",
        "From which segment to which the scope's buyers moved in each of the last 13 months: from as of the month's beginning, to as of "
        "its end (or the report's end). Bounds move on the first of a month, so some move without doing anything: by_boundary counts "
        "those who would still be in the old segment under the bounds of the month before. __new__ had no order in the shop before. "
        f"{RULE}",
        ("period", "from_segment", "to_segment"),
        (
            PERIOD,
            COMPLETE,
            Column("from_segment", "str", "text", "Segment at the month's beginning; __new__ without an order before"),
            Column("to_segment", "str", "text", "Segment at the month's end"),
            Column("customers", "int", "count", "Buyers of the scope who moved (or stayed) so"),
            Column("by_boundary", "int", "count", "Of these: who would not have moved under the bounds of the month before"),
            Column("revenue_before", "float", "money", "Their revenue in the scope in the month before"),
            Column("revenue_after", "float", "money", "Their revenue in the scope in the month"),
        ),
        grain="monthly",
        is_of_clients=True,
    ),
)
SPECS = {spec.type: spec for spec in REPORTS}
