"""One row per key: which of the rows with the same key stays (REPORTS.md section 2, Duplicates). Row order never decides.

Text order is by code point (the engine compares bytes of UTF-8), false < true, null is smallest where the largest stays.
"""

from __future__ import annotations

from typing import Any

import ibis

from ca_assets.tables.typed import SourceRules

KEYS = {"sessions": "id", "customers": "client", "deliveries": "id"}
SESSION_ORDER = ("has_purchased", "session_start_date", "date", "payment_amount", "discount_amount", "client", "promotion_id")


def losers(accepted: ibis.Table, rules: SourceRules) -> ibis.Table:
    """`_row` of the rows that another row with the same key displaces. Only keys that occur twice are ranked."""
    key = KEYS[rules.name]
    twice = accepted.group_by(key).agg(copies=accepted.count()).filter(lambda t: t.copies > 1)
    candidates = accepted.semi_join(twice, key)
    place = ibis.row_number().over(group_by=key, order_by=_order(candidates, rules))
    return candidates.mutate(_place=place).filter(lambda t: t["_place"] > 0).select("_row")


def _order(table: ibis.Table, rules: SourceRules) -> list[Any]:
    names = [field.name for field in rules.all_fields if field.name != KEYS[rules.name]]
    if rules.name == "customers":
        return [*(ibis.asc(table[name], nulls_first=False) for name in names), table["_row"]]
    if rules.name == "sessions":
        lists = [name for name in names if name.startswith(("dimensions.", "actions."))]
        names = list(dict.fromkeys([*SESSION_ORDER, *lists, *names]))
    return [*(ibis.desc(table[name], nulls_first=False) for name in names), table["_row"]]
