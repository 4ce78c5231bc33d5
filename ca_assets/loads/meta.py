"""What is recorded with a publication, for readers that have the index alone (pages, exports)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from ca_assets.loads.session import LoadSession
from ca_assets.shop import Shop
from ca_assets.storage.generation import generation_meta


def publication_meta(session: LoadSession, scope_values: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """JSON values: the shop's mapping and calendar, report date, time and counts of the load that the reports stand on.

    The report date is the default one: a load as of another day does not make that day the newest.
    """
    shop, load = session.shop, session.newest_load()
    return generation_meta(
        shop,
        session.default_date,
        dt.datetime.fromisoformat(load["loaded_at"]),
        scope_values,
        counts=load["counts"],
        settings=shop.settings.model_dump(mode="json"),
        **mapped_parts(shop),
    )


def mapped_parts(shop: Shop) -> dict[str, bool]:
    """Which optional parts are mapped."""
    return {
        "has_signup": shop.mapped("customers", "signup_date"),
        "has_promotion": shop.mapped("sessions", "promotion_id"),
        "has_refunds": shop.mapped("sessions", "refund_amount"),
        "has_baskets": shop.sources.baskets is not None,
        "has_customers": shop.sources.customers is not None,
        "has_deliveries": shop.sources.deliveries is not None,
    }
