"""The handbook of numbers: one Markdown page per family of reports and tables, rendered from the contracts that pages and exports use.

Belongs here: how a contract reads as text. Does not belong here: any definition (they are in the families' `REPORTS` and `TABLE`).
Write the pages with `python -m ca_assets.analyses.core.handbook docs/numbers`; a test holds the files to this text.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from ca_assets.analyses.core.family import Family, families
from ca_assets.analyses.core.report import ReportSpec
from ca_assets.contracts.report_path import WINDOW_DAYS, window_suffix
from ca_assets.contracts.tables import TableSpec

TYPES = {"int": "whole number", "float": "number", "bool": "true/false", "date": "date", "time": "moment (UTC)", "str": "text"}
NEEDS = {
    "baskets": "a baskets source",
    "promotion_id": "the sessions' promotion column",
    "deliveries": "a deliveries source",
    "coordinates": "its latitude and longitude",
    "prepare_date": "its prepare date",
    "return_date": "its return date",
    "promised_date": "its promised date",
}
INTRODUCTION = """# What each number means

One page per family of reports. The texts are those that the pages show, taken from the code (`ca_assets/analyses`), so that they cannot
differ. What holds for all reports (calendar, report date, scopes, windows, money) is at the end of this page.
"""
RULES = """
## What holds for all reports

- **Report date**: a report covers whole days up to its report date, never "now". Rows of later moments wait in the tables.
- **Complete**: a week or month that was not over by the report's end is marked, and is left out of comparisons.
- **Scope**: `all`, or one value of one dimension (`country=FR`): every figure as if the other sessions did not exist. Sessions, orders and
  revenue of a dimension's scopes add up to `all`; customers need not, since one customer can come in several.
- **Windows**: reports that are no series of periods also exist for the last {windows} days (`name/type@28d`).
- **Rates** stand beside their numerator and denominator, with a 95 % interval (Wilson). An empty cell is "not known", never 0.
- **Lists**: what a chart counts in orders or customers can be opened as a list of exactly these, by a click on the bar, point or cell, or
  from the panel's menu ("Show the orders"). A list has as many rows as the figure says; it is paged, sorted by its headers, downloaded
  as CSV.
- **Money**: revenue is what customers paid, before refunds, by the order's moment. Two currencies are never added up: where a scope has
  two, its money columns are empty.
"""


def render() -> dict[str, str]:
    """File name → text: `README.md` and one page per family."""
    described = [f for _, f in sorted(families().items()) if f.is_in_full_export and (f.reports or described_tables(f))]
    pages = {f"{family.name}.md": _page(family) for family in described}
    links = "\n".join(f"- [{family.name}]({family.name}.md): {_contents(family)}" for family in described)
    rules = RULES.format(windows=", ".join(map(str, WINDOW_DAYS)))
    return {"README.md": f"{INTRODUCTION}\n{links}\n{rules}", **pages}


def write(folder: Path) -> None:
    """Write all pages into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in render().items():
        (folder / name).write_text(text, encoding="utf-8")


def described_tables(family: Family) -> list[TableSpec]:
    """The tables that readers get and that say what their columns mean."""
    published = [table for table in family.tables if table.is_published and not callable(table.fields)]
    return [table for table in published if any(field.meaning for field in table.columns())]


def _page(family: Family) -> str:
    tables = "".join(_table(family, table) for table in described_tables(family))
    return f"# {family.name}\n\n{family.about}\n" + tables + "".join(map(_report, family.reports))


def _contents(family: Family) -> str:
    tables = [f"the table `{table.name}`" for table in described_tables(family)]
    return " and ".join([*tables, *([f"{len(family.reports)} reports"] if family.reports else [])])


def _table(family: Family, table: TableSpec) -> str:
    """A table's section: name, key, and its columns as a table."""
    head = f"\n## Table `{table.name}`\n\n`ca export {table.name}`: one row per {', '.join(table.key)}.\n"
    columns = [(field.name, field.dtype, field.meaning) for field in table.columns()]
    return "\n".join([head, *_columns(columns), ""])


def _columns(columns: Iterable[tuple[str, str, str]]) -> list[str]:
    rows = [f"| `{name}` | {TYPES[dtype]} | {meaning.replace('|', chr(92) + '|')} |" for name, dtype, meaning in columns]
    return ["| column | type | meaning |", "|---|---|---|", *rows]


def _report(spec: ReportSpec) -> str:
    """A report's section: title, path, key, definition, and its columns as a table."""
    windows = f" (also {', '.join(f'`{window_suffix(n)}`' for n in spec.windows)})" if spec.has_windows else ""
    needs = f" Needs {' and '.join(NEEDS[need] for need in spec.needs)}." if spec.needs else ""
    columns = _columns((column.name, column.dtype, column.meaning) for column in spec.columns)
    head = f"\n## {spec.title}\n\n`{spec.path}`{windows}: one row per {', '.join(spec.key)}.{needs}\n\n{spec.definition}\n"
    return "\n".join([head, *columns, ""])


if __name__ == "__main__":
    write(Path(sys.argv[1]))
