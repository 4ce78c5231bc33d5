"""An error of a source says what it is by a code, a column and a hint; nobody has to read its text."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest

from ca_assets.shop import SourceConfig
from ca_assets.sources.driver import Reading
from ca_assets.sources.errors import ErrorCode, SourceError
from ca_assets.sources.open import open_source

COLUMNS = {"client": "a", "download_date": "b"}


def error_of(folder: Path, **config: Any) -> SourceError:
    """What a customers source over `file.csv` fails with."""
    place = {} if "url" in config else {"path": "file.csv"}
    fixed = {"kind": "csv", **place, "columns": COLUMNS}
    with pytest.raises(SourceError) as caught:
        open_source("customers", SourceConfig(**{**fixed, **config}), Reading(folder, folder / "staging", secret={}.get))
    return caught.value


def test_text_is_source_message_and_hint() -> None:
    error = SourceError("sessions", ErrorCode.BAD_DATA, "the file is empty", hint="deliver it again")
    assert str(error) == "sessions: the file is empty; deliver it again"
    assert str(SourceError("sessions", ErrorCode.BAD_DATA, "the file is empty")) == "sessions: the file is empty"


def test_it_survives_pickling() -> None:
    error = SourceError("sessions", ErrorCode.BAD_COLUMN, "no number", column="amount", hint="map another")
    copy = pickle.loads(pickle.dumps(error))
    assert vars(copy) == vars(error) and str(copy) == str(error)


@pytest.mark.parametrize(
    ("config", "code", "column"),
    [
        ({"columns": {**COLUMNS, "clint": "a"}}, ErrorCode.UNKNOWN_COLUMN, "clint"),
        ({"columns": {"download_date": "b"}}, ErrorCode.UNMAPPED_COLUMN, "client"),
        ({"columns": {"client": "A", "download_date": "b"}}, ErrorCode.MISSING_COLUMN, "A"),
        ({"dimensions": ["a"]}, ErrorCode.BAD_CONFIG, None),
        ({"delimiter": '"'}, ErrorCode.BAD_CONFIG, None),
        ({"path": "no.csv"}, ErrorCode.NOT_FOUND, None),
        ({"path": "empty.csv"}, ErrorCode.BAD_DATA, None),
        ({"path": "twice.csv"}, ErrorCode.BAD_COLUMN, "a"),
        ({"kind": "postgresql", "url": "${NOBODY}", "table": "t"}, ErrorCode.UNKNOWN_CONNECTION, None),
        ({"kind": "postgresql", "url": "mysql://h/d", "table": "t"}, ErrorCode.BAD_CONFIG, None),
        ({"kind": "postgresql", "url": "postgresql://127.0.0.1:1/d", "table": "t"}, ErrorCode.UNREACHABLE, None),
        ({"kind": "bigquery", "url": "postgresql://h/d", "table": "t"}, ErrorCode.BAD_CONFIG, None),
    ],
)
def test_codes_and_columns(tmp_path: Path, config: dict[str, Any], code: ErrorCode, column: str | None) -> None:
    (tmp_path / "file.csv").write_text("a,b\n1,2\n")
    (tmp_path / "twice.csv").write_text("a,b,a\n1,2,3\n")
    (tmp_path / "empty.csv").write_bytes(b"")
    error = error_of(tmp_path, **config)
    assert (error.source, error.code, error.column) == ("customers", code, column)
