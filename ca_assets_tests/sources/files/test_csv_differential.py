"""The fast reader against the slow reference on hostile bytes."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ca_assets.sources.files.csv.driver import BlockSplitter, ColumnParser
from ca_assets_tests.sources.files.customers_file import read_text
from ca_assets_tests.sources.files.slow_csv_reader import BOM, read_file, read_rows

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
    BOM,
    b"\n" + BOM + b'"',
]
BEFORE = [b"", BOM, b"sep=;\n", b"SEP=,\r\n", b"Sep=|\r", b'Report of "May\n', b"sep=;;\n", b'"sep=;"\n']


def fast_rows(data: bytes, fields: int, block: int) -> tuple[list[tuple[int, list[bytes]]], list[int]]:
    """Rows and broken lines by the product's splitter, given about `block` bytes more at a time."""
    if data and not data.endswith(b"\n"):
        data += b"\n"
    splitter, parser = BlockSplitter(fields, b","), ColumnParser(fields, b",", list(range(fields)))
    good: list[tuple[int, list[bytes]]] = []
    broken: list[int] = []
    start, line, wanted = 0, 1, block
    while start < len(data):
        end = data.find(b"\n", start + wanted) + 1 or len(data)
        split = splitter.split(data[start:end], line, end == len(data))
        if split.good.size:
            columns = [column.to_pylist() for column in parser.parsed(split.good)]
            rows = [[value.encode() for value in row] for row in zip(*columns, strict=True)]
            good += zip(split.lines.tolist(), rows, strict=True)
        good += split.rows
        broken += [row.line for row in split.broken]
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


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(BEFORE), max_size=4),
    st.sampled_from([b"\n", b"\r\n", b"\r", b"\n\n", b"\n" + BOM + b"\n"]),
    st.lists(st.sampled_from([*PIECES, b";", b"1;2;3\n", b"|"]), max_size=25).map(b"".join),
)
def test_same_of_whole_files(before: list[bytes], line_end: bytes, body: bytes) -> None:
    """With lines before the header: `sep=`, skipped ones, byte order marks."""
    skip_rows = len([line for line in before if line.strip(BOM)])
    first = b"".join(before).removeprefix(BOM)[:5].lower()
    sign = first[4:5] if first[:4] == b"sep=" and b"".join(before).removeprefix(BOM)[5:6] in (b"\r", b"\n") else b","
    data = b"".join(before) + sign.join([b"a", b"b", b"c"]) + line_end + body
    header, good, broken = read_file(data, b",", skip_rows)
    assert header == [b"a", b"b", b"c"]
    with tempfile.TemporaryDirectory() as folder:
        rows, lines = read_text(Path(folder), data, skip_rows=skip_rows)
    assert [(line, list(values)) for line, *values in rows] == [(line, [value.decode() for value in row]) for line, row in good]
    assert [line for line, _ in lines] == broken
