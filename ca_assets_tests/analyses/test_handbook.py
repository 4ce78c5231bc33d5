"""The handbook in `docs/numbers` is what the contracts say, and says something about everything."""

from __future__ import annotations

from pathlib import Path

from ca_assets.analyses.core.family import catalogue
from ca_assets.analyses.core.handbook import render

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
