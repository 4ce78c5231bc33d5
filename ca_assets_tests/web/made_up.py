"""A small made-up shop as published reports: what pages read, without a load. Seeded; reports need not agree."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pyarrow as pa

from ca_assets.analyses.report import ReportSet
from ca_assets_tests.web import made_up_more

LAST = dt.date(2024, 3, 13)
FIRST = dt.date(2023, 9, 4)
STEPS = ("sessions", "has_basket", "checkout", "payment", "purchased")
SHARES = (1.0, 0.42, 0.21, 0.16, 0.12)
PEOPLE = ("download", "signup", "newsletter", "first_session", "first_purchase")
FAMILIES = ("funnels", "stats", "cohorts", "products", "promotions", "churn", "journey")
WINDOWS = ("", "@7d", "@28d", "@90d", "@365d")
Row = dict[str, Any]


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
        "cohorts": made_up_more.cohorts(days(), [first for first, _, _ in weeks], size, money),
        "products": made_up_more.products(days(), months, size, money),
        "promotions": made_up_more.promotions(days(), size, money),
        "churn": made_up_more.churn(weeks, months, LAST, size),
        "journey": made_up_more.journey(size, money),
    }


def report_sets(scopes: dict[str, float], day: dt.date = LAST, money: Callable[[str], bool] = lambda _scope: True) -> list[ReportSet]:
    """Finished report sets; `scopes` gives each scope's share of the shop."""
    made = {scope: scope_reports(size, seed, money(scope)) for seed, (scope, size) in enumerate(scopes.items())}
    return [ReportSet(name, day, _tables(name, made), tuple(scopes), json.loads("{}")) for name in FAMILIES]


def _tables(name: str, made: dict[str, dict[str, dict[str, list[Row]]]]) -> dict[str, pa.Table]:
    types = {kind for reports in made.values() for kind in reports[name]}
    tables = {}
    for kind in types:
        rows = [{"scope": scope, **row} for scope, reports in made.items() for row in reports[name].get(kind, [])]
        schema = _schema(name, kind)
        tables[kind] = pa.Table.from_pylist(rows, schema=schema) if schema else pa.Table.from_pylist(rows)
    return tables


def _schema(name: str, kind: str) -> pa.Schema | None:
    from ca_assets.analyses.report import catalogue

    spec = catalogue().get(f"{name}/{kind.partition('@')[0]}")
    return pa.schema([("scope", pa.string()), *spec.schema]) if spec else None
