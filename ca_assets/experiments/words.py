"""An experiment's reading in words that need no statistics: decision, sentence, and what it rests on."""

from __future__ import annotations

from ca_assets.experiments.readout import ALPHA, PAST_DAYS, Reading
from ca_assets.models.experiments.reading import RATIO_ALARM, Effect
from ca_assets.wording.format import change, counted, money, number, rate
from ca_assets.wording.locales import Locale

TITLES = {"orders": "Orders", "revenue": "Revenue", "revenue_capped": "Revenue without the largest"}
HUNDRED = 100.0  # orders are told per 100 customers
HEADINGS = {"increase": "More", "decrease": "Less", "no_evidence": "No clear difference", "not_enough_data": "Not enough data"}


def heading(reading: Reading, metric: str) -> str:
    """The decision in two or three words."""
    return "Shown only" if metric == "revenue" and reading.effects.get(metric) else HEADINGS[reading.decision(metric)]


def sentence(reading: Reading, metric: str, locale: Locale) -> str:
    """What happened to a metric, in a sentence."""
    effect = reading.effects.get(metric)
    if reading.refusal:
        return f"Nothing can be said yet: {reading.refusal}."
    if reading.is_ratio_broken:
        return (
            f"Nothing can be said: the test has {number(reading.test, 0, locale)} customers and the holdout "
            f"{number(reading.holdout, 0, locale)}, which a holdout of {rate(reading.experiment.holdout_share, 0, locale)} gives less than "
            f"once in {number(1 / RATIO_ALARM, 0, locale)} times. Find out what assigned or removed them first."
        )
    if effect is None:
        return "Nothing can be said: there was nothing to compare (no orders yet, or amounts of several currencies)."
    size = f"{_value(effect.difference, metric, reading, locale, signed=True)} per {_per(metric)} ({change(effect.relative, locale)})"
    decision = reading.decision(metric)
    if decision == "no_evidence":
        still = "" if metric == "revenue" else _still_needed(reading, effect, locale)
        return f"{size} in {counted(round(reading.days), 'day', locale)}: chance may well have brought that.{still}"
    verb = ("ordered" if metric == "orders" else "brought") + (" more" if decision == "increase" else " less")
    told = f"Customers of the test {verb} than those held out: {size} in {counted(round(reading.days), 'day', locale)}."
    return f"{told} Chance decided who is who, so it is the cause."


def facts(reading: Reading, metric: str, locale: Locale) -> tuple[tuple[str, str], ...]:
    """What it rests on, as (term, text)."""
    effect = reading.effects.get(metric)
    holdout_size, later = number(reading.holdout, 0, locale), number(reading.later, 0, locale)
    sizes = f"{counted(reading.test, 'customer', locale)} in the test, {holdout_size} held out; {later} came later and take no part"
    if effect is None:
        return (("Sample", sizes),)
    low, high, plain = (_value(value, metric, reading, locale, signed=True) for value in (effect.low, effect.high, effect.plain))
    test, holdout = (_value(value, metric, reading, locale) for value in (effect.test, effect.holdout))
    sure = number(100 - 100 * ALPHA, 0, locale)
    planned = "NO" if reading.is_ratio_broken else f"yes: such sizes, or stranger ones, come in {rate(reading.ratio_p, 1, locale)} of cases"
    explained = rate(effect.explained, 0, locale)
    return (
        ("How sure", f"The true difference lies between {low} and {high}; in {sure} of 100 experiments no look, however often, is wrong"),
        ("Test and holdout", f"{test} and {holdout} per {_per(metric)}"),
        ("Sample", sizes),
        ("Sizes as planned", planned),
        ("The past", f"The {PAST_DAYS} days before explain {explained} of the spread, which is taken out; without that {plain}"),
    )


def _still_needed(reading: Reading, effect: Effect, locale: Locale) -> str:
    lift = rate(reading.experiment.lift, 0, locale)
    if effect.days is None:
        return f" With so few customers a difference of {lift} would not be found within two years."
    left = effect.days - reading.days
    if left <= 0:
        return f" A true difference of {lift} would have been found by now in 80 of 100 cases."
    return f" About {counted(round(left + 0.5), 'day', locale)} more are needed to find a true difference of {lift}."


def _per(metric: str) -> str:
    return "100 customers" if metric == "orders" else "customer"


def _value(value: float, metric: str, reading: Reading, locale: Locale, *, signed: bool = False) -> str:
    text = number(value * HUNDRED, 1, locale) if metric == "orders" else money(value, reading.currency, locale)
    return f"+{text}" if signed and value > 0 else text
