"""What a flag of `anomalies` says in a sentence, for pages and messages alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ca_assets.wording.format import day, label, money, number, rate, written
from ca_assets.wording.locales import Locale

VERDICTS = {"data_missing": "Data missing", "data_broken": "Data broken", "business_changed": "Business changed"}
GROUPS = {"funnel": "Funnel", "orders": "Orders", "cohort": "New customers"}
REVENUE = "revenue"
RECENT_DAYS, RECENT_WEEKS = 28, 56
CLEAR_SHARE = 0.3  # of the difference; a value with less is no cause that a sentence should name


@dataclass(frozen=True)
class Writing:
    """How a sentence is written: in which locale and currency, as of which report date, with which causes (rows of `causes`)."""

    locale: Locale
    currency: str | None = None
    day: dt.date | None = None
    causes: pd.DataFrame | None = None


def flag_sentence(row: Mapping[str, Any], writing: Writing) -> str:
    """A flag in words: Orders on 12 Nov were 41% below what the last eight Wednesdays let expect; 83% of it in country = FR."""
    when, series = pd.Timestamp(row["period"]).date(), str(row["series"])
    what, is_many = _subject(row)
    on = f"on {day(when, writing.locale)}" if row["grain"] == "daily" else f"in the week of {day(when, writing.locale)}"
    verb = "were" if is_many else "was"
    if pd.isna(row["change_rate"]):
        told = f"{what} {on} {verb} unusual"
    elif row["change_rate"] <= -0.9995:
        told = f"{what} {on} {verb} at zero, where {amount(row['expected'], series, writing)} {verb} expected"
    else:
        size, way = rate(abs(row["change_rate"]), 0, writing.locale), "below" if row["change_rate"] < 0 else "above"
        told = f"{what} {on} {verb} {size} {way} what {_reference(when, row, writing)} let expect"
        told += f" ({amount(row['actual'], series, writing)} instead of {amount(row['expected'], series, writing)})"
    return f"{told}{_cause(row, writing)}."


def _subject(row: Mapping[str, Any]) -> tuple[str, bool]:
    """What a flag is about, and whether it is many."""
    series = str(row["series"])
    if row["group"] == "cohort":
        unit = "day" if row["grain"] == "daily" else "week"
        later = f"{series} {unit}{'' if series == '1' else 's'} after" if series != "0" else f"in the same {unit} as"
        return f"First orders {later} a download", True
    step, _, before = series.partition("/")
    if before:
        return f"The share of “{label(before)}” that went on to “{label(step)}”", False
    return (label(series), True) if series != REVENUE else ("Revenue", False)


def _reference(when: dt.date, row: Mapping[str, Any], writing: Writing) -> str:
    """What the expectation is made of: what came before alone, of the last weeks; else both sides."""
    last = writing.day or when
    is_recent = (last - when).days < (RECENT_DAYS if row["grain"] == "daily" else RECENT_WEEKS)
    if row["grain"] == "weekly":
        return "the eight weeks before" if is_recent else "the weeks around it"
    weekday = written(when, "EEEE", writing.locale)
    return f"the last eight {weekday}s" if is_recent else f"the {weekday}s and days around it"


def amount(value: float, series: str, writing: Writing) -> str:
    """A value of a series as it is written: a share, money or a count."""
    if "/" in series:
        return rate(value, 1, writing.locale)
    if series == REVENUE:
        return money(value, writing.currency, writing.locale)
    return number(value, 0 if value >= 10 or value == int(value) else 1, writing.locale)


def _cause(row: Mapping[str, Any], writing: Writing) -> str:
    """The first cause that carries a good part of the difference; nothing where there is none."""
    causes = writing.causes
    if causes is None or row["verdict"] == "data_missing" or causes.empty:
        return ""
    mine = causes[(causes["group"] == row["group"]) & (causes["grain"] == row["grain"]) & (causes["period"] == row["period"])]
    clear = mine[(mine["contribution_share"] >= CLEAR_SHARE) & (mine["contribution_share"] <= 1.5)].sort_values("rank")
    if clear.empty:
        return ""
    first = clear.iloc[0]
    return f"; {rate(min(first['contribution_share'], 1.0), 0, writing.locale)} of it {cause_name(first['dimension'], first['value'])}"


def cause_name(dimension: str, value: str) -> str:
    """Where a difference is, in words."""
    if dimension == "~customer":
        return {"new": "from new customers", "returning": "from returning customers"}.get(value, "from guests")
    if dimension == "~promotion":
        return {"__none__": "in orders without a promotion", "__other__": "in other promotions"}.get(value, f"in orders with {value}")
    return f"in {dimension} = {label(value) if value.startswith('__') else value}"
