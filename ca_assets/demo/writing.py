"""Files of the demo shop, written month by month so that memory stays bounded, each replaced only when it is whole.

Belongs here: CSV and Parquet writers. Does not belong here: what is in the rows.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from ca_assets.demo.rows import SCHEMAS, Format


class ShopFiles:
    """The four files of a shop, open for writing; use as a context manager."""

    def __init__(self, out: Path, form: Format) -> None:
        out.mkdir(parents=True, exist_ok=True)
        self._form, self._out = form, out
        self._open = {stem: self._writer(stem) for stem in SCHEMAS}

    def _path(self, stem: str) -> Path:
        return self._out / f"{stem}.{self._form}"

    def _writer(self, stem: str) -> pyarrow.csv.CSVWriter | pq.ParquetWriter:
        part = str(self._path(stem).with_suffix(".part"))
        if self._form == "csv":
            return pyarrow.csv.CSVWriter(part, SCHEMAS[stem], write_options=pyarrow.csv.WriteOptions(quoting_style="needed"))
        return pq.ParquetWriter(part, SCHEMAS[stem], compression="zstd")

    def write(self, stem: str, table: pa.Table) -> None:
        """Append rows to a file."""
        self._open[stem].write_table(table)

    def __enter__(self) -> ShopFiles:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for writer in self._open.values():
            writer.close()
        if kind is None:
            for stem in self._open:
                self._path(stem).with_suffix(".part").replace(self._path(stem))

    def append_raw(self, stem: str, lines: list[str]) -> None:
        """Append broken lines as they are to a finished CSV file."""
        with self._path(stem).open("a", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in lines)
