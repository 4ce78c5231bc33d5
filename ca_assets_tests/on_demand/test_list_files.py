"""Files of lists: any page in any order, nulls last, ties in the list's own order, whole or not there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from ca_assets.on_demand.list_files import ListGone, ListReader, open_list, remove_list, write_list

CLIENTS = [f"c{n:03d}" for n in range(100)]
AMOUNTS = [None if n % 10 == 0 else float(n % 7) for n in range(100)]
ROWS = pa.table({"client": CLIENTS, "amount": pa.array(AMOUNTS, pa.float64())})
EMPTY = pa.table({"client": pa.array([], pa.string())})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A list of 100 rows in batches of unequal length."""
    batches = [batch for start, end in ((0, 33), (33, 34), (34, 100)) for batch in ROWS.slice(start, end - start).to_batches()]
    return write_list(tmp_path / "lists" / "one.arrow", ROWS.schema, batches).path


@pytest.fixture
def reader(path: Path) -> Iterator[ListReader]:
    with open_list(path) as reader:
        yield reader


def in_order(descending: bool) -> list[str]:
    known = [(amount, client) for amount, client in zip(AMOUNTS, CLIENTS, strict=True) if amount is not None]
    known.sort(key=lambda pair: -pair[0] if descending else pair[0])
    return [client for _, client in known] + [client for amount, client in zip(AMOUNTS, CLIENTS, strict=True) if amount is None]


def test_pages_in_the_lists_own_order(reader: ListReader) -> None:
    assert reader.rows == 100
    assert reader.read(30, 7).equals(ROWS.slice(30, 7).combine_chunks())
    assert reader.read(98, 50)["client"].to_pylist() == ["c098", "c099"]
    assert reader.read(100, 50).num_rows == 0


@pytest.mark.parametrize("descending", [False, True])
def test_pages_in_another_order(reader: ListReader, path: Path, descending: bool) -> None:
    for _ in range(2):  # made, then read
        pages = [reader.read(start, 7, "amount", descending=descending)["client"].to_pylist() for start in range(0, 100, 7)]
        assert [client for page in pages for client in page] == in_order(descending)
    every = pa.Table.from_batches(list(reader.batches("amount", descending=descending)))
    assert every["client"].to_pylist() == in_order(descending)
    assert sorted(file.name for file in path.parent.iterdir()) == sorted(["one.arrow", f"one.1{'d' if descending else 'a'}.npy"])


def test_a_column_that_is_not_there(reader: ListReader) -> None:
    with pytest.raises(KeyError):
        reader.read(0, 5, "nothing")


def test_a_list_without_rows(tmp_path: Path) -> None:
    file = write_list(tmp_path / "none.arrow", EMPTY.schema, [])
    with open_list(file.path) as reader:
        assert (file.rows, reader.rows) == (0, 0)
        assert reader.read(0, 50, "client").num_rows == 0
        assert sum(batch.num_rows for batch in reader.batches("client")) == 0


def test_a_removed_list_can_be_read_on(path: Path) -> None:
    with open_list(path) as reader:
        reader.read(0, 5, "amount")
        remove_list(path)
        assert list(path.parent.iterdir()) == []
        assert reader.read(0, 2)["client"].to_pylist() == ["c000", "c001"]
    with pytest.raises(ListGone), open_list(path):
        pass


def test_a_list_that_fails_is_not_there(tmp_path: Path) -> None:
    def broken() -> Iterator[pa.RecordBatch]:
        yield from ROWS.to_batches()
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        write_list(tmp_path / "one.arrow", ROWS.schema, broken())
    assert list(tmp_path.iterdir()) == []
