"""What is said wherever a figure begins at the download and no customers source tells when that was. Words only, for every reader.

The rule itself (docs/contract, section 2): without a customers source the download is the first session; with one, clients whom it does not
know have no download.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FROM_DOWNLOAD = "Without a customers source the download is the first session; with one, clients whom it does not know have no download."
NO_CUSTOMERS = "No customers source is connected: the download date is the customer’s first session."


def guest_note(meta: Mapping[str, Any]) -> str:
    """Of a report's meta: how many orders have no client, where figures of customers leave them out; empty when all have one."""
    orders, share = meta.get("guest_orders") or 0, meta.get("guest_orders_share") or 0.0
    return f"Without the shop’s {orders:,} guest order{'' if orders == 1 else 's'} ({share:.1%})" if orders else ""


def download_notes(meta: Mapping[str, Any]) -> list[str]:
    """Of a publication's meta (`has_customers`, `counts`): what its readers must know of downloads; nothing when all are known."""
    if meta.get("has_customers") is False:
        return [NO_CUSTOMERS]
    sessions = (meta.get("counts") or {}).get("sessions") or {}
    clients, count = sessions.get("unknown_clients") or 0, sessions.get("unknown_client_sessions") or 0
    if not clients:
        return []
    them, visits = ("customer", "is") if clients == 1 else ("customers", "are"), "visit" if count == 1 else "visits"
    missing = f"{clients:,} {them[0]} ({count:,} {visits}) {them[1]} missing from your customer list"
    return [f"{missing}, so figures that start at the download leave them out."]
