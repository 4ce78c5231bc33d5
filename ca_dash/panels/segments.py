"""Panels of segments: buyers by their values, the segments with their sizes, the moves between them. Reports `rfm/*`, `segmentation/*`."""

from __future__ import annotations

from ca_dash.figures import migration, rfm, segments
from ca_dash.marks import segments as marks
from ca_dash.panel import Panel

SHOP_WIDE = "As of the report date: a buyer has one segment, by all orders in the shop up to then."
POINTS = "rfm/points"
SPACE = Panel(
    "rfm-space",
    "Recency, frequency and monetary together",
    POINTS,
    rfm.space,
    "A point is a buyer with two days of orders or more, coloured by segment; drag to turn the cube. Axes are logarithmic.",
    ignores_range=SHOP_WIDE,
    is_wide=True,
    height=560,
)
FREQUENCY_RECENCY = Panel(
    "rfm-frequency-recency",
    "Frequency and recency",
    POINTS,
    rfm.frequency_recency,
    "Bottom left: orders often, and did so lately.",
    ignores_range=SHOP_WIDE,
    height=420,
)
MONETARY_FREQUENCY = Panel(
    "rfm-monetary-frequency",
    "Monetary and frequency",
    POINTS,
    rfm.monetary_frequency,
    "Top left: orders often, and much.",
    ignores_range=SHOP_WIDE,
    height=420,
)
RECENCY_MONETARY = Panel(
    "rfm-recency-monetary",
    "Recency and monetary",
    POINTS,
    rfm.recency_monetary,
    "Top left: ordered lately, and much. Buyers with one day of orders are here too.",
    ignores_range=SHOP_WIDE,
    is_wide=True,
    height=420,
)

TREEMAP = Panel(
    "segments-treemap",
    "Customers by segment",
    "segmentation/summary",
    segments.treemap,
    "An area is a segment; its size are its customers. Orders and revenue are those in the filter, over all days.",
    ignores_range=SHOP_WIDE,
    is_wide=True,
    height=380,
    behind=marks.BY_SEGMENT,
)
SUMMARY = Panel(
    "segments-summary",
    "Segments in numbers",
    "segmentation/summary",
    None,
    "Customers, orders and revenue of each segment, and the averages of its customers’ values.",
    table=segments.summary,
    ignores_range=SHOP_WIDE,
    is_wide=True,
    height=400,
    behind=marks.BY_SEGMENT,
)
ADVICE = Panel(
    "segments-advice",
    "Who they are, and what to do",
    "segmentation/summary",
    None,
    "What is known of a segment's customers from when, how often and how much they ordered, and what follows from it.",
    table=segments.advice,
    ignores_range=SHOP_WIDE,
    is_wide=True,
    height=400,
    behind=marks.BY_SEGMENT,
)
RECENCY = Panel(
    "segments-recency",
    "Recency by score",
    "segmentation/recency",
    segments.recency_bins,
    "Customers by days since the last order; colours are the scores, 5 is the best.",
    ignores_range=SHOP_WIDE,
    behind=marks.RECENCY,
)
FREQUENCY = Panel(
    "segments-frequency",
    "Frequency by score",
    "segmentation/frequency",
    segments.frequency_bins,
    "Customers with two days of orders or more by the mean days between their orders; colours are the scores, 5 is the best.",
    ignores_range=SHOP_WIDE,
    behind=marks.FREQUENCY,
)
MONETARY = Panel(
    "segments-monetary",
    "Monetary by score",
    "segmentation/monetary",
    segments.monetary_bins,
    "Customers by the average amount of their orders; colours are the scores, 5 is the best.",
    draws_money=True,
    is_wide=True,
    ignores_range=SHOP_WIDE,
    behind=marks.MONETARY,
)
SCORES = Panel(
    "segments-scores",
    "Scores and their bounds",
    "segmentation/scores",
    None,
    "Which values get which score. Bounds are the median of the fits at the last 12 month ends: they move slowly, on the first of a month.",
    table=segments.scores,
    ignores_range=SHOP_WIDE,
    is_wide=True,
    height=300,
    behind=marks.BY_SCORE,
)
FLOW = Panel(
    "segments-flow",
    "Moves between segments",
    "segmentation/migration_monthly",
    migration.flow,
    "The last month of the chosen dates, from its beginning (left) to its end (right), with how many customers went which way.",
    is_wide=True,
    height=460,
    behind=marks.LAST_MONTH,
)
MOVES = Panel(
    "segments-moves",
    "Moves with their revenue",
    "segmentation/migration_monthly",
    None,
    "Customers who changed segment in each month, with what they spent in the month before and in it. Some moved only as the bounds did.",
    table=migration.moves,
    is_wide=True,
    height=380,
    behind=marks.MOVES,
)
