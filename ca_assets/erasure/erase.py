"""Erasing customers, step by step. Each step can be repeated, so an erasure that was killed is finished by running it again.

First the ids are put on the list of the erased (a keyed hash each), so that no load brings them back; then they are replaced wherever
this installation keeps them; then everything is searched. The lake's and the publication's locks are held all the time.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import ibis
from sqlalchemy import Engine, create_engine

from ca_assets.contracts.events import BUILT_FOLDER, EVENTS_FOLDER
from ca_assets.engine.connect import connect
from ca_assets.erasure.databases import erase_database, texts_left
from ca_assets.erasure.files import UPLOADS, erase_files
from ca_assets.erasure.proof import Proof, own_sources, search_folder, totals
from ca_assets.erasure.publication import erase_publication, published_tables
from ca_assets.erasure.tables import erase_lake, forget_all
from ca_assets.erasure.texts import Texts
from ca_assets.index.open import open_index
from ca_assets.lake.lake import Lake
from ca_assets.loading.locks import lake_lock, publication_lock
from ca_assets.loading.run import NotReady
from ca_assets.loading.scratch import scratch_folder
from ca_assets.settings.audit import COMMAND_LINE, record
from ca_assets.settings.database import Database
from ca_assets.settings.erased import PREFIX, begin_erasure, finish_erasure, unfinished_erasures
from ca_assets.settings.process import ProcessSettings, with_driver
from ca_assets.settings.shops import applied_shop

MAX_CLIENTS = 1_000
Say = Callable[[str], None]


@dataclass(frozen=True)
class Erasure:
    """What an erasure works with."""

    settings: ProcessSettings
    database: Database
    lake: Lake
    con: ibis.BaseBackend
    texts: Texts
    say: Say


def erase(settings: ProcessSettings, database: Database, clients: Sequence[str], reason: str, say: Say) -> Proof:
    """Replace these ids everywhere by pseudonyms, and show it. Raises NotReady, LoadRunning, IndexUnavailable, LakeError, ShopError.

    `say` is told each step. Of an unknown id nothing is found, and it is erased all the same: the next load may bring it.
    """
    wanted = tuple(dict.fromkeys(client.strip() for client in clients))
    if not wanted or not all(wanted) or len(wanted) > MAX_CLIENTS or any(client.startswith(PREFIX) for client in wanted):
        raise NotReady(f"name 1 to {MAX_CLIENTS:,} ids of customers, as the source has them, and none that is a pseudonym already")
    with ExitStack() as stack:
        stack.enter_context(lake_lock(settings.home))
        stack.enter_context(publication_lock(settings.home))
        scratch = stack.enter_context(scratch_folder(settings.staging))
        con, lake = connect(settings, scratch / "engine"), Lake(settings.lake_root)
        stack.callback(con.disconnect)
        if not unfinished_erasures(database):
            _require_published(settings, lake)
        before = totals(lake, con)
        pseudonyms = {client: begin_erasure(database, settings, client, reason) for client in wanted}
        work = Erasure(settings, database, lake, con, Texts(pseudonyms), say)
        for step in (_lake, _publication, _caches, _databases, _files):
            step(work)
        proof = _proof(work, before)
        if proof.is_complete:
            finish_erasure(database, pseudonyms)
            record(database, COMMAND_LINE, "customer.erase", ", ".join(pseudonyms.values()), reason)
    return proof


def _require_published(settings: ProcessSettings, lake: Lake) -> None:
    """What readers see must be the lake's newest tables, as only these are rewritten. Raises NotReady."""
    index = open_index(settings)
    if index.current() is None:
        return
    with index.snapshot() as snapshot:
        older = [table.name for table in published_tables(snapshot, lake) if table.lake_version != lake.version(table.name)]
    if older:
        raise NotReady(f"not published as the lake has it: {', '.join(older)}; run ca publish first, then erase")


def _lake(work: Erasure) -> None:
    changed = erase_lake(work.lake, work.con, work.texts)
    work.say(f"lake: {', '.join(changed) or 'no table'} rewritten")


def _publication(work: Erasure) -> None:
    """And then the lake's history, which nothing published needs any more."""
    edition = applied_shop(work.database).edition
    count = erase_publication(open_index(work.settings), work.lake, edition, work.texts)
    work.say(f"index: tables published anew, {count} reports rewritten")
    work.say(f"lake: {forget_all(work.lake)} files of older versions deleted")


def _caches(work: Erasure) -> None:
    """Source cache and typed events are no truth: the next load reads the sources whole, and maps the ids. Scratch of pages too."""
    for folder in (Path("copies"), Path(EVENTS_FOLDER, BUILT_FOLDER)):
        shutil.rmtree(work.settings.home / folder, ignore_errors=True)
    held = {path.name for path in work.settings.staging.glob("load-*")}
    for path in work.settings.staging.iterdir():
        if path.is_dir() and path.name not in held:
            for child in path.iterdir():
                shutil.rmtree(child, ignore_errors=True) if child.is_dir() else child.unlink(missing_ok=True)
    work.say("source cache: removed; the next load reads the sources whole")


def _databases(work: Erasure) -> None:
    rows = erase_database(work.database.engine, work.texts)
    with _dagster_databases(work.settings) as engines:
        rows += sum(erase_database(engine, work.texts) for engine in engines)
    work.say(f"settings, runs and logs: {rows} rows changed")


@contextmanager
def _dagster_databases(settings: ProcessSettings) -> Iterator[list[Engine]]:
    files = [f"sqlite:///{path}" for path in sorted(settings.dagster_home.rglob("*.db"))]
    engines = [create_engine(url) for url in (*files, *([with_driver(settings.dagster_url)] if settings.dagster_url else []))]
    try:
        yield engines
    finally:
        for engine in engines:
            engine.dispose()


def _files(work: Erasure) -> None:
    changed = erase_files(work.settings.home, work.texts)
    work.say(f"files: {', '.join(changed) or 'none'} rewritten")


def _proof(work: Erasure, before: dict[str, object]) -> Proof:
    settings, texts = work.settings, work.texts
    index = open_index(settings)
    files, left = search_folder(settings.home, texts)
    if settings.lake_url and "://" not in settings.lake_url:
        more, found = search_folder(Path(settings.lake_url), texts)
        files, left = files + more, left + found
    documents, found = index.find_texts(texts.is_in)
    left += found
    with _dagster_databases(settings) as engines:
        for engine in (work.database.engine, *engines):
            left += [f"{engine.url.render_as_string(hide_password=True)}: {place}" for place in texts_left(engine, texts)]
    uploads = str(settings.home / UPLOADS)
    sources = own_sources(applied_shop(work.database).shop, texts)
    sources += [f"uploaded: {path}" for path in left if path.startswith(uploads) and not any(path in source for source in sources)]
    left = [path for path in left if not path.startswith(uploads)]
    return Proof(files, documents, tuple(left), tuple(sources), before, totals(work.lake, work.con))
