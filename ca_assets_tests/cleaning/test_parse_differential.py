"""Texts that nobody thought of: each is read, or rejected, as by the oracle."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ca_assets_tests.cleaning.building import build
from ca_assets_tests.oracle.clean import build_tables
from ca_assets_tests.oracle.shopfile import read_shop
from ca_assets_tests.shops.builder import SampleShop

NUMBERS = [
    "1",
    "1234",
    "1,234.5",
    "1.234,5",
    "1 234",
    "1'234",
    "1\u2019234",
    ".5",
    "5.",
    "1e3",
    "$1",
    "€ 1",
    "1 EUR",
    "+$1",
    "$+1",
    "-0",
    "0.1",
]
WORDS = ["true", "T", "yes", "1", "0", "no", "paid", "Größe", "ΤΕΛΟΣ", "*", "on", "NULL"]
ISO = ["2024-01-31", "2024-01-31 10:20", "2024-01-31T10:20:30.123456789Z", "2024-01-31 10:20 +01:00", "2024-01-31T10:20:30-0530"]
ISO += ["0000-00-00", "0001-01-01 00:00", "1899-12-30T00:00:00Z", "1970-01-01 00:00 +05:00", "1990-01-01", "2024-03-31 01:30", "9999-12-31"]
SIGNS = {
    "payment_amount": "0123456789+-.,' \u00a0\u202f\u2019\t$€%eEUSDusd\u0663\u2212_\ufeff",
    "has_purchased": "tfynTFYN01aeoÄäßςσΣ*",
    "date": "0123456789-:.TZ +UC\u00a0tz",
}
OPTIONS: list[dict[str, Any]] = [
    {},
    {"decimal": ",", "thousands": ".", "true_values": ["paid", "größe"], "false_values": ["Τελος", "1"]},
    {"decimal": ",", "thousands": " ", "true_values": ["τελος", "0"], "false_values": "*", "null_values": ["NULL", "on"]},
    {"thousands": "'", "false_values": ["paid"], "null_values": ["*", "0"]},
]
FORMATS = {
    "%d.%m.%Y %H:%M": ["31.01.2024 20:00", "1.1.2024 9:05", "00.00.0000 00:00", "01.01.0001 00:00", "30.12.1899 0:00", "01.01.1970 00:00"],
    "%Y-%m-%dT%H:%M:%S%z": ["2024-01-31T10:20:30+01:00", "2024-01-31T10:20:30Z", "1970-01-01T00:00:00+0500", "0000-00-00T00:00:00Z"],
    "%m/%d/%Y %I:%M %p": ["01/31/2024 08:20 PM", "1/2/2024 1:05 pm", "01/01/1970 12:00 AM", "00/00/0000 12:00 am", "01/31/2024 13:00 PM"],
    "%Y%m%d%H%M%S": ["20240131102030", "2024131102030", "00000000000000", "19700101000000", "202411102030"],
    "%d %b %Y": ["31 Jan 2024", " 5 MAY 2024", "5  may 2024", "01 JAN 1970", "29 Feb 2023"],
    "%d.%m.%y, %H.%M Uhr": ["31.01.24, 10.20 Uhr", "1.1.70, 0.00 uhr", "1.2.6, 10.20 Uhr", "01.01.69, 1.02  UHR"],
    "%A, %d %B %Y %H:%M:%S.%f": ["Wednesday, 31 January 2024 10:20:30.5", "monday, 1 MAY 2024 1:02:03.123456"],
    "epoch_s": ["1706696430", "1706696430.5", "0", "000.0", "0001706696430.1234567", "0.0000001", "253402300799.9", "631152000"],
    "epoch_ms": ["1706696430123", "1706696430123.4567", "0", "631152000000", "00.0009", "253402300800000"],
}


def changed(dice: random.Random, text: str, signs: str) -> str:
    """The text with up to two signs put in, taken away or replaced."""
    for _ in range(dice.choice((0, 0, 1, 1, 2))):
        at, step = dice.randrange(len(text) + 1), dice.choice((0, 1, 1))
        text = text[:at] + dice.choice(["", *signs]) + text[at + step :]
    return text


def same_as_the_oracle(folder: Path, texts: Sequence[tuple[str, str]], **options: Any) -> None:
    """`texts`: our column and its text, each in a row of its own."""
    names = ("payment_amount", "has_purchased", "date", "refund_date")
    usual = {"payment_amount": "1", "has_purchased": "1", "date": "", "refund_date": ""}
    rows = [{"id": f"{i}", "session_start_date": "2024-01-01", **usual, column: text} for i, (column, text) in enumerate(texts)]
    lines = [",".join('"' + value.replace('"', '""') + '"' for value in row.values()) for row in rows]
    shop = SampleShop(
        sessions="\n".join(["id,session_start_date," + ",".join(names), *lines]) + "\n",
        timezone="Europe/London",
        options={"sessions": options},
    )
    ours = {row["id"]: row for row in build(folder, shop).orders.to_pyarrow().to_pylist()}
    theirs = {row["id"]: row for row in build_tables(read_shop(shop.write(folder / "again"))).orders}
    assert 0 < len(theirs) < len(texts)
    values = [[_value(rows.get(f"{i}"), column) for rows in (ours, theirs)] for i, (column, _) in enumerate(texts)]
    assert [(texts[i], pair) for i, pair in enumerate(values) if pair[0] != pair[1]] == []


def _value(row: dict[str, Any] | None, column: str) -> Any:
    if row is None:
        return "rejected"
    value = row[column]
    return value.astimezone(dt.UTC) if isinstance(value, dt.datetime) else value


@pytest.mark.parametrize("number", range(len(OPTIONS)))
def test_numbers_words_and_iso_times(number: int, tmp_path: Path) -> None:
    dice = random.Random(number)
    texts = {"payment_amount": NUMBERS, "has_purchased": WORDS, "date": ISO}
    drawn = [(column, changed(dice, dice.choice(texts[column]), SIGNS[column])) for column in texts for _ in range(500)]
    same_as_the_oracle(tmp_path, drawn, **OPTIONS[number])


@pytest.mark.parametrize("number", range(0, len(FORMATS), 2))
def test_formats_read_as_strptime_does(number: int, tmp_path: Path) -> None:
    dice, names = random.Random(number), list(FORMATS)
    formats = {"date": names[number], "refund_date": names[(number + 1) % len(names)]}
    signs = "0123456789-:./TZ +\u00a0\u202f\t,APMapmJanu"
    drawn = [(column, changed(dice, dice.choice(FORMATS[formats[column]]), signs)) for column in formats for _ in range(500)]
    same_as_the_oracle(tmp_path, drawn, date_format=formats)
