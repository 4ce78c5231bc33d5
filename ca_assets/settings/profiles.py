"""Profiles: a person's picture, kept as we encoded it. Belongs here: taking and giving it. Does not belong here: passwords (`users`).

A picture that people send is hostile until it was read: its size and pixels are limited before it is decoded, only three formats are
tried, and what is kept is a new, small PNG made of the pixels alone, without names, places or anything else that a file may carry.
"""

from __future__ import annotations

import datetime as dt
import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy import DateTime, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from ca_assets.settings.database import Base, Database, User

MAX_BYTES, MAX_PIXELS, SIDE = 5 * 1024 * 1024, 40_000_000, 160
FORMATS = ("PNG", "JPEG", "WEBP")
UNREADABLE = (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning, OSError, SyntaxError, ValueError)


class PictureError(ValueError):
    """The file cannot be a picture of a profile; the message says why and what to choose instead."""


class Picture(Base):
    """A person's picture: a square PNG of SIDE pixels."""

    __tablename__ = "profile_pictures"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    png: Mapped[bytes] = mapped_column(LargeBinary)
    changed_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))


def set_picture(database: Database, user: User, data: bytes) -> None:
    """Keep a picture of the user. Raises PictureError."""
    png = encoded(data)
    with database.session() as session:
        session.merge(Picture(name=user.name, png=png, changed_at=dt.datetime.now(dt.UTC)))


def remove_picture(database: Database, user: User) -> None:
    """Forget the user's picture; nothing happens when there is none."""
    with database.session() as session:
        picture = session.get(Picture, user.name)
        if picture is not None:
            session.delete(picture)


def picture_of(database: Database, name: str) -> bytes | None:
    """The PNG of a user's picture, or None."""
    with database.session() as session:
        picture = session.get(Picture, name)
        return picture.png if picture else None


def encoded(data: bytes) -> bytes:
    """A square PNG of SIDE pixels, cut from the middle of a picture. Raises PictureError."""
    if len(data) > MAX_BYTES:
        raise PictureError(f"The picture has more than {MAX_BYTES // 1024 // 1024} MB; choose a smaller one.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise PictureError(f"The picture is {image.width:,} × {image.height:,} pixels; the most is {MAX_PIXELS:,} in all.")
                image.draft("RGB", (SIDE, SIDE))
                upright = ImageOps.exif_transpose(image).convert("RGBA")
    except PictureError:
        raise
    except UNREADABLE:
        raise PictureError("This file is no picture that can be read; choose a PNG, JPEG or WebP.") from None
    pixels = ImageOps.fit(upright, (SIDE, SIDE))
    clean = Image.new("RGBA", pixels.size)
    clean.paste(pixels)
    target = io.BytesIO()
    clean.save(target, "PNG", optimize=True)
    return target.getvalue()
