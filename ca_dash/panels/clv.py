"""Panels and tiles of customer lifetime value: what is expected, and how right earlier forecasts were. Reports `clv/*`."""

from __future__ import annotations

from typing import Any

import pandas as pd
from dash import html

from ca_assets.contracts.report_path import ReportPath
from ca_assets.index.protocol import NotPublished
from ca_dash.components.tiles import plain_tile
from ca_dash.figures import clv
from ca_dash.figures.base import Style
from ca_dash.format import counted, day, money, rate
from ca_dash.marks import clv as marks
from ca_dash.panel import Panel, Selection, Tiles

WEEKLY = "From the newest prediction date on: forecasts are made once a week, whatever the dates."
PAST = "Earlier forecasts, whatever the dates: each was made from the orders up to its own day."
EXPECTED = Panel(
    "clv-expected",
    "Expected revenue by day",
    "clv/daily",
    clv.expected,
    "What each day of the coming weeks should bring: known customers, and on top of them newcomers, who have not ordered yet. "
    "The band has what really comes on 8 of 10 days.",
    ignores_range=WEEKLY,
    draws_money=True,
    is_wide=True,
    height=360,
)
LOOKED_BACK = Panel(
    "clv-looked-back",
    "CLV: actual against predicted",
    "clv/daily",
    clv.looked_back,
    "A forecast as it would have been made then, over what happened afterwards; and forecasts as they were published in earlier weeks.",
    refuse=clv.nothing_past,
    ignores_range=PAST,
    draws_money=True,
    is_wide=True,
    height=360,
    reads_table="clv_published",
    behind=marks.LOOKED_BACK,
)
TOTALS = Panel(
    "clv-totals",
    "Every forecast so far, and what it became",
    "clv/total",
    clv.totals,
    "A point is the revenue that a forecast expects of its whole horizon; the line is the range in which 8 of 10 should fall. A filled "
    "diamond is what came; an open one what has come so far.",
    ignores_range=PAST,
    draws_money=True,
    is_wide=True,
    height=340,
)
BY_SEGMENT = Panel(
    "clv-by-segment",
    "Expected revenue by segment",
    "clv/by_segment",
    clv.by_segment,
    "What the customers of each segment should spend, beside what they spent in as many weeks before. Without newcomers.",
    ignores_range=WEEKLY,
    draws_money=True,
    is_wide=True,
    height=340,
    behind=marks.BY_SEGMENT,
    empty="Segments need more customers.",
)
NOT_OVER = "No forecast’s horizon is over yet, so there is nothing to judge."
SCOREBOARD = Panel(
    "clv-scoreboard",
    "How right the forecast was",
    "clv/scoreboard",
    None,
    "The forecast knew the orders up to one day, and was judged by what its customers did in the weeks after it, which it had not seen. "
    "Beside it stand the textbook model (BG/NBD with Gamma-Gamma on repeat orders), and that everybody does again what they did in as "
    "many weeks before. Errors are per customer, orders are days with an order; of a ranking 1 is perfect, 0 is chance. The ratio is that "
    "to the textbook model: below 1 is better, of rankings above 1.",
    table=clv.scoreboard,
    ignores_range=PAST,
    is_wide=True,
    height=520,
    empty=NOT_OVER,
)
CALIBRATION = Panel(
    "clv-calibration",
    "Expected and actual by tenth of customers",
    "clv/calibration",
    clv.calibration,
    "Customers in ten equal parts by what was expected of them. Where the bars are of one height, the forecast was right.",
    ignores_range=PAST,
    draws_money=True,
    empty=NOT_OVER,
)
CHURN_RISK = Panel(
    "clv-churn-risk",
    "Risk of no further order",
    "clv/churn_risk",
    clv.churn_risk,
    "Customers in ten equal parts by how likely they are not to order within the horizon. Diamonds: how many of such a part indeed "
    "did not, the last time that can be known.",
    ignores_range=WEEKLY,
    behind=marks.CHURN_RISK,
    empty=NOT_OVER,
)
PARAMETERS = Panel(
    "clv-parameters",
    "The model, or what it still needs",
    "clv/parameters",
    None,
    "What was fitted and what the forecast was made from. Where the history is too short for a forecast: what is missing, and when it will "
    "be there.",
    table=clv.parameters,
    ignores_range=WEEKLY,
    is_wide=True,
    height=360,
)


def _tiles(selection: Selection, style: Style) -> list[html.Div]:
    try:
        frame = selection.frame(ReportPath("clv", "total"))
    except NotPublished:
        return [plain_tile("Expected revenue", "–", "The weekly job has not made it yet; now: ca load --job weekly.")]
    rows, age, locale = frame.data.sort_values("origin"), selection.age(frame), style.locale
    newest = rows[rows["kind"] == "published"]
    if newest.empty:
        reason = frame.meta.get("refusal") or "has no figures for this filter; choose a currency where there are several"
        return [plain_tile("Expected revenue", "–", f"This analysis {reason}.", age)]
    row = newest.iloc[0]

    def amount(value: Any) -> str:
        return money(value, style.currency, locale, is_short=True)

    span = f"next {counted(int(row['weeks']), 'week', locale)} after {day(row['origin'], locale)}"
    share = 0.0 if not row["predicted"] else row["known"] / row["predicted"]
    return [
        plain_tile(
            "Expected revenue", amount(row["predicted"]), f"8 in 10: {amount(row['predicted_low'])} to {amount(row['predicted_high'])}", age
        ),
        plain_tile("Of known customers", amount(row["known"]), f"{rate(share, 0, locale)} of it; {span}", age),
        plain_tile("Of newcomers", amount(row["newcomers"]), "by the arrivals of the last 13 weeks", age),
        _judged_tile(rows, style, age),
    ]


def _judged_tile(rows: pd.DataFrame, style: Style, age: str) -> html.Div:
    """How far off the newest forecast was whose horizon is over."""
    over = rows[rows["complete"].astype(bool) & rows["error_rate"].notna()]
    if over.empty:
        return plain_tile("Last forecast that is over", "–", "no horizon is over yet", age)
    last = over.iloc[-1]
    error = last["error_rate"]
    text = f"{'+' if error > 0 else ''}{rate(error, 1, style.locale)}"
    return plain_tile("Last forecast that is over", text, f"expected against actual, made on {day(last['origin'], style.locale)}", age)


TILES = Tiles(_tiles, 4)
