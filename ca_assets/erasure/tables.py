"""Ids in the lake: replaced in every table by an ordinary write of what changed, and then the tables' history is forgotten.

Which columns hold a client is told by their names; texts (of rejected rows, of the ledger) are searched. The rest of a row stays.
"""

from __future__ import annotations

from typing import Any

import ibis
import pyarrow as pa

from ca_assets.analyses.search_terms.family import TABLE as SEARCH_TERMS
from ca_assets.analyses.search_terms.folding import fold
from ca_assets.contracts.tables import REJECTS, REPORT_DATE
from ca_assets.erasure.texts import Texts
from ca_assets.lake.lake import LEDGER, Lake

CLIENT = "client"
TEXT_COLUMNS = ("row", "message", "example", "entry")  # of rejects and reports: texts that may name a client


def erase_lake(lake: Lake, con: ibis.BaseBackend, texts: Texts) -> list[str]:
    """Replace the ids in all tables; returns the names of those that had some. A second call finds none."""
    changed = [name for name in lake.names() if name != LEDGER and _erase_table(lake, con, name, texts)]
    loads = lake.loads()
    erased = [texts.value(entry) for entry in loads]
    if erased != loads:
        lake.replace_loads(erased)
        changed.append(LEDGER)
    return changed


def forget_all(lake: Lake) -> int:
    """Delete every old version of every table; returns the number of files deleted."""
    return sum(lake.forget_history(name) for name in lake.names())


def without_ids(table: pa.Table, texts: Texts) -> pa.Table:
    """Rows in memory, such as a report's, with the pseudonyms; the same object when none is in them."""
    changed = table
    for name in (CLIENT, *TEXT_COLUMNS):
        if name in table.column_names and (pa.types.is_string(table[name].type) or pa.types.is_large_string(table[name].type)):
            before = table[name].to_pylist()
            replace = texts.pseudonyms.get if name == CLIENT else None
            after = [replace(one, one) if replace else one and texts.text(one) for one in before]
            if after != before:
                place = changed.column_names.index(name)
                changed = changed.set_column(place, changed.field(name), pa.array(after, changed.field(name).type))
    return changed


def _erase_table(lake: Lake, con: ibis.BaseBackend, name: str, texts: Texts) -> bool:
    if REPORT_DATE in lake.files(name).schema.names and (dates := lake.dates(name)):
        states = {day: lake.read_as_of(con, name, day) for day in dates}
        found = {day: rows for day, rows in states.items() if _count(rows, name, texts)}
        for day, rows in found.items():
            lake.write_date(con, name, day, _replaced(rows, name, texts))
        return bool(found)
    rows = lake.read(con, name)
    if name == REJECTS.name:
        return _erase_rejects(lake, con, rows, texts)
    if not _count(rows, name, texts):
        return False
    lake.write(con, name, _replaced(rows, name, texts))
    return True


def _erase_rejects(lake: Lake, con: ibis.BaseBackend, rows: ibis.Table, texts: Texts) -> bool:
    """Their texts are JSON and messages, which are gone through here: rejected rows are few."""
    before = rows.to_pyarrow()
    after = without_ids(before, texts)
    if after is not before:
        lake.write(con, REJECTS.name, ibis.memtable(after))
    return after is not before


def _is_client(rows: ibis.Table, name: str, texts: Texts) -> tuple[str, Any] | None:
    """The column that holds clients, and in which rows it holds one of the ids; None for a table without clients."""
    if name == SEARCH_TERMS.name:
        return "value", (rows["kind"] == CLIENT) & rows["value"].isin(list(texts.pseudonyms))
    return (CLIENT, rows[CLIENT].isin(list(texts.pseudonyms))) if CLIENT in rows.columns else None


def _count(rows: ibis.Table, name: str, texts: Texts) -> int:
    found = _is_client(rows, name, texts)
    return int(rows.filter(found[1].fill_null(False)).count().to_pyarrow().as_py()) if found else 0


def _replaced(rows: ibis.Table, name: str, texts: Texts) -> ibis.Table:
    found = _is_client(rows, name, texts)
    if found is None:
        return rows
    column, is_id = found
    pseudonym = ibis.literal(texts.pseudonyms, type="map<string, string>").get(rows[column], ibis.null("string"))
    cells = {column: ibis.ifelse(is_id, pseudonym, rows[column])}
    if name == SEARCH_TERMS.name:  # found by its pseudonym then, folded as every text is
        folded = {client: fold(new) for client, new in texts.pseudonyms.items()}
        text = ibis.literal(folded, type="map<string, string>").get(rows[column], ibis.null("string"))
        cells |= {"text": ibis.ifelse(is_id, text, rows["text"]), "label": ibis.ifelse(is_id, ibis.null("string"), rows["label"])}
    return rows.mutate(**cells)
