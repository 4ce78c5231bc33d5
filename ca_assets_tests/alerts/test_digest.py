"""Digests: complete days only, changed numbers, once."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ca_assets.alerts.destinations import checked_destination
from ca_assets.alerts.digest import due_day
from ca_assets.alerts.dispatch import Round, run_round
from ca_assets.settings.alerts.models import AlertRule
from ca_assets.settings.alerts.rules import DAILY, WEEKLY, NewRule, RuleError, add_rule
from ca_assets.shop import Calendar
from ca_assets_tests.alerts.servers import Inbox, text_of
from ca_assets_tests.alerts.shop import DAY, NOW, FlaggedShop, flag

ORDERS = {DAY - dt.timedelta(days=back): 100 for back in range(30)}
A_DAY = dt.timedelta(days=1)


def rule(shop: FlaggedShop, kind: str = DAILY, **parts: Any) -> AlertRule:
    return add_rule(
        shop.database, "ada", NewRule("digest", kind, **parts), checked_destination("ann@example.com", "admin"), settings=shop.settings
    )


def round_at(shop: FlaggedShop, now: dt.datetime = NOW) -> Round:
    return run_round(shop.database, shop.settings, now=now, attempts=1)


def test_a_digest_tells_figures_and_flags_once(shop: FlaggedShop, mail: Inbox) -> None:
    shop.publish([flag(), flag(period=DAY - 3 * A_DAY)], ORDERS)
    rule(shop)
    round_at(shop)
    round_at(shop, NOW + dt.timedelta(hours=3))
    (letter,) = mail.mails
    text = text_of(letter)
    assert letter["Subject"] == "Blue Kettle: the day up to 13 Mar 2024"
    assert "Orders: 700 (+40.0% against the seven days before)" in text
    assert "Orders on 13 Mar 2024 were 50% below" in text and "10 Mar" not in text
    assert "Changed since the last digest:\nnothing" in text.replace("\r", "")


def test_a_digest_waits_for_its_day(shop: FlaggedShop, mail: Inbox) -> None:
    shop.publish([], ORDERS, day=DAY - A_DAY)
    rule(shop)
    assert "those of 2024-03-13 are not loaded" in round_at(shop).problems[0]
    shop.publish([flag(verdict="data_missing", actual=0.0, change_rate=-1.0)], ORDERS)
    assert "rows of 2024-03-13 are missing" in round_at(shop).problems[0]
    assert not mail.mails
    shop.publish([], ORDERS)
    assert round_at(shop).sent == 1


def test_a_digest_tells_what_became_another_number(shop: FlaggedShop, mail: Inbox) -> None:
    shop.publish([], ORDERS)
    rule(shop)
    round_at(shop)
    restated = {**ORDERS, DAY - 2 * A_DAY: 1104, DAY + A_DAY: 90}
    shop.publish([], restated, day=DAY + A_DAY)
    round_at(shop, NOW + A_DAY)
    text = text_of(mail.mails[1])
    assert "Orders of 11 Mar 2024: 100 became 1,104" in text and text.count("became") == 1


def test_a_week_is_due_when_it_is_over() -> None:
    weekly, daily = AlertRule(kind=WEEKLY), AlertRule(kind=DAILY)
    monday_week, sunday_week = Calendar(timezone="Europe/Berlin"), Calendar(timezone="Europe/Berlin", week_start="sunday")
    assert due_day(daily, monday_week, NOW) == DAY
    assert due_day(weekly, monday_week, NOW) == dt.date(2024, 3, 10)
    assert due_day(weekly, sunday_week, NOW) == dt.date(2024, 3, 9)
    just_monday = dt.datetime(2024, 3, 10, 23, 30, tzinfo=dt.UTC)  # half past midnight of Monday in Berlin
    assert due_day(weekly, monday_week, just_monday) == dt.date(2024, 3, 10)


def test_a_digest_of_all_scopes_is_refused(shop: FlaggedShop) -> None:
    with pytest.raises(RuleError, match="of one scope"):
        rule(shop, scope="*")
