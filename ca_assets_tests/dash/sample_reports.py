"""A small sample shop as published reports: what pages read, without a load. Seeded; reports need not agree."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from ca_assets.analyses.core.family import catalogue
from ca_assets.analyses.core.report import ReportSet
from ca_assets.contracts.report_path import WINDOW_DAYS, ReportPath, window_suffix
from ca_assets_tests.dash import ab_test_rows, anomaly_rows, delivery_rows, sample_clv, sample_segments

LAST = dt.date(2024, 3, 13)
FIRST = dt.date(2023, 9, 4)
STEPS = ("sessions", "has_basket", "checkout", "payment", "purchased")
SHARES = (1.0, 0.42, 0.21, 0.16, 0.12)
PEOPLE = ("download", "signup", "newsletter", "first_session", "first_purchase")
FAMILIES = (
    *("funnels", "stats", "cohorts", "products", "promotions", "churn", "journey", "rfm", "segmentation"),
    *("clv", "anomalies", "delivery", "ab_tests"),
)
WINDOWS = ("", *(window_suffix(days) for days in WINDOW_DAYS))
Row = dict[str, Any]
Periods = Sequence[tuple[dt.date, bool, int]]
PRODUCTS = ("Assam 250 g", "Sencha 100 g", "Iron kettle with a very long name that no chart can show", "Cup", "Strainer", "Lemon & ginger",
            "Honey", "Matcha set", "Tin", "Rooibos 250 g", "Oolong", "Gift card")  # fmt: skip
PROMOTIONS = ("SPRING", "WELCOME10", "FREESHIP", "VIP", "SORRY5", "BLACKWEEK", "TEA2", "FRIENDS")


def days() -> list[dt.date]:
    return [FIRST + dt.timedelta(days=n) for n in range((LAST - FIRST).days + 1)]


def periods(grain: str) -> list[tuple[dt.date, bool, int]]:
    """First day, completeness and number of known days of each period."""
    if grain == "daily":
        return [(day, True, 1) for day in days()]
    start = (lambda d: d - dt.timedelta(days=d.weekday())) if grain == "weekly" else (lambda d: d.replace(day=1))
    firsts = sorted({start(day) for day in days()})
    return [(first, first != firsts[-1], sum(start(day) == first for day in days())) for first in firsts]


def sessions_rows(grain: str, size: float, random: np.random.Generator) -> Iterable[Row]:
    for first, complete, length in periods(grain):
        total = int(random.poisson(400 * size * length * (1 + 0.2 * np.sin(first.toordinal() / 20))))
        for order, (step, share) in enumerate(zip(STEPS, SHARES, strict=True)):
            count = total if order == 0 else int(random.binomial(total, share))
            rate = count / total if total else None
            yield {"period": first, "complete": complete, "step_order": order, "step": step, "sessions": count, "total_sessions": total,
                   "rate": rate, "rate_low": rate and rate * 0.9, "rate_high": rate and min(1.0, rate * 1.1)}  # fmt: skip


def hourly(steps: tuple[str, ...], column: str, size: float, extra: bool) -> Iterable[Row]:
    for hour in range(24):
        level = size * (20 + 18 * np.sin((hour - 8) / 24 * 2 * np.pi))
        for order, step in enumerate(steps):
            count = int(level * 190 / (order + 1))
            row = {"hour": hour, "step_order": order, "step": step, column: count, "days": 190, f"{column}_per_day": count / 190}
            yield row | ({"total_sessions": int(level * 190), "rate": 0.5, "rate_low": 0.4, "rate_high": 0.6} if extra else {})


def customers_rows(grain: str, size: float, random: np.random.Generator) -> Iterable[Row]:
    for first, complete, length in periods(grain):
        for order, step in enumerate(PEOPLE):
            yield {
                "period": first,
                "complete": complete,
                "step_order": order,
                "step": step,
                "customers": int(random.poisson(60 * size * length / (order + 1))),
            }


def conversion_rows(size: float) -> Iterable[Row]:
    months = [("month", first, complete) for first, complete, _ in periods("monthly")]
    for grain, first, complete in [*months, ("total", FIRST, True)]:
        entered = int(1800 * size) * (len(months) if grain == "total" else 1)
        mature = entered if complete else 0
        for order, (step, share) in enumerate((("download", 1.0), ("session", 0.8), ("purchase", 0.31))):
            rate = share if mature else None
            yield {"grain": grain, "period": first, "complete": complete, "step_order": order, "step": step, "entered": entered, "undecided": entered - mature,  # noqa: E501
                   "mature": mature, "customers": int(mature * share), "rate": rate, "rate_low": rate and rate - 0.02, "rate_high": rate and min(1, rate + 0.02),  # noqa: E501
                   "median_hours": 30.0 * order if mature else None, "p90_hours": 170.0 * order if mature else None}  # fmt: skip


def order_rows(grain: str, size: float, random: np.random.Generator) -> Iterable[Row]:
    for first, complete, length in periods(grain):
        weekend = 1.3 if grain == "daily" and first.weekday() >= 5 else 1
        yield {"period": first, "complete": complete, "orders": int(random.poisson(48 * size * length * weekend))}


def revenue_rows(grain: str, size: float, random: np.random.Generator, money: bool) -> Iterable[Row]:
    for first, complete, length in periods(grain):
        value = float(round(random.gamma(60, 32 * size * length), 2))
        row = {"revenue": value, "discount": value * 0.07, "refunds": value * 0.03, "net_revenue": value * 0.97}
        yield {"period": first, "complete": complete, **{key: cell if money else None for key, cell in row.items()}}


def weekly_rows(size: float, money: bool) -> dict[str, list[Row]]:
    weeks = [{"period": first, "complete": complete, "n": int(48 * size * length)} for first, complete, length in periods("weekly")]
    shared = [(week.pop("n"), week) for week in weeks]
    return {
        "weekly_sessions_per_customer": [w | {"sessions": 8 * n, "customers": 5 * n, "sessions_per_customer": 1.6} for n, w in shared],
        "weekly_orders_per_customer": [
            w | {"orders": n, "customers": 5 * n, "orders_per_customer": 0.2, "buyers": n - 1, "orders_per_buyer": 1.04} for n, w in shared
        ],
        "weekly_payment_amount": [
            w | {"orders": n, "revenue": n * 40.0 if money else None, "average_amount": 40 + n % 7 if money else None} for n, w in shared
        ],
    }


def kpi_rows(size: float, money: bool) -> list[Row]:
    values = {
        "orders": 9200,
        "revenue": 368_000.5,
        "visitors": 31_000,
        "discount": 25_000.0,
        "buyers": 6100,
        "refunds": 11_000.0,
        "net_revenue": 357_000.5,
    }
    rows = []
    for name, total in values.items():
        shown = money or name in ("orders", "visitors", "buyers")
        rows.append({"metric": name, "total": float(total) * size if shown else None, "last_7_days": total * size // 27 if shown else None,
                     "previous_7_days": total * size // 28.5 if shown else None, "change_rate": 28.5 / 27 - 1 if shown else None})  # fmt: skip  # noqa: E501
    return rows


def amounts(money: bool) -> list[Row]:
    bins = [
        {"bin": i, "amount_low": 5.0 * i, "amount_high": 5.0 * (i + 1), "customers": int(600 * np.exp(-(((i - 8) / 4) ** 2)))}
        for i in range(22)
    ]
    return [*bins, {"bin": 22, "amount_low": 110.0, "amount_high": None, "customers": 140}] if money else []


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


def cohort_revenue_rows(starts: Sequence[dt.date], last: dt.date, size: float, money: bool) -> Iterable[Row]:
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
    reports["revenue_weekly"] = list(cohort_revenue_rows(weeks, days[-1], size, money))
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
    table = [{"promotion_id": name, "orders": int(900 * size / (n + 1)), "client_orders": int(900 * size / (n + 1)), "customers": int(700 * size / (n + 1)), "revenue": 9000.0 / (n + 1) if money else None,  # noqa: E501
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


def scope_reports(size: float, seed: int, money: bool = True) -> dict[str, dict[str, list[Row]]]:
    """All reports of one scope by name and type."""
    random = np.random.default_rng(seed)
    grains = ("daily", "weekly", "monthly")
    funnels: dict[str, list[Row]] = {f"sessions_{g}": list(sessions_rows(g, size, random)) for g in grains}
    funnels |= {f"customers_{g}": list(customers_rows(g, size, random)) for g in grains}
    funnels |= {f"sessions_hourly{w}": list(hourly(STEPS, "sessions", size, True)) for w in WINDOWS}
    funnels |= {"customers_hourly": list(hourly(PEOPLE, "customers", size, False)), "customers_conversion": list(conversion_rows(size))}
    stats: dict[str, list[Row]] = {f"{g}_orders": list(order_rows(g, size, random)) for g in grains}
    stats |= {f"{g}_revenue": list(revenue_rows(g, size, random, money)) for g in grains} | weekly_rows(size, money)
    for window in WINDOWS:
        stats[f"hourly_orders{window}"] = [
            {"hour": h, "orders": 90 * h, "days": 190, "orders_per_day": 90 * h / 190 * size} for h in range(24)
        ]
        stats[f"hourly_revenue{window}"] = [
            {"hour": h, "revenue": 9.0 * h if money else None, "days": 9, "revenue_per_day": 1.0 * h if money else None} for h in range(24)
        ]
        stats[f"payment_amount_distribution{window}"] = amounts(money)
        stats[f"orders_per_customer{window}"] = [{"orders": k, "customers": int(4000 / k**2)} for k in range(1, 21)]
    stats["kpis"] = kpi_rows(size, money)
    return {"funnels": funnels, "stats": stats, **more(size, money)}


def more(size: float, money: bool) -> dict[str, dict[str, list[Row]]]:
    """The reports of the other families."""
    weeks, months = periods("weekly"), periods("monthly")
    return {
        "cohorts": cohorts(days(), [first for first, _, _ in weeks], size, money),
        "products": products(days(), months, size, money),
        "promotions": promotions(days(), size, money),
        "churn": churn(weeks, months, LAST, size),
        "journey": journey(size, money),
        "rfm": {"points": sample_segments.points(size, money)},
        "segmentation": sample_segments.segmentation(months, size, money),
        "clv": sample_clv.clv(LAST, size, money),
        "anomalies": anomaly_rows.anomalies({"daily": periods("daily"), "weekly": weeks}, STEPS, size, money),
        "delivery": delivery_rows.delivery(days(), size),
        "ab_tests": ab_test_rows.ab_tests(PROMOTIONS, [f"SKU-{n:02d}" for n in range(len(PRODUCTS))], LAST, size, money),
    }


def report_sets(
    scopes: dict[str, float],
    day: dt.date = LAST,
    money: Callable[[str], bool] = lambda _scope: True,
    families: Sequence[str] = FAMILIES,
) -> list[ReportSet]:
    """Finished report sets; `scopes` gives each scope's share of the shop."""
    made = {scope: scope_reports(size, seed, money(scope)) for seed, (scope, size) in enumerate(scopes.items())}
    return [ReportSet(name, day, _tables(name, made), tuple(scopes), json.loads("{}")) for name in families]


def _tables(name: str, made: dict[str, dict[str, dict[str, list[Row]]]]) -> dict[str, pa.Table]:
    types = {kind for reports in made.values() for kind in reports[name]}
    tables = {}
    for kind in types:
        rows = [{"scope": scope, **row} for scope, reports in made.items() for row in reports[name].get(kind, [])]
        tables[kind] = pa.Table.from_pylist(rows, schema=_schema(name, kind))
    return tables


def _schema(name: str, kind: str) -> pa.Schema:
    spec = catalogue()[str(ReportPath.parse(f"{name}/{kind}").whole)]
    return pa.schema([("scope", pa.string()), *spec.schema])
