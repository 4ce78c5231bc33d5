"""The handbook in `docs/numbers` is what the contracts say, and says something about everything."""

from __future__ import annotations

from pathlib import Path

from ca_assets.analyses.core.family import catalogue, families
from ca_assets.analyses.core.handbook import described_tables, render

FOLDER = Path(__file__).parents[2] / "docs" / "numbers"
REMEDY = "run `python -m ca_assets.analyses.core.handbook docs/numbers`"


def test_the_files_are_what_the_contracts_say() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    assert sorted(written) == sorted(render()), REMEDY
    assert [name for name, text in render().items() if written[name] != text] == [], REMEDY


def test_every_report_and_column_is_explained() -> None:
    unexplained = [
        f"{path}: {column.name}"
        for path, spec in catalogue().items()
        for column in spec.columns
        if not column.meaning or not spec.definition
    ]
    assert unexplained == []


def test_columns_of_tables_are_explained() -> None:
    tables = {table.name: table for family in families().values() for table in described_tables(family)}
    assert "rfm_segments" in tables
    assert [f"{name}: {field.name}" for name, table in tables.items() for field in table.columns() if not field.meaning] == []
    assert all(f"| `{field.name}` |" in render()["rfm_segments.md"] for field in tables["rfm_segments"].columns())
