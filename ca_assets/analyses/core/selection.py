"""One scope and a window of any length out of base tables that were made for all scopes and days.

By the contract (section 1, Windows) a window is computed as if only its sessions existed, but first orders stay those of the whole
history. So the families' own code makes the reports of any range: it is given base tables that hold nothing else.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from ca_assets.analyses.core.base import Base
from ca_assets.analyses.core.calendar import day_range
from ca_assets.analyses.core.temp_tables import TempTables
from ca_assets.contracts.reserved import NONE, OTHER


def select_range(base: Base, temp: TempTables, scope: str, days: int) -> Base:
    """The last `days` days up to the report date, in one scope; `temp` keeps what is made of them. LookupError when there is no such scope.

    The context says that only reports with windows are wanted.
    """
    column, number = base.scopes.place(scope)
    first_day = max(base.session_days.days - days, 0)
    history = base.sessions if column == "scope_all" else base.sessions.filter(base.sessions[column] == number)
    sessions = history.filter(history.day >= first_day)
    lines = base.lines
    if lines is not None:
        lines = lines.semi_join(sessions.filter(sessions.purchased), "id").select(*lines.columns)
    return replace(
        base,
        context=replace(base.context, windows=False, range_days=days),
        temp=temp,
        scopes=replace(base.scopes, only=scope),
        sessions=sessions,
        lines=lines,
        scope_history=history,
        shop_sessions=base.sessions.filter(base.sessions.day >= first_day),
        first_day=first_day,
        whole=base,
    )


def select_scope(base: Base, temp: TempTables, scope: str) -> Base:
    """One value of a dimension as if nothing else existed: customers, too, are those with a session there; `temp` keeps what is made of it.

    LookupError when there is no such scope, and for those that stand for several values or for none.
    """
    column, number = base.scopes.place(scope)
    name, _, value = scope.partition("=")
    source = next((dimension.source for dimension in base.scopes.dimensions if dimension.name == name), None)
    if source is None or value in (NONE, OTHER):
        raise LookupError(f"{scope!r} is not one value of a dimension")
    sessions = temp.materialize(base.sessions.filter(base.sessions[column] == number))
    lines = base.lines
    if lines is not None:
        lines = lines.semi_join(sessions.filter(sessions.purchased), "id").select(*lines.columns)
    return replace(
        base,
        temp=temp,
        scopes=replace(base.scopes, only=scope),
        sessions=sessions,
        refunds=base.refunds.filter(base.refunds[column] == number),
        customers=temp.materialize(base.customers.semi_join(sessions, "key").select(*base.customers.columns)),
        lines=lines,
        scope_history=sessions,
        shop_sessions=sessions,
        known=base.known.filter(base.known[source] == value),
        whole=None,
    )


def select_as_of(base: Base, temp: TempTables, day: dt.date) -> Base:
    """What was known of sessions at the end of an earlier day of the session range; `temp` keeps what is made of it.

    Scopes, customers and refunds stay those of `base`: this is for values of buyers, which are made of sessions alone.
    """
    days = day_range(base.session_days.first, day, base.context.shop.calendar)
    sessions = base.sessions.filter(base.sessions.day < days.days)
    context = replace(base.context, report_date=day)
    return replace(base, context=context, temp=temp, session_days=days, sessions=sessions, scope_history=sessions, shop_sessions=sessions)


def select_currency(base: Base, currency: str) -> Base:
    """The orders of one currency as a shop of its own, whose one scope is that of the currency. LookupError when there is no such scope."""
    scope = f"currency={currency}"
    base.scopes.place(scope)
    sessions = base.sessions.filter(base.sessions.purchased & (base.sessions.currency == currency))
    scopes = replace(base.scopes, only=scope)
    return replace(base, scopes=scopes, sessions=sessions, scope_history=sessions, shop_sessions=sessions)
