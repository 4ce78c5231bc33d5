"""Hostile session rows: everything that a file from outside may hold. `python -m ca_assets_tests.shops.hostile N OUT.csv` writes N rows.

Seeded. A row is a list of fields or bytes as they are; about a third of the rows are good ones in disguise (formulas, scripts, RTL).
"""

# ruff: noqa: E501 - tables of values, not prose

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from ca_assets_tests.shops.builder import SampleShop, csv_bytes

HEADER = "id,client,start,amount,bought,promo,country,seen"
TEXTS = [
    "=1+1", '=HYPERLINK("http://example.invalid","x")', "+SUM(A1)", "-2+3", "@cmd", "\t=1", "<script>alert(1)</script>", "\"><img src=x onerror=y>",
    "'; DROP TABLE orders; --", "{{7*7}}", "${jndi:x}", "%s%n", "../../etc/passwd", "\u202egnp.exe", "عميل", "לקוח", "👩‍👩‍👧‍👦", "🇫🇷", "e\u0301", "\u200b", "\ufeff",
    "NULL", "None", "NaN", "null", "undefined", "true", "__none__", "__other__", "007", "7", "a\nb", "a\r\nb", "a\rb", 'a"b', '""', "\u3000x\u3000", "ﷺ", "x\x00y",
    "\x1b[31mred", "\x7f", "Ω" * 300, " ", "\u2028", "a,b", "a;b", "\\", "\\n", "­",
]  # fmt: skip
TIMES = [
    "0001-01-01", "9999-12-31T23:59:59.999999", "9999-12-31T23:59-14:00", "1989-12-31", "1990-01-01", "2023-02-30", "2024-02-29", "2023-03-26 01:30",
    "2023-10-29 01:30", "2024-01-01T24:00", "2024-01-01T10:00:60", "2024-01-01T10:00:00.123456789Z", "2024-01-01 10:00 UTC", "2024-01-01T10:00+0530", "31/12/2024",
    "1704067200", "now", "infinity", "-4712-01-01", "2024-1-1", "٢٠٢٤-01-01", "20240101", "", " 2024-05-05 ", "2024-01-01T10:00+99:99", "10000-01-01",
]  # fmt: skip
AMOUNTS = [
    "0",
    "-0",
    "1e3",
    "1E308",
    "1e309",
    "1e-400",
    "-1",
    "NaN",
    "inf",
    "0x1F",
    "1,000",
    "1_000",
    "١٢",
    "1e15",
    "1000000000000001",
    "",
    "12.5.1",
    "=1",
    "+7",
    ".5",
    "5.",
]
FLAGS = ["true", "FALSE", "Yes", "n", "1", "0", "2", "", "oui", "T", " f "]
Pick = random.Random


def rows(count: int, seed: int = 0) -> Iterator[bytes]:
    """`count` rows with their line ends (a row may span lines)."""
    pick = random.Random(seed)
    makers: list[Callable[[Pick, int], bytes]] = [good, good, texts, times, amounts, structure, raw_bytes]
    for number in range(count):
        yield pick.choice(makers)(pick, number) + pick.choice([b"\n", b"\n", b"\n", b"\r\n", b"\n\n"])


def good(pick: Pick, number: int, **other: str) -> bytes:
    """A clean row, or one with `other` fields in it; ids come again."""
    fields = {
        "id": f"o{number if pick.random() < 0.9 else pick.randrange(number + 1)}",
        "client": f"c{pick.randrange(1000)}",
        "start": f"2024-{pick.randrange(1, 13):02d}-{pick.randrange(1, 29):02d} {pick.randrange(24):02d}:00",
        "amount": str(pick.randrange(10_000) / 100),
        "bought": pick.choice(["true", "false"]),
        "promo": pick.choice(["", "SUMMER"]),
        "country": pick.choice(["FR", "DE"]),
        "seen": "yes",
    }
    return ",".join(map(quoted, (fields | other).values())).encode()


def quoted(text: str) -> str:
    """As CSV writes it."""
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in ',"\n\r') else text


def texts(pick: Pick, number: int) -> bytes:
    """Texts that are code somewhere else, or reserved, or long."""
    text = pick.choice(TEXTS) if pick.random() < 0.999 else "x" * 200_000
    return good(pick, number, **{pick.choice(["id", "client", "promo", "country"]): text})


def times(pick: Pick, number: int) -> bytes:
    """Times at and beyond every border."""
    return good(pick, number, start=pick.choice(TIMES))


def amounts(pick: Pick, number: int) -> bytes:
    """Numbers and booleans that may not be any."""
    return good(pick, number, amount=pick.choice(AMOUNTS), bought=pick.choice(FLAGS), seen=pick.choice(FLAGS))


def structure(pick: Pick, number: int) -> bytes:
    """Wrong field counts and broken quotes."""
    row = good(pick, number)
    at = pick.randrange(len(row))
    return pick.choice(
        [
            row + b",",
            row[:at],
            row[:at] + b'"' + row[at:],
            b'"' + row,
            row + b',"',
            b'"",' * 3,
            b'"' * 7,
            b",",
            b'o"o,' + row,
            row[:at] + b"\n" + row[at:],
        ]
    )


def raw_bytes(pick: Pick, number: int) -> bytes:
    """Bytes that are no UTF-8, NUL, or any at all."""
    row = good(pick, number)
    at = pick.randrange(len(row))
    noise = pick.choice([b"\xff", b"\xc3", b"\x00", b"\xed\xa0\x80", b"\r", pick.randbytes(5)])
    return row[:at] + noise + row[at:]


def hostile_shop(count: int, seed: int = 0) -> SampleShop:
    """A shop of `count` hostile sessions."""
    return SampleShop(
        sessions=b"".join([HEADER.encode(), b"\n", *rows(count, seed)]), timezone="Europe/London", dimensions=["country"], actions=["seen"]
    )


if __name__ == "__main__":
    Path(sys.argv[2]).write_bytes(csv_bytes(hostile_shop(int(sys.argv[1])).sessions))
