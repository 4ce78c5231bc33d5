"""What shows that customers are erased: every file searched, decoded where it is packed, and totals that stayed.

Belongs here: looking. Nothing is changed.
"""

from __future__ import annotations

import mmap
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ca_assets.erasure.files import PACKED, text_of
from ca_assets.erasure.texts import Texts
from ca_assets.lake.lake import Lake
from ca_assets.shop import Shop
from ca_assets.sources.errors import SourceError
from ca_assets.sources.files.locations import source_files

HEAD_BYTES = 8_192


@dataclass(frozen=True)
class Proof:
    """`files`, `documents`: how many were searched; `left`: where an id still is. `before`, `after`: totals of the shop.

    `sources`: files of the shop, and its databases, that hold the ids or may: they are the shop's own.
    """

    files: int = 0
    documents: int = 0
    left: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left and the totals are those of before."""
        return not self.left and self.before == self.after


def totals(lake: Lake, con: ibis.BaseBackend) -> dict[str, Any]:
    """Sessions, orders, revenue (to the cent, which no order of rows changes), clients with a session, customers."""
    if not lake.has("orders"):
        return {}
    orders = lake.read(con, "orders")
    amount = (orders["payment_amount"] * 100).round().cast("int64")
    facts = orders.agg(
        sessions=orders.count(),
        orders=orders.count(where=orders["has_purchased"]),
        revenue_cents=amount.sum(where=orders["has_purchased"]).fill_null(0),
        clients=orders["client"].nunique(),
        guests=orders["client"].isnull().sum(),
    )
    row: dict[str, Any] = facts.to_pyarrow().to_pylist()[0]
    customers = lake.read(con, "downloads").count().to_pyarrow().as_py() if lake.has("downloads") else 0
    return {**row, "customers": customers}


def search_folder(folder: Path, texts: Texts) -> tuple[int, list[str]]:
    """Search all files below a folder: their names, their bytes, and what is packed in them. Returns how many, and those with an id."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()]
    return len(paths), [str(path) for path in paths if texts.is_in(path.name) or holds(path, texts)]


def holds(path: Path, texts: Texts) -> bool:
    """Whether a file has an id, as its bytes are or decoded."""
    if path.stat().st_size == 0:
        return False
    with path.open("rb") as file, closing(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)) as data:
        if texts.is_in_bytes(data):
            return True
        head = data[:HEAD_BYTES]
        decode = next((decode for is_of, decode in FORMATS if is_of(path, head)), None)
        if decode is None:  # in a text ids stand alone
            return b"\0" in head and texts.is_anywhere_in(data)
    return decode(path, texts)


def _in_packed_text(path: Path, texts: Texts) -> bool:
    return texts.is_in(text_of(path) or "")


def _in_parquet(path: Path, texts: Texts) -> bool:
    return any(_in_table(batch, texts) for batch in pq.ParquetFile(path).iter_batches())


def _in_arrow_file(path: Path, texts: Texts) -> bool:
    with pa.memory_map(str(path)) as source, pa.ipc.open_file(source) as reader:
        return any(_in_table(reader.get_batch(number), texts) for number in range(reader.num_record_batches))


def _in_arrays(path: Path, texts: Texts) -> bool:
    with np.load(path, allow_pickle=False) as arrays:
        return any(texts.is_in(str(one)) for name in arrays.files if arrays[name].dtype.kind in "US" for one in arrays[name].ravel())


def own_sources(shop: Shop, texts: Texts) -> list[str]:
    """The shop's own files that hold an id; its databases, of which nobody can tell from here."""
    found: list[str] = []
    for name in ("sessions", "customers", "baskets", "deliveries"):
        config = getattr(shop.sources, name)
        if config is None:
            continue
        if config.is_database:
            found.append(f"{name}: the database may hold it")
            continue
        try:
            files = source_files(name, config, shop.folder)
        except (SourceError, KeyError, OSError):  # of a kind without files of its own, or gone
            continue
        found += [f"{name}: {path}" for path in files if holds(path, texts)]
    return found


def _in_table(batch: pa.RecordBatch, texts: Texts) -> bool:
    return any(_in_array(column, texts) for column in batch.columns)


def _in_array(column: Any, texts: Texts) -> bool:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_struct(column.type):
        return any(_in_array(child, texts) for child in column.flatten())
    if pa.types.is_list(column.type):
        return _in_array(column.flatten(), texts)
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return False
    return any(texts.is_in(value) for value in column.unique().to_pylist() if value is not None)


def _in_arrow_stream(data: bytes, texts: Texts) -> bool:
    """Whether packed rows (an Arrow stream) have an id."""
    try:
        return any(_in_table(batch, texts) for batch in pa.ipc.open_stream(data).read_all().to_batches())
    except (pa.ArrowInvalid, OSError):  # bytes of another kind
        return False


def _in_sqlite(path: Path, texts: Texts) -> bool:
    """Values that go over several pages are found here, and what is packed in them."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as db:
        names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return any(_in_value(value, texts) for name in names for row in db.execute(f'SELECT * FROM "{name}"') for value in row)  # noqa: S608


def _in_value(value: Any, texts: Texts) -> bool:
    if isinstance(value, str):
        return texts.is_in(value)
    return isinstance(value, bytes) and (texts.is_in_bytes(value) or _in_arrow_stream(value, texts))


# How what is packed in a file is looked at, by its name or its first bytes.
FORMATS: tuple[tuple[Callable[[Path, bytes], bool], Callable[[Path, Texts], bool]], ...] = (
    (lambda path, _: path.suffix in PACKED, _in_packed_text),
    (lambda _, head: head.startswith(b"PAR1"), _in_parquet),
    (lambda _, head: head.startswith(b"ARROW1"), _in_arrow_file),
    (lambda _, head: head.startswith(b"SQLite format 3\0"), _in_sqlite),
    (lambda path, _: path.suffix == ".npz", _in_arrays),
)
