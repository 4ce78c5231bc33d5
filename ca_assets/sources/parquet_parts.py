"""The files of a Parquet source as they can be read: unpacked, and with the columns that only their folders' names tell.

Belongs here: which files, and what `…/month=2024-01/country=FR/part.parquet` says of each row in it. Reading does not.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq

from ca_assets.sources.errors import SourceError
from ca_assets.sources.files import compression, open_bytes

NO_VALUE = "__HIVE_DEFAULT_PARTITION__"  # what writers of such folders put for null


@dataclass(frozen=True)
class Part:
    """A readable file; `source` is where it came from, `constants` the columns of its folders (null without a value)."""

    path: Path
    source: Path
    constants: dict[str, str | None]

    @property
    def shown(self) -> str:
        """Its name for people."""
        return self.source.name

    def schema(self, name: str) -> pa.Schema:
        """Columns of the file, then those of its folders that it does not have itself. Raises SourceError."""
        try:
            schema = pq.read_schema(self.path)
        except (pa.ArrowInvalid, OSError) as error:
            raise SourceError(f"{name}: {self.path} is not a readable Parquet file ({str(error)[:200]})") from error
        for column in self.constants:
            schema = schema if column in schema.names else schema.append(pa.field(column, pa.string()))
        return schema


def parquet_parts(name: str, files: list[Path], folder: Path, staging: Path) -> list[Part]:
    """One part per file. Parquet needs random access: compressed files are unpacked into staging first."""
    return [
        Part(_unpacked(name, path, staging / f"{name}.{number}.parquet") if compression(path) else path, path, _constants(path, folder))
        for number, path in enumerate(files)
    ]


def _unpacked(name: str, path: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    with open_bytes(name, path) as stream, target.open("wb") as file:
        shutil.copyfileobj(stream, file, 1 << 20)
    return target


def _constants(path: Path, folder: Path) -> dict[str, str | None]:
    """Folders named `column=value` on the way from the shop's folder to the file."""
    inside = path.relative_to(folder) if path.is_relative_to(folder) else path
    pairs = (part.partition("=") for part in inside.parts[:-1])
    return {unquote(column): None if value == NO_VALUE else unquote(value) for column, sign, value in pairs if sign and column}
