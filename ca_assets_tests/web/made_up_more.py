"""The made-up shop's cohorts, products, promotions, churn and journey: rows as published, seeded; reports need not agree."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

Row = dict[str, Any]
Periods = Sequence[tuple[dt.date, bool, int]]
PRODUCTS = ("Assam 250 g", "Sencha 100 g", "Iron kettle with a very long name that no chart can show", "Cup", "Strainer", "Lemon & ginger",
            "Honey", "Matcha set", "Tin", "Rooibos 250 g", "Oolong", "Gift card")  # fmt: skip
PROMOTIONS = ("SPRING", "WELCOME10", "FREESHIP", "VIP", "SORRY5", "BLACKWEEK", "TEA2", "FRIENDS")
WINDOWS = ("", "@7d", "@28d", "@90d", "@365d")


def cohort_rows(starts: Sequence[dt.date], unit_days: int, last: dt.date, size: float, event: int) -> Iterable[Row]:
    """Cells of each cohort until `last`; of weeks the newest cell of each row is not over."""
    offset_name = "offset_days" if unit_days == 1 else "offset_weeks"
    for place, start in enumerate(starts):
        count = int(size * unit_days * (40 + 10 * np.sin(place)) / (event + 1))
        for offset in range(16):
            begins = start + dt.timedelta(days=unit_days * offset)
            if begins > last or count == 0:
                continue
            customers = int(count * 0.3 / (offset + 1))
            yield {"cohort": start, "complete": start + dt.timedelta(days=unit_days - 1) <= last, "size": count,
                   "excluded": 2 if event == 0 else 0, offset_name: offset, "customers": customers, "share": customers / count,
                   "mature": begins + dt.timedelta(days=unit_days - 1) <= last}  # fmt: skip


def revenue_rows(starts: Sequence[dt.date], last: dt.date, size: float, money: bool) -> Iterable[Row]:
    for row in cohort_rows(starts, 7, last, size, 0):
        value = 12.5 * row["size"] * np.sqrt(row["offset_weeks"] + 1) if money else None
        row.pop("customers"), row.pop("share")
        yield row | {"cumulative_net_revenue": value, "net_revenue_per_customer": value / row["size"] if value else None}


def survival_rows(size: float) -> Iterable[Row]:
    for order in range(4):
        for day in range(190):
            share = 0.5 * (1 - np.exp(-day / (30 + 10 * order)))
            band = (share * 0.94, min(1.0, share * 1.06)) if share else (None, None)
            yield {"from_order": order, "day": day, "customers": int(5000 * size / (order + 1)), "at_risk": int(4000 * size * (1 - share)),
                   "events": 5, "share": share, "share_low": band[0], "share_high": band[1]}  # fmt: skip


def cohorts(days: Sequence[dt.date], weeks: Sequence[dt.date], size: float, money: bool) -> dict[str, list[Row]]:
    reports: dict[str, list[Row]] = {"next_order_survival": list(survival_rows(size)), "revenue_weekly": []}
    reports["revenue_weekly"] = list(revenue_rows(weeks, days[-1], size, money))
    for event in range(4):
        reports[f"daily_{event}_{event + 1}"] = list(cohort_rows(days, 1, days[-1], size, event))
        reports[f"weekly_{event}_{event + 1}"] = list(cohort_rows(weeks, 7, days[-1], size, event))
    return reports


def products(days: Sequence[dt.date], months: Periods, size: float, money: bool) -> dict[str, list[Row]]:
    top = [{"product": f"SKU-{n:02d}", "product_name": name, "orders": int(900 * size / (n + 1)), "units": 1100.0 * size / (n + 1),
            "line_value": 9000.0 * size / (n + 2) if money else None, "customers": int(700 * size / (n + 1))}
           for n, name in enumerate(PRODUCTS)]  # fmt: skip
    rest = {
        "product": "__other__",
        "product_name": None,
        "orders": 400,
        "units": 500.0,
        "line_value": 3000.0 if money else None,
        "customers": 300,
    }
    categories = [{**{k: v for k, v in row.items() if not k.startswith("product")}, "category": name}
                  for row, name in zip(top, ("Tea", "Kettles", "__none__", "Cups"), strict=False)]  # fmt: skip
    pairs = [{"product_a": f"SKU-{a:02d}", "product_b": f"SKU-{b:02d}", "orders": 60 - a - b, "orders_a": 300, "orders_b": 200, "total_orders": 4000,  # noqa: E501
              "support": 0.01, "confidence_ab": 0.2, "confidence_ba": 0.3, "lift": 3.0 - 0.1 * (a + b)} for a in range(5) for b in range(a + 1, 6)]  # fmt: skip  # noqa: E501
    daily = [{"period": day, "complete": True, "product": row["product"], "orders": (day.toordinal() + n) % 9, "units": 3.0, "line_value": 25.0 if money else None}  # noqa: E501
             for day in days for n, row in enumerate([*top[:10], rest])]  # fmt: skip
    months_ = [{"period": first, "complete": complete, "orders": 40 * length, "orders_with_lines": 39 * length, "line_value": 1500.0 * length if money else None,  # noqa: E501
                "revenue": 1400.0 * length if money else None, "discount": 90.0 * length if money else None, "difference": -100.0 * length if money else None}  # noqa: E501
               for first, complete, length in months]  # fmt: skip
    reports: dict[str, list[Row]] = {"daily_products": daily, "line_value_monthly": months_}
    for window in WINDOWS:
        reports |= {f"top_products{window}": [*top, rest], f"top_categories{window}": categories, f"product_pairs{window}": pairs}
    return reports


def promotions(days: Sequence[dt.date], size: float, money: bool) -> dict[str, list[Row]]:
    names = ("__none__", *PROMOTIONS)
    table = [{"promotion_id": name, "orders": int(900 * size / (n + 1)), "customers": int(700 * size / (n + 1)), "revenue": 9000.0 / (n + 1) if money else None,  # noqa: E501
              "discount": 800.0 * n / 9 if money else None, "average_amount": 41.5 if money else None, "first_orders": int(200 * size / (n + 1)),  # noqa: E501
              "first_order_rate": 0.22, "first_order_rate_low": 0.2, "first_order_rate_high": 0.25, "orders_per_customer": 1.3}
             for n, name in enumerate(names)]  # fmt: skip
    share = {
        "orders": 48,
        "promoted_orders": 12,
        "organic_orders": 36,
        "promoted_rate": 0.25,
        "promoted_rate_low": 0.16,
        "promoted_rate_high": 0.38,
    }
    daily = [{"period": day, "complete": True, "promotion_id": name, "orders": 5, "revenue": 90.0 + n if money else None, "discount": 8.0 if money else None}  # noqa: E501
             for day in days for n, name in enumerate(names)]  # fmt: skip
    reports: dict[str, list[Row]] = {"daily_share": [{"period": day, "complete": True, **share} for day in days], "daily_revenue": daily}
    for window in WINDOWS:
        reports |= {f"summary{window}": table, f"hourly_share{window}": [{"hour": hour, "days": 7, **share} for hour in range(24)]}
    return reports


def churn_row(place: int, size: float) -> Row:
    is_known = place > 0
    customers = int(2000 * size * (place + 1))
    engaged = int(customers * 0.4)
    rate = 1 - engaged / customers if is_known and customers else None
    return {"frequency_hours": 400.0 + 20 * place if is_known else None, "repeat_customers": 40 * place, "customers": customers,
            "engaged": engaged if is_known else None, "engaged_rate": 1 - rate if rate is not None else None, "churn_rate": rate,
            "churn_rate_low": rate and rate * 0.95, "churn_rate_high": rate and rate * 1.05}  # fmt: skip


def churn(weeks: Periods, months: Periods, last: dt.date, size: float) -> dict[str, list[Row]]:
    opening, bridge = 0, []
    for place, (first, complete, length) in enumerate(months):
        new, back, lapsed = int(20 * length * size), int(3 * length * size), int(opening * 0.4)
        closing = opening + new + back - lapsed
        bridge.append({"period": first, "complete": complete, "frequency_hours": 400.0 if place else None, "opening": opening, "new": new, "reactivated": back,  # noqa: E501
                       "lapsed": lapsed, "closing": closing, "new_lapsed": int(4 * length * size)})  # fmt: skip
        opening = closing
    series = {grain: [{"period": first, "complete": complete, **churn_row(place, size)} for place, (first, complete, _) in enumerate(periods)]  # noqa: E501
              for grain, periods in (("weekly", weeks), ("monthly", months))}  # fmt: skip
    return {**series, "overall": [{"report_date": last, **churn_row(9, size)}], "customer_bridge_monthly": bridge}


def journey(size: float, money: bool) -> dict[str, list[Row]]:
    def step(order: int, name: str, customers: int, hours: float, amount: float | None) -> Row:
        return {"step_order": order, "step": name, "customers": customers, "average_hours": hours, "hours_customers": customers,
                "average_amount": amount if money else None, "orders_per_buyer": 3.4 if size else None}  # fmt: skip

    first = step(0, "download", int(8000 * size), 0.0, None)
    orders = [step(k, f"order_{k}", int(5000 * size / k), 120.0 * k, 38.5 + k) for k in range(1, 4)]
    return {"average": [first, *orders, step(4, "since_last_order", int(5000 * size), 900.0, None)] if size else [first]}
