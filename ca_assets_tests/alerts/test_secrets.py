"""Destinations are secrets: encrypted, not shown, not logged, not in errors; and not every destination is one."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from ca_assets.alerts.destinations import apprise_url, checked_destination
from ca_assets.alerts.dispatch import run_round
from ca_assets.alerts.outbox import messages_of
from ca_assets.alerts.sending import Letter, NotSent, send
from ca_assets.settings.alerts.rules import NewRule, RuleError, add_rule, destination_of, list_rules
from ca_assets.settings.process import ProcessSettings, SecretError
from ca_assets_tests.alerts.servers import Inbox
from ca_assets_tests.alerts.shop import NOW, FlaggedShop, flag

SECRETS = ("s3cr3t-w0rd", "t0ken-in-path")


def test_a_url_is_nowhere_in_clear(shop: FlaggedShop, hook: Inbox, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    shop.publish([flag()])
    kept = add_rule(shop.database, "ada", NewRule("hook"), checked_destination(hook.url, "admin"), settings=shop.settings)
    assert destination_of(kept, shop.settings) == hook.url and kept.shown == "json 127.0.0.1"
    hook.refuses = True
    done = run_round(shop.database, shop.settings, now=NOW, attempts=1)
    (message,) = messages_of(shop.database, kept.id)
    shop.database.engine.dispose()
    files = b"".join(path.read_bytes() for path in shop.settings.home.glob("settings.sqlite*"))
    for secret in SECRETS:
        assert secret not in caplog.text + (message.error or "") + " ".join(done.problems)
        assert secret.encode() not in files


def test_another_key_is_told(shop: FlaggedShop, hook: Inbox) -> None:
    add_rule(shop.database, "ada", NewRule("hook"), checked_destination(hook.url, "admin"), settings=shop.settings)
    (shop.settings.home / "encryption.key").write_text("another long random text")
    with pytest.raises(SecretError, match="another encryption key"):
        destination_of(list_rules(shop.database)[0], shop.settings)


@pytest.mark.parametrize(
    ("text", "role", "why"),
    [("", "admin", "e-mail address"), ("ann", "admin", "no e-mail address"), ("ann@example.com\nBcc: x@y.com", "admin", "e-mail address"),
     ("jsons://example.com/x", "viewer", "by e-mail only"), ("syslog://localhost", "admin", "not sent to"),
     ("file:///etc/passwd", "admin", "not sent to"), ("slack://s3cr3t-w0rd", "editor", "no complete url for slack")],
)  # fmt: skip
def test_unusable_destinations_are_refused(text: str, role: str, why: str) -> None:
    with pytest.raises(RuleError, match=why) as refused:
        checked_destination(text, role)
    assert "s3cr3t" not in str(refused.value)


def test_an_address_cannot_add_options(shop: FlaggedShop) -> None:
    url = apprise_url("a&smtp=evil.example.com@example.com", "1", shop.settings)
    assert "&smtp=" not in url and url.endswith("&to=a%26smtp%3Devil.example.com@example.com&+X-CA-Message-Id=1")


def test_without_a_mail_server_it_says_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="CA_MAIL_URL"):
        send(Letter("1", "subject", "body"), "ann@example.com", ProcessSettings(home=tmp_path))


def test_nobody_listens(tmp_path: Path, hook: Inbox) -> None:
    hook.refuses = True
    with pytest.raises(NotSent) as refused:
        send(Letter("1", "subject", "body"), hook.url, ProcessSettings(home=tmp_path), attempts=2)
    assert not any(secret in str(refused.value) for secret in SECRETS)


@pytest.mark.parametrize(
    "rule",
    [NewRule(""), NewRule("a", "x"), NewRule("a", scope="FR"), NewRule("a", group="x"), NewRule("a", minimum_score=float("nan")),
     NewRule("a", quiet=("22:00", "24:00")), NewRule("a", quiet=("07:00", "07:00")), NewRule("a\x1b[2J")],
)  # fmt: skip
def test_unusable_rules_are_refused(shop: FlaggedShop, rule: NewRule) -> None:
    with pytest.raises(RuleError):
        add_rule(shop.database, "ada", rule, ("ann@example.com", "ann@example.com"), settings=shop.settings)
