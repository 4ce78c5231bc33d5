"""Each value grammar of docs/contract, section 2 by examples that may and may not be read."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from ca_assets.cleaning.parse import WHITE_SPACE
from ca_assets_tests.cleaning.building import session_column

UTC = dt.UTC


def times(texts: list[str], folder: Path, **config: object) -> list[str | None]:
    """Each text as read, in UTC."""
    values, _ = session_column(folder, "session_start_date", texts, **config)
    return [value and value.astimezone(UTC).isoformat().replace("+00:00", "Z") for value in values]


ISO = {
    "2010-11-30": "2010-11-30T00:00:00Z",
    "2010-11-30 19:35": "2010-11-30T19:35:00Z",
    "2010-11-30T19:35:07": "2010-11-30T19:35:07Z",
    "2010-11-30 19:35:07.5": "2010-11-30T19:35:07.500000Z",
    "2010-11-30 19:35:07.1234569": "2010-11-30T19:35:07.123456Z",
    "2010-11-30T19:35Z": "2010-11-30T19:35:00Z",
    "2010-11-30 19:35 UTC": "2010-11-30T19:35:00Z",
    "2010-11-30 19:35:07.25 UTC": "2010-11-30T19:35:07.250000Z",
    "2010-11-30T19:35+01": "2010-11-30T18:35:00Z",
    "2010-11-30T19:35:00-0530": "2010-12-01T01:05:00Z",
    "2010-11-30T19:35:00.000001+05:30": "2010-11-30T14:05:00.000001Z",
    "2024-01-05 23:30:00 +0100": "2024-01-05T22:30:00Z",
    "2024-01-05 23:30 -01:00": "2024-01-06T00:30:00Z",
    "2024-01-05T23:30:00.5 Z": "2024-01-05T23:30:00.500000Z",
    "2012-02-29": "2012-02-29T00:00:00Z",
    "1990-01-01": "1990-01-01T00:00:00Z",
    "9999-12-31 23:59:59.999999": "9999-12-31T23:59:59.999999Z",
}
NOT_ISO = [
    "2024-01-05 23:30:00  +0100",
    "2024-01-05 +0100",
    "2023-02-30",
    "2011-02-29",
    "2010-13-01",
    "2010-11-31T10:00",
    "2010-11-30T24:00",
    "2010-11-30T23:60",
    "2010-11-30T23:59:60",
    "10-11-30",
    "2010-1-3",
    "2010/11/30",
    "20101130",
    "2010-11-30T",
    "2010-11-30Z",
    "2010-11-30+01",
    "2010-11-30T19",
    "2010-11-30T19:35.5",
    "2010-11-30T19:35:00.",
    "2010-11-30t19:35",
    "2010-11-30T19:35z",
    "2010-11-30T19:35:00+1",
    "2010-11-30T19:35:00+01:60",
    "2010-11-30T19:35:00+24",
    "1989-12-31T23:59:59.999999",
    "0001-01-01",
    "0000-01-01",
    "1990-01-01T00:00+01",
    "9999-12-31T23:59-01",
    "２０１０-11-30",
    "12010-11-30",
    "-2010-11-30",
    "now",
    "2010-11-30T19:35UTC",
    "infinity",
    "epoch",
]


def test_iso_times(tmp_path: Path) -> None:
    assert times(list(ISO), tmp_path) == list(ISO.values())


def test_texts_that_are_no_time(tmp_path: Path) -> None:
    texts = [*NOT_ISO, "2010-11-30  19:35", "2010-11-30 19:35  UTC", "2010-11-30 19:35\n2010-11-30"]
    assert [text for text, value in zip(texts, times(texts, tmp_path), strict=True) if value] == []


LONDON = {
    "2023-03-26 00:59": "2023-03-26T00:59:00Z",
    "2023-03-26 01:30": "2023-03-26T01:30:00Z",  # does not exist: moves to 02:30 summer time
    "2023-03-26 02:00": "2023-03-26T01:00:00Z",
    "2023-10-29 00:30": "2023-10-28T23:30:00Z",
    "2023-10-29 01:30": "2023-10-29T01:30:00Z",  # twice: the second, in winter time
    "2023-10-29 01:30:00.5": "2023-10-29T01:30:00.500000Z",
    "2023-10-29T01:30+01": "2023-10-29T00:30:00Z",
    "2023-07-01": "2023-06-30T23:00:00Z",
}
NEW_YORK = {
    "2023-03-12 02:30": "2023-03-12T07:30:00Z",
    "2023-03-12 03:30": "2023-03-12T07:30:00Z",
    "2023-11-05 01:30": "2023-11-05T06:30:00Z",
    "2023-11-05 00:30": "2023-11-05T04:30:00Z",
}


@pytest.mark.parametrize(("zone", "cases"), [("Europe/London", LONDON), ("America/New_York", NEW_YORK)])
def test_daylight_saving(tmp_path: Path, zone: str, cases: dict[str, str]) -> None:
    assert times(list(cases), tmp_path, timezone=zone) == list(cases.values())


def test_date_format(tmp_path: Path) -> None:
    texts = ["30/11/2010 19:35", "30/02/2010 10:00", "2010-11-30 19:35", "30/11/2010 19:35:01", ""]
    assert times(texts, tmp_path, date_format="%d/%m/%Y %H:%M") == ["2010-11-30T19:35:00Z", None, None, None, None]
    assert times(["26/03/2023 01:30"], tmp_path, date_format="%d/%m/%Y %H:%M", timezone="Europe/London") == ["2023-03-26T01:30:00Z"]
    assert times(["2010-11-30 19:35 +0200"], tmp_path, date_format="%Y-%m-%d %H:%M %z") == ["2010-11-30T17:35:00Z"]


def test_numbers(tmp_path: Path) -> None:
    good = {
        "1": 1,
        "+1.50": 1.5,
        "0.1": 0.1,
        ".5": 0.5,
        "5.": 5,
        "1e3": 1000,
        "2.5E-1": 0.25,
        "007": 7,
        "-0": 0,
        "1e15": 1e15,
        " 3\u00a0": 3,
        "$5": 5,
        "5\u00a0€": 5,
        "EUR 1.5": 1.5,
        "€ +2": 2,
    }
    bad = [
        "-1",
        "1e16",
        "1e999",
        "nan",
        "inf",
        "1,000",
        "1 000",
        "0x10",
        "1_000",
        "--1",
        "1.2.3",
        "e5",
        ".",
        "1e",
        "١",
        "$5$",
        "$  5",
        "EURO 5",
        "eur 5",
        "+€+5",
        "1 2",
        "Infinity",
        "",
    ]
    values, _ = session_column(tmp_path, "payment_amount", [*good, *bad])
    assert values == [*map(float, good.values()), *(None for _ in bad)]
    assert str(values[8]) == "0.0"


def test_thousands_and_decimal_signs(tmp_path: Path) -> None:
    texts = ["1.234.567,5", "1234,5", "1.23", "1234.567", "12.345", ".123", "1..234", "0,5"]
    values, _ = session_column(tmp_path, "payment_amount", texts, decimal=",", thousands=".")
    assert values == [1234567.5, 1234.5, None, None, 12345.0, None, None, 0.5]


def test_booleans(tmp_path: Path) -> None:
    words = ["true", "T", "YES", "y", "1", "False", "f", "No", "N", "0", "2", "wahr", "on", "", "1.0"]
    values, messages = session_column(tmp_path, "has_purchased", words)
    assert values == [True] * 5 + [False] * 5 + [None] * 5
    assert messages[0] == "has_purchased (column 'has_purchased'): '2' is not true/false, yes/no, t/f, y/n or 1/0"


def test_texts_are_trimmed_of_all_white_space(tmp_path: Path) -> None:
    spaces = WHITE_SPACE.replace("\n", "").replace("\r", "")
    texts = [f"{spaces}x y{spaces}", spaces, "007", "\u200bx", "é ", "\n\r\nz\r", "\x1fq", "a\x00b", "__none__", " __other__ ", "__NONE__"]
    values, messages = session_column(tmp_path, "client", texts)
    assert values == ["x y", None, "007", "\u200bx", "é", "z", "\x1fq", None, None, None, "__NONE__"]
    assert [message.split("'): ")[-1] for message in messages] == [
        "'a\x00b' has a NUL character",
        "'__none__' is a reserved text",
        "' __other__ ' is a reserved text",
    ]


def test_long_values_are_shortened_in_messages(tmp_path: Path) -> None:
    _, messages = session_column(tmp_path, "payment_amount", ["9" * 100 + "x"])
    assert messages == ["payment_amount (column 'payment_amount'): '" + "9" * 60 + "…' is not a number"]
