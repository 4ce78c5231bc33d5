"""Parquet files → staging: the mapped columns only, in their own types where these mean what ours do, else as texts.

A file may be packed (it is unpacked into staging first, as Parquet needs random access), and names of folders may hold columns:
`…/month=2024-01/country=FR/part.parquet` says them of each row in it. Belongs here: reading the files. Which type may stand for which of
ours: `arrow_rows`.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq

from ca_assets.shop import SourceConfig
from ca_assets.sources.arrow_rows import add_batch, is_number, staged_type
from ca_assets.sources.driver import Driver, Reading, Wanted
from ca_assets.sources.errors import ErrorCode, SourceError
from ca_assets.sources.files.columns import distinct_names, numbered, union_of
from ca_assets.sources.files.locations import compression, labelled_files, open_bytes
from ca_assets.sources.mapping import lacking_columns, source_columns, source_fields, staged_field
from ca_assets.sources.staging import RawSource, Stage

BATCH_ROWS = 131_072
NO_VALUE = "__HIVE_DEFAULT_PARTITION__"  # what writers of such folders put for null


class ParquetDriver:
    """Reads parquet sources."""

    def check(self, name: str, config: SourceConfig, reading: Reading) -> None:
        """Whether every file has the mapped columns with types that can mean ours; SourceError when not."""
        columns = source_columns(name, config)
        _staged_types(name, config, columns, list(parquet_files(name, config, reading)))

    def lacking(self, name: str, config: SourceConfig, reading: Reading) -> dict[str, list[str]]:
        """Optional columns of ours → the files that lack them, of a source whose other files have them. Raises SourceError as `check`."""
        return _lacking(name, source_columns(name, config), list(parquet_files(name, config, reading)))

    def read(self, name: str, config: SourceConfig, reading: Reading, wanted: Wanted) -> RawSource:
        """Every row of the files (of `wanted.files` where that is said) into staging. SourceError when one cannot be used as a whole.

        Rows with bytes that are not UTF-8 in a mapped text are rejected.
        """
        columns = source_columns(name, config)
        files = list(parquet_files(name, config, reading))
        types = _staged_types(name, config, columns, files)
        with Stage(name, reading.staging, types, reading.progress) as stage:
            for file in files:
                if wanted.files is None or file.source in wanted.files:
                    stage.file = file.label
                    _read_file(name, file, columns, types, stage)
        return stage.result()

    def column_names(self, name: str, config: SourceConfig, reading: Reading) -> list[str]:
        """The columns of all files, without nested ones, which are no texts."""
        return union_of(file.text_columns(name) for file in parquet_files(name, config, reading))

    def read_texts(self, name: str, config: SourceConfig, reading: Reading) -> RawSource:
        """Every row of the files with all of their columns, as texts. SourceError when one cannot be used as a whole."""
        columns = self.column_names(name, config, reading)
        types = dict.fromkeys(numbered(columns, []), pa.string())
        with Stage(name, reading.staging, types, reading.progress) as stage:
            for file in parquet_files(name, config, reading):
                stage.file = file.label
                _read_file(name, file, numbered(columns, file.text_columns(name)), types, stage)
        return stage.result()


@dataclass(frozen=True)
class ParquetFile:
    """A file that can be read at `path`. `source`: the file it came from; `label`: what its rows say their file is; `constants`: columns
    of its folders (null without a value)."""

    path: Path
    source: Path
    label: str | None
    constants: dict[str, str | None]

    def metadata(self, name: str) -> pq.FileMetaData:
        """Raises SourceError. `name`: the source."""
        try:
            return pq.read_metadata(self.path)
        except (pa.ArrowInvalid, OSError) as error:
            what = f"{self.path} is not a readable Parquet file ({str(error)[:200]})"
            raise SourceError(name, ErrorCode.BAD_DATA, what) from error

    def schema(self, name: str) -> pa.Schema:
        """Columns of the file, then those of its folders that it does not have itself. Raises SourceError."""
        schema = self.metadata(name).schema.to_arrow_schema()
        for column in self.constants:
            schema = schema if column in schema.names else schema.append(pa.field(column, pa.string()))
        return schema

    def text_columns(self, name: str) -> list[str]:
        """Columns that can be texts. Raises SourceError."""
        schema = self.schema(name)
        columns = [column for column in schema.names if not pa.types.is_nested(schema.field(column).type)]
        twins = [column for column, distinct in zip(columns, distinct_names(columns), strict=True) if column != distinct]
        if twins:
            what = f"{self.source.name} has two columns that differ in case only ({twins[0]!r}), which a query cannot tell apart"
            raise SourceError(name, ErrorCode.BAD_COLUMN, what, column=twins[0], hint="rename one of them")
        return columns

    def batches(self, columns: list[str], batch_rows: int, row_groups: list[int] | None = None) -> Iterator[pa.RecordBatch]:
        """These columns of all row groups, or of some; those that only the folders' names tell are the same in each row."""
        with pq.ParquetFile(self.path) as file:
            own = [column for column in columns if column in file.schema_arrow.names]
            told = [column for column in columns if column not in own and column in self.constants]
            for batch in file.iter_batches(batch_rows, row_groups=row_groups, columns=own):
                constants = {column: pa.repeat(pa.scalar(self.constants[column], pa.string()), len(batch)) for column in told}
                yield pa.RecordBatch.from_pydict({**dict(zip(own, batch.select(own).columns, strict=True)), **constants})


def parquet_files(name: str, config: SourceConfig, reading: Reading) -> Iterator[ParquetFile]:
    """The files of a source, in the order of their names; a packed one is unpacked into staging first. Raises SourceError."""
    for number, (path, label) in enumerate(labelled_files(name, config, reading.folder)):
        target = path
        if compression(path):
            target = reading.staging / f"{name}.{number}.parquet"
            target.parent.mkdir(parents=True, exist_ok=True)
            with open_bytes(name, path) as stream, target.open("wb") as unpacked:
                shutil.copyfileobj(stream, unpacked, 1 << 20)
        yield ParquetFile(target, path, label, _constants(path, reading.folder))


def _constants(path: Path, folder: Path) -> dict[str, str | None]:
    """Folders named `column=value` on the way from the shop's folder to the file."""
    inside = path.relative_to(folder) if path.is_relative_to(folder) else path
    pairs = (part.partition("=") for part in inside.parts[:-1])
    return {unquote(column): None if value == NO_VALUE else unquote(value) for column, sign, value in pairs if sign and column}


def _staged_types(name: str, config: SourceConfig, columns: dict[str, str], files: list[ParquetFile]) -> dict[str, pa.DataType]:
    """Our columns → the type they are staged in; SourceError for a type that cannot mean ours, or files that disagree."""
    types: dict[str, pa.DataType] = {}
    fields = source_fields(name, config)
    _lacking(name, columns, files)
    for file in files:
        schema, shown = file.schema(name), file.source.name
        for field in fields:
            theirs = columns[field.name]
            if theirs not in schema.names:
                continue
            kind = schema.field(theirs).type
            staged = staged_type(name, shown, staged_field(field, config, is_number=is_number(kind)), theirs, kind)
            if staged is not None and types.setdefault(field.name, staged) != staged:
                what = f"the column {theirs!r} has another type in {shown} than in files before it"
                raise SourceError(name, ErrorCode.BAD_COLUMN, what, column=theirs)
    return {field.name: types.get(field.name, pa.string()) for field in fields}


def _lacking(name: str, columns: dict[str, str], files: list[ParquetFile]) -> dict[str, list[str]]:
    """Ours → the files that lack it, where that may be. Raises SourceError."""
    names = Counter(file.source.name for file in files)
    headers = {file.source.name if names[file.source.name] == 1 else str(file.source): file.schema(name).names for file in files}
    return lacking_columns(name, columns, headers)


def _read_file(name: str, file: ParquetFile, columns: dict[str, str], types: dict[str, pa.DataType], stage: Stage) -> None:
    try:
        for batch in file.batches(list(dict.fromkeys(columns.values())), BATCH_ROWS):
            add_batch(batch, columns, types, stage)
    except (pa.ArrowInvalid, OSError) as error:
        what = f"{file.path} cannot be read to its end ({str(error)[:200]}); nothing of it was taken"
        raise SourceError(name, ErrorCode.BAD_DATA, what) from error


driver: Driver = ParquetDriver()
