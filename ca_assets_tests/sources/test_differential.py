"""The fast reader against the slow reference on hostile bytes."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ca_assets.sources.blocks import BlockSplitter
from ca_assets.sources.csv_files import _Parser
from ca_assets_tests.sources.reference import read_rows

PIECES = [
    b'"',
    b'""',
    b",",
    b"\n",
    b"\r\n",
    b"\r",
    b"a",
    b"bc",
    "é".encode(),
    b"\xff",
    b"\x00",
    b" ",
    b'"x"',
    b"1,2,3\n",
    b'"p","q\n","r"\n',
]


def fast_rows(data: bytes, fields: int, block: int) -> tuple[list[tuple[int, list[bytes]]], list[int]]:
    """Rows and broken lines by the product's splitter, given about `block` bytes more at a time."""
    if data and not data.endswith(b"\n"):
        data += b"\n"
    splitter, parser = BlockSplitter(fields, b","), _Parser(fields, b",", list(range(fields)))
    good: list[tuple[int, list[bytes]]] = []
    broken: list[int] = []
    start, line, wanted = 0, 1, block
    while start < len(data):
        end = data.find(b"\n", start + wanted) + 1 or len(data)
        split = splitter.split(data[start:end], line, end == len(data))
        if split.good.size:
            columns = [column.to_pylist() for column in parser.table(split.good)]
            rows = [[value.encode() for value in row] for row in zip(*columns, strict=True)]
            good += zip(split.lines.tolist(), rows, strict=True)
        good += split.rows
        broken += [each.line for each in split.broken]
        wanted = block if split.rest else wanted * 2
        start, line = start + split.rest, split.rest_line
    return sorted(good), sorted(broken)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join), st.integers(1, 4), st.integers(1, 30))
def test_same_rows_and_broken_lines(data: bytes, fields: int, block: int) -> None:
    good, broken = read_rows(data, b",", fields)
    assert fast_rows(data, fields, block) == (good, broken)


def test_same_on_long_random_text() -> None:
    rng = np.random.default_rng(7)
    for _ in range(20):
        data = b"".join(PIECES[index] for index in rng.integers(0, len(PIECES), 600))
        assert fast_rows(data, 3, 200) == read_rows(data, b",", 3)
