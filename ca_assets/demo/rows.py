"""The demo shop's columns as Arrow tables, under the shop's own column names, and the shop.yaml that maps them.

Belongs here: names, ids, texts of the four sources. Does not belong here: drawing values, writing files.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import yaml
from numpy.typing import NDArray

from ca_assets.demo import words
from ca_assets.demo.population import Catalogue
from ca_assets.demo.rides import Rides
from ca_assets.demo.season import Ints
from ca_assets.demo.visits import Flags, Lines, Visits

Format = Literal["csv", "parquet"]
TIME = pa.timestamp("s")
SESSIONS = pa.schema(
    [("order_id", pa.string()), ("customer", pa.string()), ("started_at", TIME), ("ended_at", TIME)]
    + [(name, pa.string()) for name in ("ship_country", "device", "channel")]
    + [(name, pa.bool_()) for name in (*words.ACTIONS, "purchased")]
    + [("amount", pa.float64()), ("discount", pa.float64()), ("voucher", pa.string()), ("refunded", pa.float64()), ("refunded_at", TIME)]
)
CUSTOMERS = pa.schema([("customer", pa.string()), ("first_seen", TIME), ("signed_up", TIME), ("newsletter_at", TIME)])
LINES = pa.schema(
    [(name, pa.string()) for name in ("order_id", "sku", "title", "category")] + [("unit_price", pa.float64()), ("qty", pa.int64())]
)
DELIVERIES = pa.schema(
    [
        ("order_id", pa.string()),
        *((name, TIME) for name in ("packed_at", "delivered_at", "promised_at", "returned_at")),
        ("lat", pa.float64()),
        ("lon", pa.float64()),
    ]
)
SCHEMAS = {"sessions": SESSIONS, "customers": CUSTOMERS, "lines": LINES, "deliveries": DELIVERIES}


def ids(prefix: str, numbers: Ints, width: int = 8) -> pa.Array:
    """`prefix` and the number, filled with zeros to `width`."""
    digits = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), width=width, padding="0")
    return pc.binary_join_element_wise(prefix, digits, "")


def times(seconds: Ints) -> pa.Array:
    """UTC seconds as naive timestamps; negative ones are null."""
    return pa.array(seconds, mask=seconds < 0).cast(TIME)


def texts(names: list[str], codes: Ints) -> pa.Array:
    """Names by code; null for negative codes."""
    return pa.array(names, pa.string()).take(pa.array(codes, mask=codes < 0))


def sessions_table(visits: Visits, first_id: int, names: tuple[list[str], ...], vouchers: list[str]) -> pa.Table:
    """A month's sessions; ids count on from `first_id`."""
    has_refund = visits.refund > 0
    columns = [
        ids("W", first_id + np.arange(len(visits.client))),
        ids("C", visits.client, 7),
        times(visits.start),
        times(visits.end),
        *(texts(known, codes) for known, codes in zip(names, (visits.country, visits.device, visits.channel), strict=True)),
        *(pa.array(step) for step in visits.steps),
        pa.array(visits.amount),
        pa.array(visits.discount),
        texts(vouchers, visits.voucher),
        pa.array(visits.refund, mask=~has_refund),
        times(visits.refunded_at),
    ]
    return pa.Table.from_arrays(columns, schema=SESSIONS)


def lines_table(lines: Lines, first_id: int, goods: Catalogue) -> pa.Table:
    """A month's basket lines."""
    known = [texts(column, lines.product) for column in (goods.sku, goods.title, goods.category)]
    columns = [ids("W", first_id + lines.session), *known, pa.array(lines.price), pa.array(lines.quantity)]
    return pa.Table.from_arrays(columns, schema=LINES)


def deliveries_table(rides: Rides, first_id: int) -> pa.Table:
    """A month's deliveries."""
    moments = [times(column) for column in (rides.packed, rides.delivered, rides.promised, rides.returned)]
    columns = [ids("W", first_id + rides.session), *moments, pa.array(rides.latitude), pa.array(rides.longitude)]
    return pa.Table.from_arrays(columns, schema=DELIVERIES)


def customers_table(numbers: Ints, first_seen: Ints, signed_up: Ints, newsletter: Ints) -> pa.Table:
    """Customer rows; seconds, negative for none."""
    return pa.Table.from_arrays([ids("C", numbers, 7), times(first_seen), times(signed_up), times(newsletter)], schema=CUSTOMERS)


def select(table: pa.Table, mask: Flags | NDArray[np.bool_]) -> pa.Table:
    """The rows where `mask` is true."""
    return table.filter(pa.array(mask))


def shop_yaml(form: Format) -> str:
    """The shop.yaml of the demo shop (docs/contract, section 10)."""

    def source(stem: str, **more: Any) -> dict[str, Any]:
        return {"kind": form, "path": f"{stem}.{form}", "timezone": "UTC", **more}

    sessions = {"id": "order_id", "client": "customer", "session_start_date": "started_at", "date": "ended_at", "payment_amount": "amount"}
    sessions |= {"discount_amount": "discount", "has_purchased": "purchased", "promotion_id": "voucher"}
    sessions |= {"refund_amount": "refunded", "refund_date": "refunded_at"}
    dimensions = {"country": "ship_country", "device": "device", "channel": "channel"}
    actions = dict(zip(words.ACTIONS, words.ACTIONS, strict=True))
    customers = {"client": "customer", "download_date": "first_seen", "signup_date": "signed_up"}
    baskets = {
        "id": "order_id",
        "product": "sku",
        "price": "unit_price",
        "category": "category",
        "quantity": "qty",
        "product_name": "title",
    }
    deliveries = {"id": "order_id", "delivery_date": "delivered_at", "prepare_date": "packed_at", "return_date": "returned_at"}
    deliveries |= {"promised_date": "promised_at", "latitude": "lat", "longitude": "lon"}
    shop = {
        "name": words.SHOP_NAME,
        "calendar": {"timezone": words.TIMEZONE, "week_start": "monday"},
        "currency": words.CURRENCY,
        # Not everybody signs up or takes the newsletter: as steps of the true funnel they would end the way.
        "settings": {"conversion_steps": ["download", "session", "purchase"]},
        "sources": {
            "sessions": source("sessions", columns=sessions, dimensions=dimensions, actions=actions),
            "customers": source("customers", columns=customers, actions={"newsletter": "newsletter_at"}),
            "baskets": source("lines", columns=baskets),
            "deliveries": source("deliveries", columns=deliveries),
        },
    }
    return yaml.safe_dump(shop, sort_keys=False, allow_unicode=True, default_flow_style=None, width=140)
