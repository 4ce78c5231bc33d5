"""`kind: events` in shop.yaml: what it may say, and what the sources that are built of the same events have in common.

A shop says where its events are under `sources.sessions`. Customers and baskets are built of them too unless shop.yaml says otherwise
(another kind, or null), and so is what only events tell (`product_activity`). Columns have the names that are built.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from ca_assets.contracts.sources import table_fields

KIND = "events"
PLACE = ("path", "url", "table", "query")
SESSION_COLUMNS = (
    *("id", "client", "session_start_date", "date", "payment_amount", "discount_amount", "has_purchased", "promotion_id", "currency"),
    *("refund_amount", "refund_date"),
)
# Steps of a session in funnel order, by the event that is one.
ACTIONS = {
    "has_viewed_promotion": "Promotion Viewed",
    "has_clicked_promotion": "Promotion Clicked",
    "has_clicked_product": "Product Clicked",
    "has_viewed_product": "Product Viewed",
    "has_basket": "Product Added",
    "has_voucher": "Coupon Applied",
    "has_checkout": "Checkout Started",
    "has_payment": "Payment Info Entered",
}
CUSTOMER_ACTIONS = {"first_basket": "first_basket"}
PathOfMessage = Annotated[str, Field(pattern=r"^\w[\w -]*(\.[\w -]+)*$", max_length=200)]


class EventsConfig(BaseModel):
    """How events are read. A visit ends after `gap_minutes` without an event; `server_keys`, `browser_keys`: names of write keys whose
    events are a server's, or a browser's, whatever library they say. `paths`, `names`: those of sessions' dimensions and actions."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    gap_minutes: int = Field(30, ge=1, le=1440)
    server_keys: tuple[str, ...] = ()
    browser_keys: tuple[str, ...] = ()
    paths: tuple[PathOfMessage, ...] = ()
    names: tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] = ()


def with_event_sources(sources: Any) -> Any:
    """`sources` of a shop.yaml with those that are built of the events of its sessions; anything else as it is."""
    if not isinstance(sources, dict):
        return sources
    sessions = sources.get("sessions")
    if not isinstance(sessions, dict) or sessions.get("kind") != KIND:
        return sources
    sessions = {"columns": _same(SESSION_COLUMNS), "actions": ACTIONS, **sessions}
    shared = {key: sessions[key] for key in PLACE if sessions.get(key) is not None}
    shared["events"] = {
        **(sessions.get("events") or {}),
        "paths": _distinct(sessions.get("dimensions")),
        "names": _distinct(sessions.get("actions")),
    }
    activity = {"kind": KIND, "columns": _columns("product_activity")}
    lines = {"columns": _columns("baskets")}
    people = {"columns": _same(("client", "download_date", "signup_date")), "actions": CUSTOMER_ACTIONS}
    result = {**sources, "sessions": {**sessions, **shared}, "product_activity": {**activity, **shared}}
    for name, defaults in (("customers", people), ("baskets", lines)):
        given = sources.get(name, {"kind": KIND})
        if isinstance(given, dict) and given.get("kind") == KIND:
            result[name] = {**defaults, **{key: value for key, value in given.items() if key not in PLACE}, **shared}
    return result


def _columns(source: str) -> dict[str, str]:
    return _same([field.name for field in table_fields(source)])


def _same(names: Any) -> dict[str, str]:
    return {name: name for name in names}


def _distinct(names: Any) -> list[str]:
    """The values of a mapping, or a list, without those that differ in case only."""
    values = list(names.values()) if isinstance(names, dict) else list(names or ())
    return list({str(value).lower(): value for value in values}.values())
