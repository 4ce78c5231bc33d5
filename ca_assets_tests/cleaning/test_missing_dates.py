"""Moments that stand for none: missing in optional columns, counted, and an error where a moment is required."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ca_assets_tests.cleaning.building import SHOP, build, session_column

FIELDS = ("client", "has_purchased", "payment_amount", "discount_amount", "currency")
HEAD = "id,client,session_start_date,payment_amount,has_purchased,refund_date\n"


@pytest.mark.parametrize(
    ("date_format", "missing", "kept"),
    [
        (None, ["0000-00-00", "0000-00-00 00:00:00", "0001-01-01T00:00:00Z", "1899-12-30", "1970-01-01 00:00:00.000 +0900"], "2024-01-02"),
        ("%d.%m.%Y %H:%M", ["00.00.0000 00:00", "00.00.0000\u00a000:00", "1.1.1970 00:00", "30.12.1899 0:00"], "02.01.2024 00:00"),
        ("%Y-%m-%d %H:%M %z", ["1970-01-01 00:00 +0100", "0001-01-01 00:00 Z"], "2024-01-02 00:00 +0000"),
        ("epoch_s", ["0", "0.000"], "1704153600"),
        ("epoch_ms", ["0"], "1704153600000.5"),
    ],
)
def test_dates_that_stand_for_none(tmp_path: Path, date_format: str | None, missing: list[str], kept: str) -> None:
    rows = [f"s{n},c,2024-01-01,5,1,{text}\n" for n, text in enumerate([*missing, kept])]
    options = {"date_format": {"refund_date": date_format}} if date_format else {}
    tables = build(tmp_path, replace(SHOP, sessions=HEAD + "".join(rows)).with_source("sessions", **options))
    moments = [row["refund_date"] for row in tables.orders.order_by("id").to_pyarrow().to_pylist()]
    assert moments[:-1] == [None] * len(missing) and moments[-1].isoformat().startswith("2024-01-02T00:00")
    assert tables.counts["sessions"]["null_dates"] == len(missing)


def test_a_required_moment_of_1970_is_an_error(tmp_path: Path) -> None:
    _, messages = session_column(tmp_path, "session_start_date", ["1970-01-01", "0000-00-00"])
    assert ["before 1990" in messages[0], "is not a time" in messages[1]] == [True, True]


def test_customers_without_a_date_take_the_first_session(tmp_path: Path) -> None:
    sessions = "id,client,session_start_date,payment_amount,has_purchased\ns1,a,2024-01-05,5,1\ns2,a,2024-01-03,5,0\ns3,,2024-01-01,7,1\n"
    customers = "client,download_date\na,\nb,\nc,2024-01-09\na,0000-00-00\n0,2024-01-01\n"
    shop = replace(SHOP, sessions=sessions, customers=customers).with_source("sessions", guest_clients=["0"])
    tables = build(tmp_path, shop)
    dates = {row["client"]: row["download_date"].date().isoformat() for row in tables.downloads.to_pyarrow().to_pylist()}
    assert dates == {"a": "2024-01-03", "c": "2024-01-09"}
    counts = tables.counts["customers"]
    assert (counts["read"], counts["accepted"], counts["rejected"], counts["duplicates"], counts["dateless"]) == (4, 2, 1, 1, 1)
    assert tables.reasons["customers"] == {"duplicate": 1, "missing_download_date": 1}
    assert tables.counts["sessions"]["guests"] == 1
    assert counts["guests"] == 1


def test_a_displaced_session_gives_no_date(tmp_path: Path) -> None:
    sessions = "id,client,session_start_date,payment_amount,has_purchased\n1,a,2024-01-05,9,1\n1,b,2024-01-05,5,1\n2,c,2024-01-06,5,1\n"
    tables = build(tmp_path, replace(SHOP, sessions=sessions, customers="client,download_date\na,2024-01-01\nb,\nc,\n"))
    dates = {row["client"]: row["download_date"].date().isoformat() for row in tables.downloads.to_pyarrow().to_pylist()}
    assert dates == {"a": "2024-01-01", "c": "2024-01-06"}
    assert tables.reasons["customers"] == {"missing_download_date": 1}


def test_words_constants_and_discounts(tmp_path: Path) -> None:
    head = "id,client,session_start_date,payment_amount,has_purchased,discount_amount\n"
    lines = "s1,0,2024-01-01,5,Paid,-2\ns2,b,2024-01-01,n/a,voided,1\ns3,c,2024-01-01,5,n/a,0\n"
    keys = {"true_values": ["paid"], "false_values": "*", "null_values": ["n/a"], "guest_clients": ["0"], "constants": {"currency": "usd"}}
    tables = build(tmp_path, replace(SHOP, sessions=head + lines).with_source("sessions", **keys))
    got = [tuple(row.values()) for row in tables.orders.order_by("id").select(*FIELDS).to_pyarrow().to_pylist()]
    assert got == [(None, True, 5.0, 2.0, "USD"), ("b", False, 0.0, 0.0, "USD")]
    counts = tables.counts["sessions"]
    assert (counts["guests"], counts["negative_discounts"], counts["rejected"]) == (1, 1, 1)
    assert tables.reasons["sessions"] == {"missing_has_purchased": 1}
