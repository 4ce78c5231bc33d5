"""The shop's own lines (name, business time zone, first day of the week, currency), asked for where sessions are connected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from ca_assets.shop import WEEKDAYS, ShopError
from ca_assets.zones import zone_names
from ca_dash.settings import forms

KEYS = ("name", "timezone", "week_start", "currency")


def shop_fields(values: Mapping[str, Any]) -> html.Div:
    """The fields, with what a shop.yaml says (its values), or what is usual."""
    calendar = values.get("calendar") or {}
    zones = [(zone, zone) for zone in sorted(zone_names())]
    days = [(day, day.capitalize()) for day in WEEKDAYS]
    fields = [
        forms.text_field(_id("name"), "Name of the shop", str(values.get("name", "My shop")), required=True, debounce=600),
        forms.choice_field(
            _id("timezone"),
            "Business time zone",
            zones,
            calendar.get("timezone", "UTC"),
            hint="In which a day begins and ends",
            required=True,
        ),
        forms.choice_field(_id("week_start"), "A week begins on", days, calendar.get("week_start", "monday")),
        forms.text_field(
            _id("currency"),
            "Currency",
            str(values.get("currency", "EUR")),
            hint="Of amounts without a currency column, such as EUR",
            debounce=600,
        ),
    ]
    return html.Div(fields, className="ca-map")


def shop_values(values: Sequence[Any]) -> dict[str, Any]:
    """Lines of shop.yaml from the values of the fields in the order of `KEYS`; none where the page has no such fields. Raises ShopError."""
    if not values:
        return {}
    name, timezone, week_start, currency = (str(value or "").strip() for value in values)
    if not name:
        raise ShopError("The shop needs a name.")
    return {"name": name, "calendar": {"timezone": timezone or "UTC", "week_start": week_start or "monday"}, "currency": currency or "EUR"}


def _id(key: str) -> dict[str, str]:
    return {"type": "shop-field", "key": key}
