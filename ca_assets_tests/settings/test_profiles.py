"""Pictures of people: read with care, kept small and clean."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from ca_assets.settings.database import open_database
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.profiles import MAX_BYTES, SIDE, PictureError, encoded, picture_of, remove_picture, set_picture
from ca_assets.settings.users import add_user


def picture(kind: str, size: tuple[int, int] = (400, 200), **options: object) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(target, kind, **options)
    return target.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_becomes_a_small_square(kind: str) -> None:
    with Image.open(io.BytesIO(encoded(picture(kind)))) as image:
        assert (image.format, image.size) == ("PNG", (SIDE, SIDE))
        red, *_ = image.convert("RGB").getpixel((SIDE // 2, SIDE // 2))  # type: ignore[misc]
        assert abs(red - 200) < 6


def test_what_else_a_file_holds_is_not_kept() -> None:
    exif = Image.Exif()
    exif[0x010E] = "at home in Example Street 7"
    data = picture("JPEG", exif=exif, comment=b"secret words")
    assert b"Example Street" in data and b"secret words" in data
    assert b"Example Street" not in encoded(data) and b"secret words" not in encoded(data)


def test_a_picture_is_turned_as_the_camera_says() -> None:
    image = Image.new("RGB", (200, 200), (255, 255, 255))
    image.paste((0, 0, 0), (0, 0, 200, 100))
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    target = io.BytesIO()
    image.save(target, "JPEG", exif=exif)
    with Image.open(io.BytesIO(encoded(target.getvalue()))) as turned:
        assert turned.convert("L").getpixel((80, 10)) > 200 and turned.convert("L").getpixel((80, 150)) < 50  # type: ignore[operator]


def huge_png() -> bytes:
    """100,000 × 100,000 pixels in a few bytes: 10 gigabytes when decoded."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 100_000, 100_000, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "no picture"),
        (b"<script>alert(1)</script>", "no picture"),
        (picture("GIF"), "no picture"),
        (picture("PNG")[:60], "no picture"),
        (huge_png(), "pixels|no picture"),
        (picture("PNG", (7_000, 6_000)), "7,000 × 6,000 pixels"),
        (bytes(MAX_BYTES + 1), "5 MB"),
    ],
)
def test_what_is_no_picture_or_too_large_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(PictureError, match=reason):
        encoded(data)


def test_a_picture_is_kept_replaced_and_removed(tmp_path: Path) -> None:
    database = open_database(ProcessSettings(home=tmp_path))
    user = add_user(database, "ann", "correct horse")
    assert picture_of(database, "ann") is None
    set_picture(database, user, picture("PNG"))
    set_picture(database, user, picture("JPEG", (30, 30)))
    assert picture_of(database, "ann") == encoded(picture("JPEG", (30, 30)))
    with pytest.raises(PictureError):
        set_picture(database, user, b"nothing")
    assert picture_of(database, "ann") is not None
    remove_picture(database, user)
    remove_picture(database, user)
    assert picture_of(database, "ann") is None
