"""Panels of anomalies: what was unusual, in which series, among whom. Reports `anomalies/*`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ca_assets.contracts.report_path import ReportPath
from ca_dash.figures import anomalies
from ca_dash.figures.anomalies import FUNNEL, MONEY, PACE
from ca_dash.marks import anomalies as marks
from ca_dash.panel import Panel

CAUSES_REPORT = ReportPath("anomalies", "causes")
QUIET = "Nothing was unusual in these days; choose other dates to look further back."


def _of(group: str) -> Callable[[Mapping[str, str]], str]:
    def report(choices: Mapping[str, str]) -> str:
        return f"anomalies/{group}_{choices[PACE.name]}"

    return report


TIMELINE = Panel(
    "anomalies-timeline",
    "What was unusual, and when",
    "anomalies/flags",
    anomalies.timeline,
    "A mark is a day or week that its past does not explain. Its shape says whether the data or the business is the reason.",
    choices=(PACE,),
    also=CAUSES_REPORT,
    empty=QUIET,
    period_grain="daily",
    is_wide=True,
    height=260,
)
SENTENCES = Panel(
    "anomalies-sentences",
    "In words",
    "anomalies/flags",
    None,
    "Each unusual day or week: what happened, and where most of it was.",
    table=anomalies.sentences,
    choices=(PACE,),
    also=CAUSES_REPORT,
    empty=QUIET,
    period_grain="daily",
    is_wide=True,
    height=320,
)
ORDERS = Panel(
    "anomalies-orders",
    "Orders and revenue, and what was expected",
    "anomalies/orders_{pace}",
    anomalies.orders,
    "The band is what is usual. The last 28 days (8 weeks) are compared with what came before them, never with themselves.",
    choices=(PACE, MONEY),
    choose=_of("orders"),
    is_wide=True,
    height=340,
    behind=marks.ORDERS_OF_PERIOD,
)
FUNNEL_SERIES = Panel(
    "anomalies-funnel",
    "The funnel, and what was expected",
    "anomalies/funnel_{pace}",
    anomalies.funnel,
    "Each step with what is usual as a band: its sessions, or its ratio to the step before.",
    choices=(PACE, FUNNEL),
    choose=_of("funnel"),
    is_wide=True,
    height=640,
)
CAUSES = Panel(
    "anomalies-causes",
    "Where the newest one comes from",
    "anomalies/causes",
    anomalies.causes,
    "Of the newest unusual day or week in the chosen dates: in which values there is more or less than expected. On top what departs most "
    "from its usual share. End the dates on another day to see its causes.",
    choices=(PACE,),
    empty=QUIET,
    period_grain="daily",
    height=420,
)
ALL_CAUSES = Panel(
    "anomalies-all-causes",
    "All causes",
    "anomalies/causes",
    None,
    "Each unusual day or week by dimension, promotion, and new and returning customers.",
    table=anomalies.all_causes,
    choices=(PACE,),
    empty=QUIET,
    period_grain="daily",
    height=420,
)
COHORTS = Panel(
    "anomalies-cohorts",
    "New customers: how soon they first ordered",
    "anomalies/cohort_{pace}",
    anomalies.cohorts,
    "A row is the customers who downloaded on a day (in a week), a column how much later their first order came. The number says how many, "
    "the colour how unusual that is.",
    choices=(PACE,),
    choose=_of("cohort"),
    is_wide=True,
    is_scrolled=True,
    height=640,
    behind=marks.CELLS,
)
RFM_CHANGE = Panel(
    "anomalies-rfm-change",
    "How segments are about to change",
    "anomalies/rfm_change",
    None,
    "By segment: how customers' recency, frequency and amounts at the end of the forecast of their value differ from today's, on average.",
    table=anomalies.rfm_change,
    empty="It needs a forecast of the customers' value, which is made weekly (ca load --job weekly).",
    ignores_range="As of the newest forecast, whatever the range.",
    is_wide=True,
    height=360,
    behind=marks.SEGMENTS,
)
