"""One scope and a window of any length out of base tables that were made for all scopes and days.

By the contract (section 1, Windows) a window is computed as if only its sessions existed, but first orders stay those of the whole
history. So the families' own code makes the reports of any range: it is given base tables that hold nothing else.
"""

from __future__ import annotations

from dataclasses import replace

from ca_assets.analyses.core.base import Base
from ca_assets.analyses.core.temp_tables import TempTables


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
    )
