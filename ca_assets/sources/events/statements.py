"""The SQL of this package: `sql/NAME.sql` holds statements of DuckDB, each after a line `-- step: WHAT`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

FOLDER, MARK = Path(__file__).parent / "sql", "-- step: "


@cache
def statements(name: str) -> dict[str, str]:
    """The statements of a file by their step, in order."""
    parts = (FOLDER / f"{name}.sql").read_text(encoding="utf-8").split(MARK)[1:]
    return {step.strip(): text.strip() for step, _, text in (part.partition("\n") for part in parts)}
