"""`ca alerts` on a loaded shop: add, list, test, send, remove; no secret is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from ca_assets_tests.alerts.servers import Inbox, text_of
from ca_assets_tests.cli.conftest import Home


@pytest.fixture
def home(tmp_path: Path, mail: Inbox, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("CA_MAIL_URL", mail.url)
    home = Home(tmp_path)
    home.ca("users", "add", "admin", "--role", "admin", "--password", "correct horse")
    return home


def test_rules_from_the_command_line(home: Home, mail: Inbox) -> None:
    assert "ca alerts test mine" in home.ca("alerts", "add", "mine", "--quiet", "22:00-07:00", "--to", "ann@example.com").stdout
    assert "already" in home.ca("alerts", "add", "mine", "--to", "ann@example.com", fails=True).stderr
    home.ca("alerts", "digest", "week", "--weekly", "--to", "ann@example.com")
    listed = home.ca("alerts", "list").stdout
    assert "22:00-07:00" in listed and "digest_weekly" in listed
    home.ca("alerts", "test", "mine")
    assert "test of the alert rule “mine”" in text_of(mail.mails[0])
    assert home.ca("alerts", "send").stdout == "0 new, 0 sent, 0 held until quiet hours end.\n"
    home.ca("alerts", "remove", "mine")
    assert "no rule 'mine'" in home.ca("alerts", "remove", "mine", fails=True).stderr


def test_a_url_is_asked_for_and_never_shown(home: Home, hook: Inbox) -> None:
    assert "is a secret" in home.ca("alerts", "add", "hook", "--to", hook.url, fails=True).stderr
    added = home.ca("alerts", "add", "hook", "--stdin", text=f"{hook.url}\n")
    home.ca("alerts", "test", "hook")
    hook.refuses = True
    failed = home.ca("alerts", "test", "hook", fails=True)
    shown = added.output + home.ca("alerts", "list").output + failed.output
    assert "s3cr3t-w0rd" not in shown and "t0ken-in-path" not in shown and "json 127.0.0.1" in shown
    assert len(hook.posts) == 1
