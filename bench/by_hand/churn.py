"""Churn and the customer bridge (docs/contract, section 8) of the hand-written yardstick.

No pass per period: an order is a client's last one from the period it is in until the period of the next. Counts of such spans
answer all ends of periods whose reach (end − frequency) lies in an earlier period; only the period in which it lies is looked at exactly.
"""

# ruff: noqa: S608 - names come from a mapping and are quoted; values are ours
from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pyarrow.compute as pc

from bench.by_hand.hand import EPOCH, Hand, instant_us, start_us, wall_day

NEVER = 1_000_000


def reports(hand: Hand) -> dict[str, pa.Table]:
    """Report path → rows of all scopes."""
    for grain in ("weekly", "monthly"):
        _ends(hand, grain)
        _spans(hand, grain)
        _frequency(hand, grain)
        _engaged(hand, grain)
    answers = {f"churn/{grain}": hand.table(_rates(grain)) for grain in ("weekly", "monthly")}
    overall = answers["churn/weekly"].filter(pc.equal(answers["churn/weekly"]["period"], _last_week(hand)))
    days = pa.array([hand.last] * overall.num_rows, pa.date32())
    answers["churn/overall"] = overall.drop(["period", "complete"]).add_column(1, "report_date", days)
    return answers | {"churn/customer_bridge_monthly": hand.table(_bridge(hand))}


def _last_week(hand: Hand) -> pa.Scalar:
    day = (hand.last_day + hand.lead) // 7 * 7 - hand.lead
    return pa.scalar(EPOCH + dt.timedelta(days=day), pa.date32())


def _number(hand: Hand, grain: str, day: str) -> str:
    """The period's number of a day; the next period has the next number."""
    if grain == "weekly":
        return f"(({day} + {hand.lead}) // 7)::INTEGER"
    return f"(year(DATE '1970-01-01' + {day}) * 12 + month(DATE '1970-01-01' + {day}))::INTEGER"


def _ends(hand: Hand, grain: str) -> None:
    """Table `<grain>_ends`: each period's number, first day, completeness and end as an instant, at most as of the report."""
    number = _number(hand, grain, "(daily - DATE '1970-01-01')::INTEGER")
    rows = hand.table(f"""
        SELECT {number} AS i, {grain} AS period, bool_and({grain}_complete) AS complete, max(daily) AS last
        FROM session_days GROUP BY ALL""")
    ends = [instant_us(hand.shop.calendar.as_of(day)) for day in rows["last"].to_pylist()]
    hand.con.register(f"{grain}_ends", rows.append_column("t", pa.array(ends, pa.int64())))


def _spans(hand: Hand, grain: str) -> None:
    """Table `<grain>_orders`: for each order of a scope its period's number, those of its neighbours and of the client's first order."""
    now, first, prev, until = (_number(hand, grain, wall_day(tick)) for tick in ("tick", "first", "prev", "next"))
    hand.run(f"""
        CREATE TEMP TABLE {grain}_orders AS
        SELECT scope, key, k, {start_us("tick")} AS us, {start_us("prev")} AS us_prev, {start_us("first")} AS us_first,
            {now} AS i, {first} AS begun, coalesce({prev}, 0) AS since, coalesce({until}, {NEVER}) AS until FROM so""")
    hand.run(f"CREATE TEMP TABLE {grain}_spans AS SELECT scope, i, until, count(*) AS n FROM {grain}_orders WHERE until > i GROUP BY ALL")


def _frequency(hand: Hand, grain: str) -> None:
    """Table `<grain>_reach`: per scope and period customers, repeat customers, frequency, and `a`, the earliest last order engaged."""
    now, before = "(us - us_first) / (k - 1)", "CASE WHEN k > 2 THEN (us_prev - us_first) / (k - 2) ELSE 0 END"
    least = hand.shop.settings.churn_repeat_customers
    hand.run(f"""
        CREATE TEMP TABLE {grain}_reach AS
        WITH changes AS (
            SELECT scope, i, count(*) FILTER (k = 1) AS customers, count(*) FILTER (k = 2) AS repeat_customers,
                sum({now} - {before}) FILTER (k > 1) AS total FROM {grain}_orders GROUP BY ALL
        ), sums AS (
            SELECT scope, i, t, sum(customers) OVER one AS customers, sum(repeat_customers) OVER one AS repeat_customers,
                sum(total) OVER one AS total
            FROM scopes CROSS JOIN {grain}_ends LEFT JOIN changes USING (scope, i)
            WINDOW one AS (PARTITION BY scope ORDER BY i ROWS UNBOUNDED PRECEDING)
        ), known AS (
            SELECT scope, i, t, coalesce(customers, 0)::BIGINT AS customers, coalesce(repeat_customers, 0)::BIGINT AS repeat_customers,
                CASE WHEN repeat_customers >= {least} THEN total / repeat_customers / 3.6e9 END AS frequency_hours
            FROM sums)
        SELECT *, coalesce(t - round_even(frequency_hours * 3600, 0)::BIGINT * 1000000, 0) AS a FROM known""")


def _engaged(hand: Hand, grain: str) -> None:
    """Table `<grain>_engaged`: customers engaged at the end of each period."""
    hand.run(f"CREATE TEMP TABLE {grain}_engaged AS {_counted(grain, 'a', '0', f'{grain}_reach')}")


def _counted(grain: str, bound: str, back: str, reach: str) -> str:
    """Per scope and period i: orders at or after `bound` that were the last ones from period i − `back` on until i's end."""
    return f"""
        WITH bounds AS (
            SELECT r.scope, r.i, r.{bound} AS bound, coalesce(max(e.i) FILTER (e.t <= r.{bound}) + 1, min(e.i)) AS b
            FROM {reach} r CROSS JOIN (SELECT i, t FROM {grain}_ends) e GROUP BY ALL
        ), widest AS (SELECT scope, max(i - b) AS most FROM bounds GROUP BY scope
        ), wide AS (
            SELECT scope, s.i AS began, unnest(range(s.i, least(until, s.i + most + 1))) AS i, n
            FROM {grain}_spans s JOIN widest USING (scope)
        ), counts AS (
            SELECT scope, i, sum(n) AS n FROM wide JOIN bounds USING (scope, i) WHERE began > b AND began <= i - {back} GROUP BY ALL
            UNION ALL SELECT x.scope, x.i, count(*)
            FROM {grain}_orders o JOIN bounds x ON o.scope = x.scope AND o.i = x.b
            WHERE o.us >= x.bound AND o.until > x.i AND o.i <= x.i - {back} GROUP BY ALL)
        SELECT scope, i, sum(n)::BIGINT AS engaged FROM counts GROUP BY ALL"""


def _rates(grain: str) -> str:
    gone = "(customers - engaged, CASE WHEN engaged IS NULL THEN 0 ELSE customers END)"
    return f"""
        SELECT name AS scope, period, complete, frequency_hours, repeat_customers, customers, engaged,
            part(engaged, customers) AS engaged_rate,
            1 - part(engaged, customers) AS churn_rate, wilson_low{gone} AS churn_rate_low, wilson_high{gone} AS churn_rate_high
        FROM (
            SELECT scope, i, frequency_hours, repeat_customers, customers,
                CASE WHEN frequency_hours IS NOT NULL THEN coalesce(engaged, 0) END AS engaged
            FROM {grain}_reach LEFT JOIN {grain}_engaged USING (scope, i))
        JOIN {grain}_ends USING (i) JOIN scopes USING (scope)"""


def _bridge(hand: Hand) -> str:
    """Stayed: engaged at both ends, by one order without another in the month, or by orders before and in it."""
    hand.run("""
        CREATE TEMP TABLE reach AS
        SELECT *, greatest(a, a_before) AS a_both
        FROM (SELECT *, coalesce(lag(a) OVER (PARTITION BY scope ORDER BY i), 0) AS a_before FROM monthly_reach)""")
    return f"""
        WITH firsts AS (
            SELECT o.scope, o.key, o.i, o.us_prev, o.us, o.until, r.a FROM monthly_orders o JOIN reach r USING (scope, i)
            WHERE o.k > 1 AND o.since < o.i AND o.us_prev >= r.a_before
        ), stayed AS (
            SELECT scope, i, sum(engaged) AS stayed FROM ({_counted("monthly", "a_both", "1", "reach")}) GROUP BY ALL
            UNION ALL SELECT scope, i, count(*) FROM firsts WHERE until > i AND us >= a GROUP BY ALL
            UNION ALL SELECT f.scope, f.i, count(*) FROM firsts f JOIN monthly_orders l USING (scope, key, i)
            WHERE f.until = f.i AND l.until > l.i AND l.us >= f.a GROUP BY ALL
        ), arrived AS (
            SELECT o.scope, o.i, count(*) FILTER (k = 1) AS firsts,
                count(*) FILTER (until > i AND us >= a AND begun = o.i) AS new
            FROM monthly_orders o JOIN reach r USING (scope, i) GROUP BY ALL
        ), stays AS (SELECT scope, i, sum(stayed)::BIGINT AS stayed FROM stayed GROUP BY ALL
        ), rows AS (
            SELECT scope, i, frequency_hours, coalesce(engaged, 0) AS closing, coalesce(new, 0) AS new, coalesce(firsts, 0) AS firsts,
                coalesce(stayed, 0) AS stayed, coalesce(lag(engaged) OVER (PARTITION BY scope ORDER BY i), 0) AS opening
            FROM monthly_reach LEFT JOIN monthly_engaged USING (scope, i) LEFT JOIN arrived USING (scope, i)
            LEFT JOIN stays USING (scope, i))
        SELECT name AS scope, period, complete, frequency_hours, opening * known AS opening, new * known AS new,
            (closing - new - stayed) * known AS reactivated, (opening - stayed) * known AS lapsed, closing * known AS closing,
            (firsts - new) * known AS new_lapsed
        FROM (SELECT *, CASE WHEN frequency_hours IS NOT NULL THEN 1 END AS known FROM rows)
        JOIN monthly_ends USING (i) JOIN scopes USING (scope)"""
