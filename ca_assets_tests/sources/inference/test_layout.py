"""What a file's bytes say of its layout; and what the dry run proposes loads without an edit."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from ca_assets.cleaning.build import build_tables
from ca_assets.dry_run.result import SourceCheck
from ca_assets.dry_run.run import dry_run
from ca_assets.settings.process import ProcessSettings
from ca_assets.shop import SourceConfig, parse_shop
from ca_assets.sources.driver import Reading
from ca_assets.sources.inference.layout import csv_head
from ca_assets.sources.inference.versions import has_versions, misleading_order
from ca_assets_tests.cleaning.building import rows
from ca_assets_tests.shops.clean_tables import engine

HEAD = "id,client,created at,total,paid,city\n"
ORDERS = HEAD + "".join(f"o{n},c{n % 9},2024-02-{1 + n % 28:02d} 10:00,{n}.50,yes,{'München' if n % 3 else 'Köln'}\n" for n in range(60))


def _config(folder: Path, data: bytes, **more: object) -> SourceConfig:
    (folder / "s.csv").write_bytes(data)
    return SourceConfig(kind="csv", path="s.csv", **more)


@pytest.mark.parametrize(
    ("data", "options"),
    [
        (ORDERS.encode(), {}),
        (ORDERS.encode("utf-8-sig"), {}),
        (ORDERS.encode("utf-16"), {}),  # by its mark
        (ORDERS.encode("windows-1252"), {"encoding": "windows-1252"}),
        (ORDERS.replace("München", "Łódź").replace("Köln", "Gdańsk").encode("windows-1250"), {"encoding": "windows-1250"}),
        (ORDERS.replace("München", "Москва").replace("Köln", "Казань").encode("windows-1251"), {"encoding": "windows-1251"}),
        (ORDERS.encode("utf-16-le"), {"encoding": "utf-16-le"}),
        (ORDERS.encode("utf-16-be"), {"encoding": "utf-16-be"}),
        (b"Orders of March\nmade on 1 April\n\n" + ORDERS.encode(), {"skip_rows": 3}),
        (b"Orders of March,,,,,\r\n,,,,,\r\n" + ORDERS.replace("\n", "\r\n").encode(), {"skip_rows": 2}),
        (b'"Orders, of ""March"""\n' + ORDERS.encode(), {"skip_rows": 1}),
        (ORDERS.replace(",", ";").encode(), {"delimiter": ";"}),
        (b"Orders: 60\n" + ORDERS.replace(",", "\t").encode(), {"skip_rows": 1, "delimiter": "\t"}),
        (b"sep=;\n" + ORDERS.replace(",", ";").encode(), {}),
        (b"id,client,,,at,\n1,2,,,2024-01-01,\n", {}),  # columns without names
        (b"id\n1\n2\n", {}),
        (HEAD.encode(), {}),
        (b"\n\n" + ORDERS.encode(), {}),  # empty lines before the header are no rows
    ],
)
def test_the_layout_of_a_file(tmp_path: Path, data: bytes, options: dict[str, object]) -> None:
    head = csv_head("sessions", _config(tmp_path, data), tmp_path / "s.csv", 1 << 20, 1_000)
    assert head.options == options
    assert head.rows[0][0] == "id" or head.rows[0][0] == "\ufeffid"


def test_what_shop_yaml_says_is_kept(tmp_path: Path) -> None:
    config = _config(tmp_path, ("title\n" + ORDERS).encode("latin-1"), encoding="latin-1", skip_rows=1)
    assert csv_head("sessions", config, tmp_path / "s.csv", 1 << 20, 10).options == {}


FIRST, SECOND = ORDERS.encode(), (HEAD + "o1,c1,2024-02-02 10:00,1.25,no,Köln\n" + "o99,c1,2024-03-02 10:00,1,yes,Köln\n").encode()


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"1.csv": FIRST, "2.csv": SECOND}, True),
        ({"1.csv": FIRST, "2.csv": FIRST.replace(b"\no", b"\np")}, False),
        ({"1.csv": FIRST}, False),
        ({"1.csv": FIRST, "2.csv": b""}, False),
        ({"1.csv": FIRST, "2.csv": HEAD.encode()}, False),
    ],
)
def test_files_that_are_versions_of_the_same_rows(tmp_path: Path, files: dict[str, bytes], expected: bool) -> None:
    (tmp_path / "days").mkdir()
    for name, data in files.items():
        (tmp_path / "days" / name).write_bytes(data)
    config = SourceConfig(kind="csv", path="days", columns={"id": "id"})
    assert has_versions("sessions", config, Reading(tmp_path, tmp_path)) is expected


def test_names_that_are_in_another_order_than_their_numbers(tmp_path: Path) -> None:
    (tmp_path / "days").mkdir()
    config = SourceConfig(kind="csv", path="days")
    for name, expected in (("export_09.csv", None), ("export_10.csv", None), ("export_9.csv", ("days/export_10.csv", "days/export_9.csv"))):
        (tmp_path / "days" / name).write_bytes(FIRST)
        found = misleading_order("sessions", config, tmp_path)
        assert found == (expected and tuple(part.removeprefix("days/") for part in expected))


def _check(folder: Path, text: str) -> SourceCheck:
    return dry_run(parse_shop(text, folder), ProcessSettings(home=folder / "home")).sources[0]


def test_what_is_proposed_loads_without_an_edit(tmp_path: Path) -> None:
    (tmp_path / "days").mkdir()
    for name, data in (("2024-01.csv", ORDERS), ("2024-02.csv", SECOND.decode())):
        text = "Umsätze\n" + data.replace(",", ";").replace(".", ",")
        (tmp_path / "days" / name).write_bytes(text.encode("windows-1252"))
    guess = _check(tmp_path, "sources: {sessions: {kind: csv, path: days}}").guess
    assert guess is not None
    assert all(
        line in guess for line in ('encoding: "windows-1252"', "skip_rows: 1", 'delimiter: ";"', 'decimal: ","', "versions: by_file")
    )
    text = "sources:\n" + textwrap.indent(guess.replace("sessions:\n", "sessions:\n  kind: csv\n  path: days\n", 1), "  ")
    orders = build_tables(parse_shop(text, tmp_path), engine(), tmp_path / "staging").orders
    assert len(orders.to_pyarrow()) == 61 and rows(orders.filter(orders.id == "o1"), "payment_amount", "has_purchased") == [(0.0, False)]
    assert set(orders.to_pyarrow()["dimensions.city"].to_pylist()) == {"München", "Köln"}


def test_a_mapped_source_is_told_its_encoding_and_versions(tmp_path: Path) -> None:
    (tmp_path / "days").mkdir()
    for name in ("export_9.csv", "export_10.csv"):
        (tmp_path / "days" / name).write_bytes(ORDERS.encode("windows-1252"))
    columns = "{id: id, client: client, session_start_date: created at, payment_amount: total, has_purchased: paid}"
    check = _check(tmp_path, f"sources: {{sessions: {{kind: csv, path: days, columns: {columns}, dimensions: [city]}}}}")
    assert {"encoding: windows-1252", "versions: by_file"} <= {line.replace('"', "") for line in check.suggestions}
    assert check.warnings[0].startswith("export_10.csv comes before export_9.csv")
