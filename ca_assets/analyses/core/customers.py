"""The customers table: one row per client with a known session or a row in `downloads`, with an integer key.

Columns: client, key int32; per customer step i (0 = download, then signup if mapped, then actions) `hour_<i>` (wall-clock hours since
1970-01-01, null when unknown as of the report) and `wait_<i>` (hours from download to the step for mature clients who reached it and every
step before, else null); month (of the download, months since 1970), is_mature; reach_from and until: the time in which a session or order
counts for the conversion funnel, null for who did not get that far.
Belongs here: what depends on the client alone, not on a scope.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from ca_assets.analyses.core.calendar import elapsed_hours, hour_number, month_number, wall_clock
from ca_assets.analyses.core.context import Context
from ca_assets.shop import Shop


def step_names(shop: Shop) -> tuple[str, ...]:
    """Customer steps with a moment of their own, in order."""
    signup = ("signup",) if shop.mapped("customers", "signup_date") else ()
    return ("download", *signup, *shop.customer_actions)


def _step_columns(shop: Shop) -> list[str]:
    fixed = {"download": "download_date", "signup": "signup_date"}
    return [fixed.get(name, f"actions.{name}") for name in step_names(shop)]


def conversion_steps(shop: Shop) -> tuple[str, ...]:
    """Steps of the true funnel, in order: those of the setting, `download` always."""
    every = (*step_names(shop), "session", "purchase")
    chosen = shop.settings.conversion_steps
    return every if chosen is None else tuple(step for step in every if step == "download" or step in chosen)


def make_customers(downloads: ibis.Table, known: ibis.Table, context: Context) -> ibis.Table:
    """Customers of the shop as of the report (lazy)."""
    visitors = known.filter(known.client.notnull()).select(visitor=known.client).distinct()
    merged = visitors.outer_join(downloads, visitors.visitor == downloads.client)
    moments = {f"moment_{i}": _known(merged[name], context) for i, name in enumerate(_step_columns(context.shop))}
    customers = merged.select(client=ibis.coalesce(merged.visitor, merged.client), **moments)
    customers = customers.mutate(key=ibis.row_number().cast("int32"))
    walls = {name: wall_clock(customers[name], context.shop.calendar) for name in moments}
    hours = {name.replace("moment", "hour"): hour_number(wall) for name, wall in walls.items()}
    customers = customers.mutate(month=month_number(walls["moment_0"]), **hours)
    return _with_conversion(customers, context).drop(*moments)


def _known(moment: ir.TimestampValue, context: Context) -> ir.TimestampValue:
    return ibis.ifelse(moment < ibis.literal(context.as_of, "timestamp('UTC')"), moment, ibis.null("timestamp('UTC')"))


def _with_conversion(customers: ibis.Table, context: Context) -> ibis.Table:
    """Follow the customer steps in order; what is left open is the time in which a session or an order counts."""
    as_of = ibis.literal(context.as_of, "timestamp('UTC')")
    window = ibis.interval(hours=24 * context.shop.settings.conversion_window_days)
    customers = customers.mutate(until=customers.moment_0 + window)
    customers = customers.mutate(is_mature=(customers.until <= as_of).fill_null(False), reach_from=customers.moment_0)
    nothing = ibis.null("timestamp('UTC')")
    customers = customers.mutate(reach_from=ibis.ifelse(customers.is_mature, customers.reach_from, nothing))
    for i, name in enumerate(step_names(context.shop)[1:], start=1):
        if name in conversion_steps(context.shop):
            customers = _next_step(customers, i)
    return customers


def _next_step(customers: ibis.Table, i: int) -> ibis.Table:
    """Who has the step's moment at or after the one before (a null reach_from: did not get that far) and in time."""
    moment = customers[f"moment_{i}"]
    is_reached = ((moment >= customers.reach_from) & (moment < customers.until)).fill_null(False)
    at = ibis.ifelse(is_reached, moment, ibis.null("timestamp('UTC')"))
    return customers.mutate(**{f"wait_{i}": elapsed_hours(customers.moment_0, at)}).mutate(reach_from=at)
