"""Which store of reports the installation uses, as chosen in the browser: embedded, or an Elasticsearch with its login (encrypted).

The environment wins: where CA_INDEX_URL is set (`embedded`, or a URL), what is kept here is not looked at. Every change is a row; the
newest counts. Does not belong here: connecting (`ca_assets.index`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass

from cryptography.fernet import InvalidToken
from pydantic import SecretStr
from sqlalchemy import DateTime, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from ca_assets.settings.database import Base, Database, open_database
from ca_assets.settings.process import ProcessSettings, SecretError
from ca_assets.settings.secrets import cipher

EMBEDDED = "embedded"  # as CA_INDEX_URL: the embedded store, whatever was chosen in the browser


class StoreChoice(Base):
    """A choice of store. `url` None: embedded. `secret`: password and API key, encrypted; `certificate`: of its authority, PEM."""

    __tablename__ = "store_choices"

    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str | None] = mapped_column(Text)
    user: Mapped[str | None] = mapped_column(String(200))
    secret: Mapped[str | None] = mapped_column(Text)
    certificate: Mapped[str | None] = mapped_column(Text)
    is_verified: Mapped[bool]
    chosen_by: Mapped[str] = mapped_column(String(100))
    chosen_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))


@dataclass(frozen=True)
class StoreSettings:
    """Where the store is and how to log in to it. `url` empty: embedded. `is_verified`: the server's certificate is checked."""

    url: str = ""
    user: str = ""
    password: str = ""
    api_key: str = ""
    certificate: str = ""
    is_verified: bool = True

    def __repr__(self) -> str:
        return f"StoreSettings({self.url!r})"  # no secret in a log

    def over(self, settings: ProcessSettings) -> ProcessSettings:
        """Process settings with this store. Writes its certificate, where it has one, to a file in CA_HOME."""
        if not self.url:
            return settings.model_copy(update={"index_url": EMBEDDED})
        update: dict[str, object] = {
            "index_url": self.url,
            "index_user": self.user or None,
            "index_password": SecretStr(self.password) if self.password else None,
            "index_api_key": SecretStr(self.api_key) if self.api_key else None,
            "index_verify_certificates": self.is_verified,
        }
        if self.certificate:
            folder = settings.home / "store"
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"{hashlib.sha256(self.certificate.encode()).hexdigest()[:16]}.pem"
            if not path.exists():
                path.write_text(self.certificate, encoding="ascii", errors="replace")
            update["index_ca_file"] = path
        return settings.model_copy(update=update)


def is_set_by_environment(settings: ProcessSettings) -> bool:
    """Whether CA_INDEX_URL says which store it is, so that nothing can be chosen."""
    return bool(settings.index_url)


def newest_choice(database: Database) -> StoreChoice | None:
    """The choice that counts; None before the first."""
    with database.session() as session:
        return session.scalar(select(StoreChoice).order_by(StoreChoice.id.desc()).limit(1))


def chosen_store(database: Database, settings: ProcessSettings | None = None) -> StoreSettings:
    """The store that was chosen, with its secrets; embedded before any choice. SecretError when another key encrypted them."""
    choice = newest_choice(database)
    if choice is None or not choice.url:
        return StoreSettings()
    try:
        secret = json.loads(cipher(settings).decrypt(choice.secret)) if choice.secret else {}
    except InvalidToken:
        raise SecretError(
            "the store’s password was kept with another encryption key; set the former CA_ENCRYPTION_KEY again, "
            "or connect the store anew on the page Settings, Store"
        ) from None
    return StoreSettings(
        choice.url, choice.user or "", secret.get("password", ""), secret.get("api_key", ""), choice.certificate or "", choice.is_verified
    )


def choose_store(database: Database, store: StoreSettings, chosen_by: str, settings: ProcessSettings | None = None) -> None:
    """Make a store the one that counts from now on."""
    secret = json.dumps({"password": store.password, "api_key": store.api_key})
    has_secret = bool(store.url and (store.password or store.api_key))
    with database.session() as session:
        session.add(
            StoreChoice(
                url=store.url or None,
                user=store.user or None,
                secret=cipher(settings).encrypt(secret.encode()).decode("ascii") if has_secret else None,
                certificate=store.certificate or None,
                is_verified=store.is_verified,
                chosen_by=chosen_by,
                chosen_at=dt.datetime.now(dt.UTC),
            )
        )


def with_chosen_store(settings: ProcessSettings) -> ProcessSettings:
    """The settings, with the store that was chosen in the browser where the environment names none."""
    if is_set_by_environment(settings) or not _has_database(settings):
        return settings
    store = chosen_store(open_database(settings), settings)
    return store.over(settings) if store.url else settings


def _has_database(settings: ProcessSettings) -> bool:
    """Whether there may be a choice: looking for one must not make a settings database."""
    return settings.settings_url is not None or (settings.home / "settings.sqlite").exists()
