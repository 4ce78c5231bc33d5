"""A shop, its users, a mail server and an HTTP endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.users import add_user
from ca_assets_tests.alerts.servers import Inbox, http_server, mail_server
from ca_assets_tests.alerts.shop import FlaggedShop


@pytest.fixture(scope="session")
def mail_inbox() -> Iterator[Inbox]:
    with mail_server() as inbox:
        yield inbox


@pytest.fixture(scope="session")
def hook_inbox() -> Iterator[Inbox]:
    with http_server() as inbox:
        yield inbox


@pytest.fixture
def mail(mail_inbox: Inbox) -> Inbox:
    mail_inbox.mails.clear()
    mail_inbox.refuses = False
    return mail_inbox


@pytest.fixture
def hook(hook_inbox: Inbox) -> Inbox:
    hook_inbox.posts.clear()
    hook_inbox.refuses = False
    return hook_inbox


@pytest.fixture
def shop(tmp_path: Path, mail: Inbox) -> FlaggedShop:
    settings = ProcessSettings(home=tmp_path / "home", mail_url=SecretStr(mail.url), public_url="https://shop.example.com/")
    shop = FlaggedShop(settings)
    add_user(shop.database, "ada", "correct horse", "admin")
    add_user(shop.database, "vic", "correct horse", "viewer")
    return shop
