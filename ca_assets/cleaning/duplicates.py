"""One row per key: which of the rows with the same key stays (docs/contract, section 2, Duplicates). Row order never decides.

Text order is by code point (the engine compares bytes of UTF-8), false < true, null is smallest where the largest stays.
"""

from __future__ import annotations

from typing import Any

import ibis

from ca_assets.cleaning.parse import SourceRules
from ca_assets.contracts.sources import UPDATED_AT

FURTHER_LINE = "further_line"
KEYS = {"sessions": "id", "customers": "client", "deliveries": "id"}
SESSION_ORDER = ("has_purchased", "session_start_date", "date", "payment_amount", "discount_amount", "client", "promotion_id")


def duplicate_rows(accepted: ibis.Table, rules: SourceRules) -> ibis.Table:
    """`_row` of the rows that another row with the same key displaces. Only keys that occur twice are ranked."""
    key = KEYS[rules.name]
    repeated = accepted.group_by(key).agg(copies=accepted.count()).filter(lambda t: t.copies > 1)
    candidates = accepted.semi_join(repeated, key)
    rank = ibis.row_number().over(group_by=key, order_by=[*_newest_first(candidates, rules), *_order(candidates, rules)])
    return candidates.mutate(_rank=rank).filter(lambda t: t["_rank"] > 0).select("_row")


def has_versions(rules: SourceRules) -> bool:
    """Whether the source says which of several versions of a row is the newest."""
    return rules.config.versions is not None or UPDATED_AT.name in rules.config.columns


def outdated_lines(accepted: ibis.Table, rules: SourceRules) -> ibis.Table:
    """`_row` of the basket lines of an order of which there are later ones: in a later file, or with a later `updated_at`.

    Only orders with lines of several versions are ranked.
    """
    marks = [accepted["_file"].fill_null("").nunique(), accepted[UPDATED_AT.name].nunique()]
    known = accepted[UPDATED_AT.name].count()
    several = accepted.group_by("id").agg(files=marks[0], moments=marks[1], dated=known, rows=accepted.count())
    several = several.filter((several.files > 1) | (several.moments > 1) | ((several.dated > 0) & (several.dated < several.rows)))
    candidates = accepted.semi_join(several, "id")
    rank = ibis.rank().over(group_by="id", order_by=_newest_first(candidates, rules))
    return candidates.mutate(_rank=rank).filter(lambda t: t["_rank"] > 0).select("_row")


def _newest_first(table: ibis.Table, rules: SourceRules) -> list[Any]:
    """By file (its path in the folder, by code point) where each file is a whole later export, then by `updated_at`, null smallest."""
    by_file = [ibis.desc(table["_file"].fill_null(""))] if rules.config.versions == "by_file" else []
    by_moment = [ibis.desc(table[UPDATED_AT.name], nulls_first=False)] if UPDATED_AT.name in rules.config.columns else []
    return [*by_file, *by_moment]


def further_lines(lacking: ibis.Table, accepted: ibis.Table, key: str) -> ibis.Table:
    """`_row` of the rows that lack values and whose key an accepted row of the same file has: an order's further lines in an export."""
    first = accepted.select(_key=accepted[key], _of=accepted["_file"].fill_null("")).distinct()
    return lacking.semi_join(first, [lacking[key] == first["_key"], lacking["_file"].fill_null("") == first["_of"]]).select("_row")


def _order(table: ibis.Table, rules: SourceRules) -> list[Any]:
    """The row that stays comes first: of customers the smallest, of others the largest."""
    names = [field.name for field in rules.all_fields if field.name not in (KEYS[rules.name], UPDATED_AT.name)]
    if rules.name == "customers":
        return [*(ibis.asc(table[name], nulls_first=False) for name in names), table["_row"]]
    if rules.name == "sessions":
        lists = [name for name in names if name.startswith(("dimensions.", "actions."))]
        names = list(dict.fromkeys([*SESSION_ORDER, *lists, *names]))
    return [*(ibis.desc(table[name], nulls_first=False) for name in names), table["_row"]]
