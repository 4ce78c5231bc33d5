"""Which alarms a load raises (docs/contract, section 2), from what cleaning counted and one pass over the sessions by client.

Belongs here: the limits, and finding an example where there is an alarm. How an alarm is said: `ca_assets.contracts.alarms`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import ibis

from ca_assets.cleaning.duplicates import FURTHER_LINE, KEYS
from ca_assets.contracts.alarms import COMMAS, DUPLICATES, ONE_CLIENT, REJECTED, SHOWN_CHARACTERS, UNKNOWN_CLIENTS, Alarm
from ca_assets.shop import Shop

ROWS_SHARE, CLIENT_SHARE, COMMA_SHARE = 20, 50, 100  # more than one in so many
CLIENT_ORDERS, MOST_CLIENTS = 20, 50
NOBODY = ("0", "undefined", "null", "none", "nan", "(not set)", "guest")
LEFT_OTHERWISE = {"duplicate", "orphan", FURTHER_LINE}
Counts = Mapping[str, Mapping[str, int]]


def row_alarms(shop: Shop, counts: Counts, reasons: Counts, rejects: ibis.Table) -> Iterator[Alarm]:
    """Too many rows of a source rejected for one reason, or displaced by another row with the same key."""
    for source, found in counts.items():
        for reason, rows in reasons[source].items():
            if rows * ROWS_SHARE <= found["read"] or (reason in LEFT_OTHERWISE and not _is_odd(shop, source, reason)):
                continue
            first = rejects.filter((rejects.source == source) & (rejects.reason == reason)).order_by("line", "row").limit(1)
            example = first.to_pyarrow().to_pylist()[0]
            if reason == "duplicate":
                yield Alarm(source, DUPLICATES, rows, found["read"], _shown(json.loads(example["row"]).get(KEYS[source])))
            else:
                where = f"line {example['line']}: " if example["line"] is not None else ""
                yield Alarm(source, f"{REJECTED} {reason}", rows, found["read"], _shown(where + str(example["message"])))


def _is_odd(shop: Shop, source: str, reason: str) -> bool:
    """Whether duplicates of a source are not what its mapping says that there are."""
    config = getattr(shop.sources, source, None)
    if config is None:  # events: clients send them again, and two tell the same
        return False
    return reason == "duplicate" and config.versions is None and "updated_at" not in config.columns


def clients(sessions: ibis.Table) -> ibis.Table:
    """Per client (null: guests): his orders, those with a promotion, those whose promotion has a comma, and one of these."""
    is_order, promotion = sessions["has_purchased"], sessions["promotion_id"]
    has_comma = is_order & promotion.contains(",").fill_null(False)
    return sessions.group_by("client").agg(
        orders=sessions.count(where=is_order),
        promoted=sessions.count(where=is_order & promotion.notnull()),
        commas=sessions.count(where=has_comma),
        comma=promotion.min(where=has_comma),
    )


def session_alarms(found: ibis.Table, counts: Counts, customers: ibis.Table | None) -> Iterator[Alarm]:
    """From `clients`, written down: no client is known, one client has too many orders, promotions are lists."""
    sums = {name: found[name].sum().fill_null(0) for name in ("orders", "promoted", "commas")}
    (totals,) = found.agg(clients=found["client"].count(), comma=found["comma"].min(), **sums).to_pyarrow().to_pylist()
    if customers is not None and 0 < totals["clients"] == counts["sessions"]["unknown_clients"]:
        yield Alarm("sessions", UNKNOWN_CLIENTS, totals["clients"], totals["clients"], look_alikes(found, customers))
    for each in _crowds(found, totals["orders"]):
        yield Alarm("sessions", ONE_CLIENT, each["orders"], totals["orders"], _shown(each["client"]))
    if totals["commas"] * COMMA_SHARE > totals["promoted"]:
        yield Alarm("sessions", COMMAS, totals["commas"], totals["promoted"], _shown(totals["comma"]))


def _crowds(found: ibis.Table, orders: int) -> list[dict[str, Any]]:
    """Clients with more orders than a person has, and those whose name says that they are nobody; those with most orders first."""
    is_large = (found["orders"] > CLIENT_ORDERS) & (found["orders"] * CLIENT_SHARE > orders)
    is_nobody = found["client"].lower().isin(NOBODY) & (found["orders"] > 0)
    crowds = found.filter(found["client"].notnull() & (is_large | is_nobody)).select("client", "orders")
    rows: list[dict[str, Any]] = crowds.order_by(ibis.desc("orders"), "client").limit(MOST_CLIENTS).to_pyarrow().to_pylist()
    return rows


def look_alikes(found: ibis.Table, customers: ibis.Table) -> str | None:
    """A client of sessions and one of customers that are the same but for case, zeros and signs, in words; None without such a pair."""
    here = found.select(here=found["client"], _here=_core(found["client"]))
    there = customers.select(there=customers["client"], _there=_core(customers["client"]))
    pairs = here.join(there, here["_here"] == there["_there"]).select("here", "there").order_by("here", "there").limit(1)
    for pair in pairs.to_pyarrow().to_pylist():
        return f"{_shown(pair['here'])!r} in sessions looks like {_shown(pair['there'])!r} in customers"
    return None


def _core(client: Any) -> Any:
    plain = client.lower().re_replace(r"\.0+$", "").re_replace(r"[^\p{L}\p{N}]", "")
    return plain.re_replace("^0+", "").nullif("")


def _shown(text: Any) -> str | None:
    return None if text is None else str(text)[:SHOWN_CHARACTERS]
