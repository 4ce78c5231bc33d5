"""What cohorts and survival count: one row per scope, customer and event (download, first … third order), with the day of the next event.

Columns: scope int16, key int32 (of the client), from_order int8 (0 = download, k = k-th order of the scope), day and next_day int32 (days
since the customer range began; next_day is null when the next event has not come). A customer whose first order is on a day before that of
his download (next_day < day, from the download only) is excluded from cohorts and survival: he was never at risk.
Belongs here: the events. Does not belong here: any figure of a report.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from ca_assets.analyses.base import Base, by_scope
from ca_assets.analyses.calendar import week_lead
from ca_assets.analyses.cohorts_specs import FROM_ORDERS

COLUMNS = ("scope", "key", "from_order", "day", "next_day")


def steps(base: Base) -> ibis.Table:
    """All events from which a next one is awaited, in all scopes (lazy)."""
    lead = lead_days(base)
    orders = base.scoped_orders.filter(base.scoped_orders.number <= FROM_ORDERS[-1])
    ordered = orders.select(
        "scope",
        "key",
        from_order=orders.number.cast("int8"),
        day=(orders.day + lead).cast("int32"),
        next_day=(orders.next_day + lead).cast("int32"),
    )
    return ibis.union(_downloads(base, lead).select(*COLUMNS), ordered.select(*COLUMNS))


def lead_days(base: Base) -> int:
    """Days from the beginning of the customer range to that of the session range."""
    return base.session_days.first_number - base.customer_days.first_number


def week_of(base: Base, day: ir.IntegerValue) -> ir.IntegerValue:
    """Weeks since the week in which the customer range began."""
    return ((day + week_lead(base.customer_days.first, base.context.shop.calendar)) // 7).cast("int32")


def _downloads(base: Base, lead: int) -> ibis.Table:
    """Downloads with the day of the first order of each scope that the customer belongs to; who has no session is in `all`."""
    visits, people = base.sessions, base.people
    known = people.filter(people.hour_0.notnull())
    known = known.select("key", day=(known.hour_0 // 24 - base.customer_days.first_number).cast("int32"))
    firsts = by_scope(base, visits, ["key"], {"first_day": visits.day.min(where=visits.purchased)})
    present = firsts.inner_join(known, "key")
    present = present.select("scope", "key", "day", next_day=(present.first_day + lead).cast("int32"))
    absent = known.anti_join(visits.select("key").distinct(), "key")
    absent = absent.select("key", "day", scope=ibis.literal(0, "int16"), next_day=ibis.null("int32"))
    everyone = ibis.union(present, absent.select(*present.columns))
    return everyone.mutate(from_order=ibis.literal(0, "int8"))
