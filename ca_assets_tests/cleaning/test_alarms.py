"""What a load says aloud, each alarm once, just beyond its limit and not at it; and an order's further lines, which are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from ca_assets_tests.cleaning.building import build
from ca_assets_tests.shops.builder import SampleShop

HEAD = "id,client,start,amount,bought\n"


def _orders(count: int, client: str = "c{n}", first: int = 0, rest: str = "") -> str:
    return "".join(f"o{n},{client.format(n=n)},2024-03-01,10,1{rest}\n" for n in range(first, first + count))


def _said(folder: Path, shop: SampleShop) -> list[tuple[str, str, int, int]]:
    return [(each.source, each.alarm, each.rows, each.of) for each in build(folder, shop).alarms]


CASES = {
    "good": (HEAD + _orders(40), []),
    "rejected, at the limit": (HEAD + _orders(19) + "x,c,yesterday,1,1\n", []),
    "rejected": (HEAD + _orders(18) + "x,c,yesterday,1,1\n", [("sessions", "rejected bad_session_start_date", 1, 19)]),
    "duplicates, at the limit": (HEAD + _orders(19) + _orders(1), []),
    "duplicates": (HEAD + _orders(18) + _orders(1), [("sessions", "duplicates", 1, 19)]),
    "20 orders of one": (HEAD + _orders(20, "same") + _orders(30, first=20), []),
    "21 orders of one": (HEAD + _orders(21, "same") + _orders(30, first=21), [("sessions", "one_client", 21, 51)]),
    "21 orders are 2 per cent": (HEAD + _orders(21, "same") + _orders(1029, first=21), []),
    "a client called null": (HEAD + _orders(300) + _orders(1, "NULL", 300), [("sessions", "one_client", 1, 301)]),
    "a visitor called null": (HEAD + _orders(3) + "v,null,2024-03-01,,0\n", []),
    "commas, at the limit": (HEAD.replace("\n", ",promo\n") + _orders(99, rest=",A") + _orders(1, first=99, rest=',"A,B"'), []),
    "commas": (
        HEAD.replace("\n", ",promo\n") + _orders(98, rest=",A") + _orders(1, first=98, rest=',"A,B"') + _orders(9, first=99, rest=","),
        [("sessions", "promotion_commas", 1, 99)],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_alarms(tmp_path: Path, name: str) -> None:
    sessions, said = CASES[name]
    assert _said(tmp_path, SampleShop(sessions=sessions)) == said


def test_no_client_is_a_customer(tmp_path: Path) -> None:
    clean = build(
        tmp_path, SampleShop(sessions=HEAD + "o1,123,2024-03-01,1,1\n", customers="client,download\n123.0,2024-01-01\nx,2024-01-01\n")
    )
    (alarm,) = clean.alarms
    assert (alarm.alarm, alarm.rows, alarm.of) == ("unknown_clients", 1, 1)
    assert (
        alarm.text == "none of the clients of sessions is in customers ('123' in sessions looks like '123.0' in customers), 1 of 1 (100 %)"
    )


def test_one_known_client_is_enough(tmp_path: Path) -> None:
    assert not _said(
        tmp_path, SampleShop(sessions=HEAD + "o1,1,2024-03-01,1,1\no2,2,2024-03-01,1,1\n", customers="client,download\n2,2024-01-01\n")
    )


def test_further_lines_are_duplicates_without_an_alarm(tmp_path: Path) -> None:
    lines = "o1,c1,2024-03-01,25,1\no1,c1,,,\no1,c1,,-5,\no2,c2,,,\no2,c2,2024-03-02,7,1\no3,c3,,,\n"
    clean = build(tmp_path, SampleShop(sessions=HEAD + lines + _orders(30, first=10)))
    counts = clean.counts["sessions"]
    assert (counts["read"], counts["accepted"], counts["rejected"], counts["duplicates"]) == (36, 32, 2, 2)
    left = clean.rejects.to_pyarrow().sort_by("line").to_pylist()
    assert [(row["line"], row["reason"]) for row in left] == [
        (3, "further_line"),
        (4, "missing_session_start_date"),  # its amount is bad too
        (5, "further_line"),  # before its order's own line
        (7, "missing_session_start_date"),
    ]


def test_a_further_line_stands_in_the_file_of_its_order(tmp_path: Path) -> None:
    files = {"a.csv": HEAD + "o1,c1,2024-03-01,25,1\n", "b.csv": HEAD + "o1,c1,,,\no2,c2,2024-03-02,7,1\n"}
    clean = build(tmp_path, SampleShop(sessions=files))
    assert clean.reasons["sessions"] == {"missing_session_start_date": 1}
