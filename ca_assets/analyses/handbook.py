"""The handbook of numbers: one Markdown page per family of reports, rendered from the contracts that pages and exports use.

Belongs here: how a contract reads as text. Does not belong here: any definition (they are in the families' `REPORTS`).
Write the pages with `python -m ca_assets.analyses.handbook docs/numbers`; a test holds the files to this text.
"""

from __future__ import annotations

import importlib
import inspect
import re
import sys
from pathlib import Path

from ca_assets.analyses.calendar import WINDOW_DAYS
from ca_assets.analyses.family import families
from ca_assets.analyses.report import Column, ReportSpec

TYPES = {"int": "whole number", "float": "number", "bool": "true/false", "date": "date", "time": "moment (UTC)", "str": "text"}
NEEDS = {"baskets": "a baskets source", "promotion_id": "the sessions' promotion column"}
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
- **Money**: revenue is what customers paid, before refunds, by the order's moment. Two currencies are never added up: where a scope has
  two, its money columns are empty.
"""


def render() -> dict[str, str]:
    """File name → text: `README.md` and one page per family."""
    pages = {f"{name}.md": _family(name, family.REPORTS) for name, family in sorted(families().items())}
    links = "\n".join(f"- [{name}]({name}.md): {len(family.REPORTS)} reports" for name, family in sorted(families().items()))
    rules = RULES.format(windows=", ".join(map(str, WINDOW_DAYS)))
    return {"README.md": f"{INTRODUCTION}\n{links}\n{rules}", **pages}


def write(folder: Path) -> None:
    """Write all pages into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in render().items():
        (folder / name).write_text(text, encoding="utf-8")


def _family(name: str, specs: tuple[ReportSpec, ...]) -> str:
    module = importlib.import_module(f"ca_assets.analyses.{name}")
    summary = re.sub(r"\s*\(REPORTS\.md[^)]*\)", "", inspect.cleandoc(module.__doc__ or "").split("\n\n")[0])
    return f"# {name}\n\n{' '.join(summary.split())}\n" + "".join(map(_report, specs))


def _report(spec: ReportSpec) -> str:
    columns = "\n".join(map(_column, spec.columns))
    head = f"\n## {spec.title}\n\n`{spec.path}`{_windows(spec)}: one row per {', '.join(spec.key)}.{_needs(spec)}\n\n{spec.definition}\n"
    return f"{head}\n| column | type | meaning |\n|---|---|---|\n{columns}\n"


def _windows(spec: ReportSpec) -> str:
    return f" (also {', '.join(f'`@{n}d`' for n in WINDOW_DAYS)})" if spec.has_windows else ""


def _needs(spec: ReportSpec) -> str:
    return f" Needs {' and '.join(NEEDS[need] for need in spec.needs)}." if spec.needs else ""


def _column(column: Column) -> str:
    return f"| `{column.name}` | {TYPES[column.dtype]} | {column.meaning.replace('|', chr(92) + '|')} |"


if __name__ == "__main__":
    write(Path(sys.argv[1]))
