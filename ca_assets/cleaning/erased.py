"""Customers that were erased, in rows that are read: their pseudonyms in place of their ids, wherever a row has them.

Belongs here: the expressions. Which customers: `ca_assets.settings.erased`.
"""

from __future__ import annotations

from typing import Any

import ibis

from ca_assets.contracts.erased import ErasedClients


def pseudonymised(cell: Any, client: Any, erased: ErasedClients) -> Any:
    """A cell, or the pseudonym where the `client` in it (the text that tables have) was erased."""
    if not erased.pseudonyms:
        return cell
    inner = (ibis.literal(erased.inner) + client).hexdigest("sha256")
    key = (ibis.literal(erased.outer) + inner).hexdigest("sha256")
    found = ibis.literal(dict(erased.pseudonyms), type="map<string, string>").get(key, ibis.null("string"))
    return ibis.coalesce(found, cell)


def without_texts(broken: ibis.Table) -> ibis.Table:
    """Rows that could not be taken apart, without their text and message: nobody can tell which customer they name."""
    message = ibis.literal("the text is not kept, as it may name a customer who was erased")
    return broken.mutate(message=message, row=ibis.null("string"))
