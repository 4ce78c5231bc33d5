"""The column tables of docs/contract, read as text, against the contracts in the code: names, order, types, keys, windows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest

from ca_assets.analyses.core.family import catalogue
from ca_assets.contracts.report_path import WINDOW_DAYS

FOLDER = Path(__file__).parents[2] / "docs" / "contract"
# What the code does not follow yet, by report or table: the columns of the contract that are missing. Nothing else may differ.
# 2026-11-28, second edition of reports.md (its last section names the changes): guests, and customers rows without a date.
MISSING_COLUMNS: dict[str, set[str]] = {}
# Reports of this installation (what its loads read), which the contract leaves to us.
OUTSIDE = {"loads/alarms", "loads/ledger", "loads/sources", "oscar/product_performance", "oscar/customer_behaviour"}
# Families of models.md that are not built yet.
NOT_BUILT: set[str] = set()


@dataclass(frozen=True)
class Stated:
    """A row of a column table: key and (name, type) of the columns in order."""

    key: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]


def sections(file: str) -> dict[str, str]:
    """First word of each heading in small letters → the section's text."""
    parts = re.split(r"^# (?:\d+\. )?", (FOLDER / file).read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.split(r"\W", part, maxsplit=1)[0].lower(): part for part in parts if part}


def with_braces_expanded(text: str) -> list[str]:
    """`{daily,weekly}_{0_1,1_2}` → daily_0_1, daily_1_2, weekly_0_1, weekly_1_2."""
    pieces = re.split(r"\{([^}]*)\}", text)
    choices = [piece.split(",") if i % 2 else [piece] for i, piece in enumerate(pieces)]
    return ["".join(parts) for parts in product(*choices)]


def columns(text: str) -> tuple[tuple[str, str], ...]:
    """`period date, orders int, revenue~ (of all)` → pairs of name and type; a column without a type is a float, `~` marks a model's."""
    plain = re.sub(r"\([^)]*\)", "", text).replace("~", "")
    words = [column.split() for column in plain.split(",")]
    return tuple((name, *(dtype or ["float"])) for name, *dtype in words)  # type: ignore[misc]


def table_rows(section: str) -> Iterator[tuple[list[str], Stated]]:
    """Names in backticks of the first cell, and what the row states, of each table with the columns key and columns."""
    is_inside = False
    for line in section.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if cells[1:] == ["key", "columns"]:
            is_inside = True
        elif len(cells) != 3:
            is_inside = False
        elif is_inside and not cells[0].startswith("---") and not cells[0].startswith("table "):
            yield re.findall(r"`([^`]+)`", cells[0]), Stated(tuple(cells[1].split(", ")), columns(cells[2]))


def reports_of_sections() -> dict[str, Stated]:
    """Of reports.md: a section per family; `daily_*` stands for the names of that beginning that the section writes out."""
    stated: dict[str, Stated] = {}
    families = {path.partition("/")[0] for path in catalogue()} - {"loads"}
    for family, section in sections("reports.md").items():
        if family not in families:
            continue
        listed = [name for text in re.findall(r"`([^`]*\{[^`]*)`", section) for name in with_braces_expanded(text)]
        for names, row in table_rows(section):
            for name in names:
                matching = [other for other in listed if other.startswith(name[:-1])] if name.endswith("*") else [name]
                stated |= {f"{family}/{type_}": row for type_ in matching}
    sentence = re.search(r"^`(\w+)`, key (\w+): ([^.]+)\.", sections("reports.md")["journey"], flags=re.MULTILINE)
    assert sentence is not None
    return stated | {f"journey/{sentence[1]}": Stated((sentence[2],), columns(sentence[3]))}


def reports_by_path() -> dict[str, Stated]:
    """Of models.md: the first name of a row has the family, the others stand for its neighbours."""
    stated: dict[str, Stated] = {}
    for section in sections("models.md").values():
        for names, row in table_rows(section):
            family = names[0].partition("/")[0]
            stated |= {f"{family}/{type_}": row for name in names for type_ in with_braces_expanded(name.removeprefix(f"{family}/"))}
    return stated


CONTRACT = reports_of_sections() | reports_by_path()


def test_the_contract_is_read_whole() -> None:
    assert len(CONTRACT) == 47 + 48, sorted(CONTRACT)
    assert CONTRACT["cohorts/weekly_3_4"].key == ("cohort", "offset_weeks")
    assert ("revenue", "float") in CONTRACT["stats/monthly_revenue"].columns
    assert CONTRACT["delivery/ride_locations"].columns[-1] == ("is_abnormal", "bool")
    assert CONTRACT["clv/daily"].columns[1] == ("kind", "str")


def test_no_report_is_missing_and_none_is_of_our_own() -> None:
    built = {path for path in CONTRACT if path.partition("/")[0] not in NOT_BUILT}
    assert built == set(catalogue()) - OUTSIDE
    assert {path.partition("/")[0] for path in catalogue()} & NOT_BUILT == set(), "built by now: take it off the list"


@pytest.mark.parametrize("path", sorted(set(catalogue()) & set(CONTRACT)))
def test_columns_and_key_are_those_of_the_contract(path: str) -> None:
    spec, stated = catalogue()[path], CONTRACT[path]
    missing = MISSING_COLUMNS.get(path, set())
    assert [(column.name, column.dtype) for column in spec.columns] == [pair for pair in stated.columns if pair[0] not in missing]
    assert missing <= {name for name, _ in stated.columns} - {column.name for column in spec.columns}, "there by now: take it off the list"
    assert spec.key == stated.key


def test_windows_are_those_of_the_contract() -> None:
    paragraph = re.search(r"\*\*Windows\.\*\*(.*?)\n\n", sections("reports.md")["rules"], flags=re.DOTALL)
    assert paragraph is not None
    listed, days = paragraph[1].split("(", maxsplit=1)[1].split(")", maxsplit=1)
    windowed: set[str] = set()
    for group in listed.split(";"):
        first, *others = re.findall(r"`([^`]+)`", group)
        family, _, type_ = first.partition("/")
        for name in (type_, *others):
            windowed |= {path for path in CONTRACT if re.fullmatch(f"{family}/{name.replace('*', '.*')}", path)}
    windowed |= {path for path in CONTRACT if path.startswith("delivery/")} - {"delivery/daily"}
    assert "`daily` has none, `lateness` none of 7 and 28 days." in sections("models.md")["deliveries"]
    assert {path for path, spec in catalogue().items() if spec.has_windows} == windowed
    assert {path: spec.windows for path, spec in catalogue().items() if spec.windows != WINDOW_DAYS} == {"delivery/lateness": (90, 365)}
    assert tuple(map(int, re.findall(r"\d+", days.split("days")[0]))) == WINDOW_DAYS
