"""The applied shop: editions of shop.yaml in the settings database, of which the newest counts.

Belongs here: applying, reading back. Does not belong here: what the file may say (`ca_assets.shop`), reading its sources.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Select, select

from ca_assets.settings.database import Database, ShopEdition
from ca_assets.shop import Shop, ShopError, load_shop, parse_shop

YEARS_OFFERED = 2


@dataclass(frozen=True)
class AppliedShop:
    """The shop in force, and the first monthly partition offered for it (`2010-11`)."""

    shop: Shop
    edition: int
    text: str
    first_month: str
    applied_at: dt.datetime


def apply_shop(database: Database, path: Path) -> AppliedShop:
    """Validate a shop.yaml and make it the newest edition (nothing happens when text and folder are those in force). Raises ShopError."""
    load_shop(path)
    return save_edition(database, path.read_text(encoding="utf-8-sig"), path.resolve().parent)


def save_edition(database: Database, text: str, folder: Path, *, changed_by: str | None = None, what: str | None = None) -> AppliedShop:
    """Make a text the newest edition (nothing happens when it and the folder are those in force). Raises ShopError.

    `changed_by`: who did it (None: the command line); `what`: what he did, in a few words, for the history.
    """
    parse_shop(text, folder)
    with database.session() as session:
        newest = session.scalar(_newest())
        if newest is None or (newest.text, newest.folder) != (text, str(folder)):
            first_month = newest.first_month if newest else _first_month_offered()
            edition = ShopEdition(text=text, folder=str(folder), first_month=first_month, applied_at=dt.datetime.now(dt.UTC))
            edition.changed_by, edition.what = changed_by, what[:200] if what else None
            session.add(edition)
    return applied_shop(database)


def newest_edition(database: Database) -> ShopEdition | None:
    """The edition in force, as text; None before the first."""
    with database.session() as session:
        return session.scalar(_newest())


def list_editions(database: Database, limit: int = 100) -> list[ShopEdition]:
    """The newest editions, newest first."""
    with database.session() as session:
        return list(session.scalars(_newest().limit(limit)))


def find_edition(database: Database, edition: int) -> ShopEdition:
    """An edition by its number. ShopError when there is none."""
    with database.session() as session:
        row = session.get(ShopEdition, edition)
    if row is None:
        raise ShopError(f"the shop has no edition {edition}")
    return row


def applied_shop(database: Database) -> AppliedShop:
    """The shop in force. ShopError when none was applied yet."""
    newest = newest_edition(database)
    if newest is None:
        raise ShopError("no shop is applied yet; run `ca sources apply shop.yaml`, or `ca demo` for a demo shop")
    shop = parse_shop(newest.text, Path(newest.folder))
    applied_at = newest.applied_at.replace(tzinfo=dt.UTC) if newest.applied_at.tzinfo is None else newest.applied_at
    return AppliedShop(shop, newest.id, newest.text, newest.first_month, applied_at)


def shop_edition(database: Database, edition: int) -> Shop:
    """The shop as an edition had it, which need not be the newest. ShopError when there is none of this number."""
    with database.session() as session:
        row = session.get(ShopEdition, edition)
    if row is None:
        raise ShopError(f"the shop has no edition {edition} (any more); load it again (ca load)")
    return parse_shop(row.text, Path(row.folder))


def note_first_month(database: Database, month: str) -> None:
    """Offer partitions from `month` on, when that is earlier than so far.

    The start never moves forward: a Dagster process that loaded its definitions earlier may still name the older months.
    """
    with database.session() as session:
        newest = session.scalar(_newest())
        if newest is not None and month < newest.first_month:
            newest.first_month = month


def _newest() -> Select[ShopEdition]:
    return select(ShopEdition).order_by(ShopEdition.id.desc()).limit(1)


def _first_month_offered() -> str:
    return f"{dt.datetime.now(dt.UTC).year - YEARS_OFFERED}-01"
