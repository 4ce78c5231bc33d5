"""Search on both stores: the same hits of the same terms, hostile texts, and files that were lost or belong to another publication."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import ibis
import numpy as np
import pyarrow as pa
import pytest

from ca_assets.analyses.search_terms.compute import _with_texts
from ca_assets.analyses.search_terms.family import TABLE
from ca_assets.index.embedded.index import EmbeddedIndex
from ca_assets.index.protocol import Index, NotPublished
from ca_assets.index.search import term_files
from ca_assets.index.search.hits import Hit
from ca_assets.lake.lake import Lake

HOSTILE = [
    "<script>alert(1)</script>",
    "a*b?c",
    'x" OR text:*',
    "\x00nul",
    "شاي أخضر",
    "☕ coffee",
    "né\u0301e",
    "y" * 10_000,
    "%_\\",
    "{}[]~^",
]


def terms(*rows: tuple[str, str, str | None, int]) -> pa.Table:
    kinds, values, labels, orders = zip(*rows, strict=True)
    columns = (pa.array(kinds), pa.array(values), pa.array(labels, pa.string()), pa.array(orders, pa.int64()))
    return _with_texts(pa.table(dict(zip(("kind", "value", "label", "orders"), columns, strict=True))))


SHOP = terms(
    ("product", "4711", "Kölnisch Wasser", 7),
    ("product", "0815", "Green tea", 3),
    ("product", "tea", None, 1),
    ("client", "ann@example.org", None, 2),
    ("client", "anne", None, 0),
    ("promotion", "SUMMER24", None, 5),
    ("dimension", "country=FR", None, 4),
    ("dimension", "channel=french blog", None, 2),
    *(("client", text, None, 1) for text in HOSTILE),
)


def publish(index: Index, lake: Lake, con: ibis.BaseBackend, table: pa.Table, generation: str = "g1") -> None:
    lake.write(con, TABLE.name, ibis.memtable(table))
    index.stage_table(generation, TABLE.name, lake.version(TABLE.name), table.num_rows, TABLE.row_key)
    index.switch(generation, {"settings": {"search_floor": 0.5}})


def search(index: Index, text: str, **options: object) -> list[Hit]:
    with index.snapshot() as snapshot:
        return snapshot.search(text, **options)  # type: ignore[arg-type]


def test_terms_are_found_by_id_name_and_value(index: Index, full_lake: Lake, con: ibis.BaseBackend) -> None:
    publish(index, full_lake, con, SHOP)

    def first(text: str) -> tuple[str, str, str, bool]:
        hit = search(index, text)[0]
        return hit.kind, hit.value, hit.match, hit.below_floor

    assert first("4711") == ("product", "4711", "exact", False)
    assert first("kolnisch") == ("product", "4711", "prefix", False)
    assert first("Kolnish Waser") == ("product", "4711", "similar", False)
    assert first("fr") == ("dimension", "country=FR", "exact", False)
    assert first("sumer24") == ("promotion", "SUMMER24", "similar", False)
    assert first("ann") == ("client", "ann@example.org", "prefix", False)
    assert [(hit.value, hit.match) for hit in search(index, "tea", kinds=("product",))] == [("tea", "exact"), ("0815", "similar")]
    assert [hit.value for hit in search(index, "ann")][:2] == ["ann@example.org", "anne"]
    assert search(index, "qqqqqq") == [] and search(index, "") == []
    assert [hit.below_floor for hit in search(index, "summit")] == [False] and search(index, "sumxyz1")[0].below_floor


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_texts(index: Index, full_lake: Lake, con: ibis.BaseBackend, text: str) -> None:
    publish(index, full_lake, con, SHOP)
    hit = search(index, text)[0]
    assert hit.value == text and hit.match == ("prefix" if len(text) > 200 else "exact")


def test_a_term_with_one_edit_is_found(index: Index, full_lake: Lake, con: ibis.BaseBackend) -> None:
    random = np.random.default_rng(3)
    values = [f"{number:09d}" for number in random.integers(0, 10**9, 600)]
    publish(index, full_lake, con, terms(*(("client", value, None, 1) for value in dict.fromkeys(values))))
    for value in values[:40]:
        place = int(random.integers(1, len(value) - 1))
        for text in (value[:place] + value[place + 1 :], value[:place] + "x" + value[place + 1 :], value[: len(value) * 7 // 10]):
            hits = search(index, text)
            assert any(hit.value == value or hit.similarity >= 1 - 1 / len(value) for hit in hits), (value, text)


def test_a_search_reads_its_own_publication(index: Index, full_lake: Lake, con: ibis.BaseBackend) -> None:
    publish(index, full_lake, con, SHOP)
    with index.snapshot() as before:
        publish(index, full_lake, con, terms(("product", "new", None, 1)), "g2")
        assert before.search("4711")[0].value == "4711"
    assert not search(index, "4711") and search(index, "new")[0].match == "exact"


def test_no_terms_find_nothing(index: Index, full_lake: Lake, con: ibis.BaseBackend) -> None:
    with pytest.raises(NotPublished):
        index.switch("g0", {})
        search(index, "tea")
    publish(index, full_lake, con, TABLE.schema().empty_table())
    assert search(index, "tea") == []


@pytest.fixture
def embedded(tmp_path: Path, full_lake: Lake) -> EmbeddedIndex:
    return EmbeddedIndex(tmp_path / "embedded" / "index.sqlite", full_lake)


def test_lost_files_are_said_and_made_again(embedded: EmbeddedIndex, full_lake: Lake, con: ibis.BaseBackend) -> None:
    publish(embedded, full_lake, con, SHOP)
    shutil.rmtree(embedded.search_root)
    term_files.open_terms.cache_clear()
    with pytest.raises(NotPublished, match="ca publish"):
        search(embedded, "tea")
    embedded.stage_table("g1", TABLE.name, full_lake.version(TABLE.name), SHOP.num_rows, TABLE.row_key)
    assert search(embedded, "tea")


def test_files_of_earlier_publications_go_later(embedded: EmbeddedIndex, full_lake: Lake, con: ibis.BaseBackend) -> None:
    publish(embedded, full_lake, con, SHOP)
    (first,) = embedded.search_root.iterdir()
    publish(embedded, full_lake, con, terms(("product", "new", None, 1)), "g2")
    assert first.exists(), "who opened the publication before may still read it"
    os.utime(first, (time.time() - 2 * term_files.KEPT_SECONDS,) * 2)
    embedded.switch("g3", {})
    assert not first.exists() and len(list(embedded.search_root.iterdir())) == 1
    assert search(embedded, "new")
