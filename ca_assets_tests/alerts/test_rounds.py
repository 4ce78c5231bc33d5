"""Rounds of alerts: once per flag, whatever happens; to whom; when not."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from typing import Any

import pytest

from ca_assets.alerts import outbox
from ca_assets.alerts.destinations import checked_destination
from ca_assets.alerts.dispatch import Round, run_round, send_test
from ca_assets.alerts.events import LoadProblem
from ca_assets.loading.locks import LoadRunning, alerts_lock
from ca_assets.settings.access import set_limits
from ca_assets.settings.alerts.models import AlertRule
from ca_assets.settings.alerts.rules import NewRule, add_rule, remove_rule
from ca_assets_tests.alerts.servers import Inbox, pictures_of, text_of
from ca_assets_tests.alerts.shop import DAY, NOW, FlaggedShop, flag

MINUTE = dt.timedelta(minutes=1)


def rule(shop: FlaggedShop, to: str = "ann@example.com", owner: str = "ada", role: str = "admin", **parts: Any) -> AlertRule:
    since = parts.pop("since", DAY - dt.timedelta(days=1))
    return add_rule(
        shop.database,
        owner,
        NewRule(parts.pop("name", "unusual"), **parts),
        checked_destination(to, role),
        since=since,
        settings=shop.settings,
    )


def round_of(shop: FlaggedShop, now: dt.datetime = NOW, loads: tuple[LoadProblem, ...] = ()) -> Round:
    return run_round(shop.database, shop.settings, loads, now=now, attempts=1)


def test_a_flag_is_told_in_a_sentence_with_picture_and_link(shop: FlaggedShop, mail: Inbox) -> None:
    shop.publish([flag()])
    rule(shop)
    assert round_of(shop).sent == 1
    (letter,) = mail.mails
    sentence = (
        "Orders on 13 Mar 2024 were 50% below what the last eight Wednesdays let expect (50 instead of 100); 83% of it in country = FR."
    )
    assert letter["To"] == "ann@example.com"
    assert letter["Subject"] == f"Blue Kettle: {sentence}"[:200]
    assert sentence in text_of(letter)
    assert "https://shop.example.com/anomalies?from=2024-02-15&to=2024-03-13&pace=daily" in text_of(letter)
    (picture,) = pictures_of(letter)
    assert picture.startswith(b"\x89PNG")


def test_a_flag_is_told_once_over_rounds_and_publications(shop: FlaggedShop, mail: Inbox) -> None:
    shop.publish([flag()])
    rule(shop)
    round_of(shop)
    round_of(shop)
    shop.publish([flag(score=7.5, actual=49.0)])  # the same day, loaded again: another figure, the same flag
    round_of(shop, NOW + MINUTE)
    assert len(mail.mails) == 1
    shop.publish([flag(), flag(group="funnel", series="sessions")])
    round_of(shop, NOW + 2 * MINUTE)
    assert len(mail.mails) == 2 and "Sessions on 13 Mar 2024" in text_of(mail.mails[1])


def test_each_rule_tells_for_itself(shop: FlaggedShop, mail: Inbox) -> None:
    shop.publish([flag()])
    rule(shop)
    rule(shop, "bob@example.com", owner="vic", role="viewer")
    round_of(shop)
    assert len(mail.mails) == 2


def test_old_flags_are_no_news(shop: FlaggedShop, mail: Inbox) -> None:
    long_ago = DAY - dt.timedelta(days=7)
    shop.publish([flag(period=long_ago, first_flagged=DAY), flag(first_flagged=DAY - dt.timedelta(days=1))])
    rule(shop)
    assert round_of(shop).made == 0


@pytest.mark.parametrize(("monday", "is_told"), [(dt.date(2024, 3, 4), True), (dt.date(2024, 3, 11), False)])
def test_a_week_is_told_when_it_is_over(shop: FlaggedShop, monday: dt.date, is_told: bool) -> None:
    shop.publish([flag(period=monday, grain="weekly", first_flagged=DAY)])
    rule(shop)
    assert round_of(shop).made == is_told


@pytest.mark.parametrize(
    ("parts", "is_told"),
    [({"group": "orders"}, True), ({"group": "funnel"}, False), ({"grain": "weekly"}, False), ({"verdict": "data_missing"}, False),
     ({"minimum_score": 6.0}, True), ({"minimum_score": 6.1}, False), ({"scope": "country=FR"}, False), ({"scope": "*"}, True)],
)  # fmt: skip
def test_a_rule_chooses(shop: FlaggedShop, parts: dict[str, Any], is_told: bool) -> None:
    shop.publish([flag()])
    rule(shop, **parts)
    assert round_of(shop).made == is_told


def test_many_flags_are_one_message(shop: FlaggedShop, mail: Inbox) -> None:
    shop.publish([flag(f"city={n}", score=4.0 + n) for n in range(30)])
    rule(shop, scope="*")
    assert round_of(shop).made == 1 and round_of(shop).made == 0
    text = text_of(mail.mails[0])
    assert mail.mails[0]["Subject"].startswith("Blue Kettle: Orders on 13 Mar") and text.count("instead of") == 20 and "And 10 more" in text


def test_quiet_hours_hold_a_message_until_they_end(shop: FlaggedShop, mail: Inbox) -> None:
    shop.publish([flag()])
    rule(shop, quiet=("22:00", "10:30"))
    first = round_of(shop)  # 10:00 in Berlin
    assert (first.made, first.sent, first.held) == (1, 0, 1)
    assert round_of(shop, NOW + 29 * MINUTE).sent == 0
    assert round_of(shop, NOW + 30 * MINUTE).sent == 1
    assert len(mail.mails) == 1


def test_a_dead_server_is_asked_again_later(shop: FlaggedShop, hook: Inbox) -> None:
    shop.publish([flag()])
    rule(shop, hook.url)
    hook.refuses = True
    first = round_of(shop)
    assert first.sent == 0 and "was not sent" in first.problems[0]
    hook.refuses = False
    assert round_of(shop, NOW + MINUTE / 2).sent == 0  # not yet
    assert round_of(shop, NOW + MINUTE).sent == 1
    ((headers, body),) = hook.posts
    assert headers["X-CA-Message-Id"] in body["message"] and outbox.REPEATED not in body["message"]


def test_waits_double_and_end_after_three_days(shop: FlaggedShop, hook: Inbox) -> None:
    shop.publish([flag()])
    kept = rule(shop, hook.url)
    hook.refuses = True
    now, waits = NOW, []
    for _ in range(40):
        round_of(shop, now)
        (message,) = outbox.messages_of(shop.database, kept.id)
        if message.state == outbox.FAILED:
            break
        waits.append(outbox.aware(message.next_attempt_at) - now)
        now += waits[-1]
    assert waits[:5] == [MINUTE * 2**n for n in range(5)] and max(waits) == dt.timedelta(hours=6)
    assert message.state == outbox.FAILED and now - NOW > dt.timedelta(days=3)


def test_one_dead_server_holds_up_no_other_rule(shop: FlaggedShop, hook: Inbox, mail: Inbox) -> None:
    shop.publish([flag(), flag("country=FR")])
    hook.refuses = True
    rule(shop, hook.url, name="a dead one")
    rule(shop, name="b living one")
    assert round_of(shop).sent == 1 and len(mail.mails) == 1


KILLED = """
import datetime as dt, os, sys
from pathlib import Path
from ca_assets.alerts import dispatch
from ca_assets.settings.database import open_database
from ca_assets.settings.process import ProcessSettings
from pydantic import SecretStr

settings = ProcessSettings(home=Path(sys.argv[1]), mail_url=SecretStr(sys.argv[2]))
send = dispatch.send

def die(*args):
    if sys.argv[3] == "after":
        send(*args)
    os._exit(9)

dispatch.send = die
dispatch.run_round(open_database(settings), settings, now=dt.datetime.fromisoformat(sys.argv[4]), attempts=1)
"""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_killed_round_is_finished_with_the_same_id(shop: FlaggedShop, mail: Inbox, moment: str) -> None:
    shop.publish([flag()])
    rule(shop)
    words = [sys.executable, "-c", KILLED, str(shop.settings.home), mail.url, moment, NOW.isoformat()]
    assert subprocess.run(words, check=False).returncode == 9
    assert len(mail.mails) == (moment == "after")
    again = round_of(shop, NOW + MINUTE)
    assert (again.made, again.sent, again.resumed) == (0, 1, 1)
    assert outbox.REPEATED in " ".join(text_of(mail.mails[-1]).split())
    assert len({letter["X-CA-Message-Id"] for letter in mail.mails}) == 1
    assert round_of(shop, NOW + 2 * MINUTE).sent == 0


def test_two_rounds_do_not_run_at_once(shop: FlaggedShop) -> None:
    words = [sys.executable, "-c", KILLED.replace("os._exit(9)", ""), str(shop.settings.home), "", "", NOW.isoformat()]
    with alerts_lock(shop.settings.home):
        ended = subprocess.run(words, check=False, capture_output=True, text=True)
    assert LoadRunning.__name__ in ended.stderr and "sending alerts" in ended.stderr


def test_an_owner_who_is_gone_is_told_nothing(shop: FlaggedShop) -> None:
    shop.publish([flag()])
    rule(shop, owner="nobody")
    assert round_of(shop).made == 0


def test_a_limited_viewer_is_told_of_his_values_only(shop: FlaggedShop, mail: Inbox) -> None:
    set_limits(shop.database, "vic", ["country=FR"])
    shop.publish([flag(), flag("country=FR"), flag("country=DE")])
    rule(shop, owner="vic", role="viewer", scope="*", name="every")
    rule(shop, owner="vic", role="viewer", scope="all", name="whole")
    rule(shop, owner="vic", role="viewer", scope="country=DE", name="foreign")
    rule(shop, owner="vic", role="viewer", kind="digest_daily", name="digest")
    done = round_of(shop)
    assert (done.made, done.problems) == (1, [])
    assert "Country: FR" in text_of(mail.mails[0]) and "Country: DE" not in text_of(mail.mails[0])


def test_a_failed_load_is_told_once(shop: FlaggedShop, mail: Inbox) -> None:
    kept = rule(shop, kind="loads")
    made_at = outbox.aware(kept.created_at)
    failed = LoadProblem("failed", "run-1", made_at + MINUTE, "The run failed.")
    earlier = LoadProblem("failed", "run-0", made_at - MINUTE, "The run failed.")
    late = LoadProblem("late", "run-1", made_at + MINUTE, "The last publication is of Monday.")
    for _ in range(2):
        round_of(shop, made_at + 2 * MINUTE, (earlier, failed, late))
    assert sorted(letter["Subject"] for letter in mail.mails) == ["Shop: a load failed", "Shop: the data are late"]


def test_a_test_is_sent_in_quiet_hours_too(shop: FlaggedShop, mail: Inbox) -> None:
    shop.publish()
    send_test(shop.database, shop.settings, rule(shop, quiet=("00:00", "23:59")))
    assert mail.mails[0]["Subject"] == "Blue Kettle: test of an alert"


def test_a_removed_rule_leaves_nothing(shop: FlaggedShop) -> None:
    shop.publish([flag()])
    kept = rule(shop)
    round_of(shop)
    remove_rule(shop.database, "ada", "unusual")
    assert outbox.messages_of(shop.database, kept.id) == []
    rule(shop)
    assert round_of(shop).made == 1
