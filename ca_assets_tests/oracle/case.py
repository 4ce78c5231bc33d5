"""What a hand-made case is: small files, the day, and rows computed by hand; and how an export is checked against it.

The product's tests run the same cases end to end: `case.write(folder)`, then `ca load` and `ca export --all --scope '*'` (with
`--as-of case.as_of` when it is given), then `case.problems(export folder)` and `case.count_problems(counts)`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from ca_assets_tests.oracle.columns import REPORTS, report_key
from ca_assets_tests.shops.builder import SampleShop

Line = dict[str, str]


HEADER = "id,client,start,amount,bought\n"


def sessions_csv(rows: list[str]) -> str:
    """A sessions.csv of the five required columns."""
    return HEADER + "".join(f"{row}\n" for row in rows)


@dataclass(frozen=True)
class Case:
    """A shop, the report date (None: the default), and what must come out.

    expected: table or report → CSV literal with the key columns (scope `all` unless it has that column) and those columns that the
    case is about; `~.2077` means "to these digits". rows: number of rows of a
    whole file (over all scopes).
    """

    name: str
    shop: SampleShop
    as_of: str | None = None
    expected: dict[str, str] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)

    def write(self, folder: Path) -> Path:
        """Write the files; returns the path of shop.yaml."""
        return self.shop.write(folder)

    def problems(self, export: Path, stated: Collection[str] = REPORTS.keys()) -> list[str]:
        """What in an exported folder differs from the case, in the tables and the reports that the exporter says it has."""
        problems = []
        for name, literal in self.expected.items():
            if not _there(name, stated):
                continue
            problems += _problems(name, _read(literal), _read((export / f"{name}.csv").read_text(encoding="utf-8")))
        for name, count in self.rows.items():
            if not _there(name, stated):
                continue
            there = len(_read((export / f"{name}.csv").read_text(encoding="utf-8")))
            problems += [f"{name}: {there} rows instead of {count}"] if there != count else []
        return [f"{self.name}: {problem}" for problem in problems]

    def count_problems(self, counts: dict[str, dict[str, int]]) -> list[str]:
        """What in the counts per source (read, accepted, rejected, duplicates, orphans, …) differs from the case."""
        wanted = {(source, name): count for source, facts in self.counts.items() for name, count in facts.items()}
        return [
            f"{self.name}: {source} {name} {counts[source].get(name)} instead of {count}"
            for (source, name), count in wanted.items()
            if counts[source].get(name) != count
        ]


def _there(name: str, stated: Collection[str]) -> bool:
    return name in ("orders", "downloads", "rfm_segments") or name.partition("@")[0] in stated


def _read(literal: str) -> list[Line]:
    return list(csv.DictReader(io.StringIO(literal.lstrip("\n"), newline="")))


def _key(name: str) -> list[str]:
    return {"orders": ["id"], "downloads": ["client"], "rfm_segments": ["client"]}.get(name) or ["scope", *report_key(name)]


def _problems(name: str, wanted: list[Line], there: list[Line]) -> list[str]:
    key = _key(name)
    by_key = {tuple(line[column] for column in key): line for line in there}
    problems = []
    for expected in wanted:
        where = tuple(expected.get(column, "all") for column in key)
        line = by_key.get(where)
        if line is None:
            problems.append(f"{name} {where}: no such row")
            continue
        different = [column for column, text in expected.items() if not _equal(text, line.get(column))]
        problems += [f"{name} {where} {column}: {line.get(column)!r} instead of {expected[column]!r}" for column in different]
    return problems


def _equal(wanted: str, there: str | None) -> bool:
    if there is None or wanted == there:
        return wanted == there
    try:
        if wanted.startswith("~"):
            digits = len(wanted.partition(".")[2])
            return abs(float(wanted[1:]) - float(there)) <= 0.5001 * 10.0**-digits
        return abs(float(wanted) - float(there)) <= 1e-9 * max(1.0, abs(float(wanted)))
    except ValueError:
        return False
