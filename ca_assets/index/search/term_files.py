"""The embedded store's search index: files of one version of `search_terms`, memory-mapped, so that all workers share one copy.

- `terms.arrow`: the table sorted by text, so that texts with the same beginning are neighbours.
- `starts.npy`, `places.npy`: of each hashed character 3-gram the places of the terms that have it; `sizes.npy`: 3-grams by term.

A version's folder is made under another name and renamed when it is whole; it is never changed.
"""

from __future__ import annotations

import bisect
import shutil
import tempfile
import time
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.index.search.hits import CANDIDATES, GRAM, KINDS, Candidate, Kind

EDITION = 1  # of the files' form
HASHED_GRAMS = 2**18
CHUNK = 20_000  # texts that are split into n-grams at once
PARTIAL = ".partial-"
KEPT_SECONDS = 3600  # of a folder that is no longer published: who opened the publication before may still read it
LAST = "\U0010ffff"


def folder_of(root: Path, lake_version: int) -> Path:
    """Where the files of a version of `search_terms` are."""
    return root / f"v{lake_version}.{EDITION}"


def build(root: Path, lake_version: int, terms: pa.Table) -> None:
    """Make the files of a version, unless they are there."""
    folder = folder_of(root, lake_version)
    if folder.exists():
        return
    root.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=PARTIAL, dir=root))
    try:
        _write(new, terms)
        new.rename(folder)
    except OSError:
        if not folder.exists():  # else another process was faster
            raise
    finally:
        shutil.rmtree(new, ignore_errors=True)


def remove_unpublished(root: Path, published: Collection[int], kept_seconds: float = KEPT_SECONDS) -> None:
    """Remove folders that are not of published versions, once their last readers must be done (or `kept_seconds` after they were made)."""
    names = {folder_of(root, version).name for version in published}
    for folder in root.iterdir() if root.exists() else ():
        if folder.name not in names and time.time() - folder.stat().st_mtime >= kept_seconds:
            shutil.rmtree(folder, ignore_errors=True)


def _write(folder: Path, terms: pa.Table) -> None:
    terms = terms.sort_by([(name, "ascending") for name in ("text", "kind", "value")]).combine_chunks()
    with pa.OSFile(str(folder / "terms.arrow"), "wb") as sink, pa.ipc.new_file(sink, terms.schema) as writer:
        writer.write_table(terms)
    grams = _grams(terms["text"])
    np.save(folder / "starts.npy", grams.indptr.astype(np.int64))
    np.save(folder / "places.npy", grams.indices.astype(np.int32))
    np.save(folder / "sizes.npy", np.bincount(grams.indices, minlength=terms.num_rows).astype(np.int32))


def _grams(texts: pa.ChunkedArray) -> Any:
    """Terms by gram, as a sparse matrix whose columns are grams."""
    from scipy import sparse

    pieces = [
        _vectorizer().transform(_padded(texts.slice(start, CHUNK).to_pylist())).astype(np.int8) for start in range(0, len(texts), CHUNK)
    ]
    return sparse.vstack(pieces).tocsc() if pieces else sparse.csc_matrix((0, HASHED_GRAMS), dtype=np.int8)  # type: ignore[no-untyped-call]


def _padded(texts: Sequence[str]) -> list[str]:
    """With blanks around, so that the first and last letters are grams of their own."""
    return [f" {text} " for text in texts]


@lru_cache(maxsize=1)
def _vectorizer() -> Any:
    from sklearn.feature_extraction.text import HashingVectorizer  # takes half a second

    shape = {"analyzer": "char", "ngram_range": (GRAM, GRAM), "lowercase": False, "n_features": HASHED_GRAMS}
    return HashingVectorizer(**shape, binary=True, norm=None, alternate_sign=False, dtype=np.float32)  # type: ignore[no-untyped-call]


class TermFiles:
    """One version's files, opened; any number of threads may read."""

    def __init__(self, folder: Path) -> None:
        self._terms: pa.Table = pa.ipc.open_file(pa.memory_map(str(folder / "terms.arrow"))).read_all()
        self._starts, self._places, self._sizes = (np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("starts", "places", "sizes"))
        self._orders = self._terms["orders"].to_numpy()
        names = pa.array(KINDS, pa.string())
        self._kinds = pa.compute.index_in(self._terms["kind"], names).to_numpy().astype(np.int8)

    def candidates(self, query: str, kinds: Collection[Kind], limit: int) -> Iterator[Candidate]:
        """Terms that the folded query may find: those that it begins, and those that share most n-grams with it."""
        beginning = self._beginning(query)
        shared = self._shared(query) if len(query) >= GRAM else None
        places: set[int] = set()
        for number, kind in enumerate(KINDS):
            if kind in kinds:
                places.update(self._most_bought(beginning, number, 2 * limit))  # twice: a product may be found by id and by name
                places.update(self._closest(shared, number) if shared else ())
        for row in self._terms.take(pa.array(sorted(places), pa.int64())).to_pylist():
            yield Candidate(**row)

    def _beginning(self, query: str) -> range:
        """Places of the texts that begin with the query."""
        texts = _Texts(self._terms["text"])
        return range(bisect.bisect_left(texts, query), bisect.bisect_right(texts, query + LAST))

    def _most_bought(self, places: range, kind: int, limit: int) -> list[int]:
        """Of neighbouring places those that are the query itself, as they come first, and those with most orders."""
        own = np.flatnonzero(self._kinds[places.start : places.stop] == kind) + places.start
        best = _largest(self._orders[own], limit)
        return [*own[:limit].tolist(), *own[best].tolist()]

    def _shared(self, query: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Places with a gram of the query, and how close they are: what of the query they have, and the Dice coefficient."""
        grams = _vectorizer().transform(_padded([query])).indices
        places = np.concatenate([self._places[self._starts[gram] : self._starts[gram + 1]] for gram in grams])
        common = np.bincount(places, minlength=len(self._sizes))
        found = np.flatnonzero(common >= max(1, common.max(initial=0) // 2))  # who has fewer is no match beside who has most
        return found, common[found] / len(grams) + 2 * common[found] / (len(grams) + self._sizes[found])

    def _closest(self, shared: tuple[NDArray[np.int64], NDArray[np.float64]], kind: int) -> list[int]:
        places, scores = shared
        is_own = self._kinds[places] == kind
        own: NDArray[np.int64] = places[is_own]
        closest: list[int] = own[_largest(scores[is_own], CANDIDATES)].tolist()
        return closest


class _Texts(Sequence[str]):
    """Sorted texts for `bisect`, read from the mapped file as they are looked at."""

    def __init__(self, texts: pa.ChunkedArray) -> None:
        self._texts = texts

    def __len__(self) -> int:
        return len(self._texts)

    def __getitem__(self, place: Any) -> Any:
        return self._texts[place].as_py()


def _largest(values: NDArray[Any], count: int) -> NDArray[np.int64]:
    """Places of the largest values; of equal ones at the edge the first."""
    if len(values) <= count:
        return np.arange(len(values))
    least = np.partition(values, len(values) - count)[len(values) - count]
    above = np.flatnonzero(values > least)
    return np.concatenate([above, np.flatnonzero(values == least)[: count - len(above)]])


@lru_cache(maxsize=4)
def open_terms(folder: Path) -> TermFiles:
    """The files of a folder, opened once per process. Raises FileNotFoundError."""
    return TermFiles(folder)
