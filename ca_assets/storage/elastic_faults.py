"""Faults of Elasticsearch: what kinds there are for our own code, and what each means in words for people.

No message shows a password or key. Does not belong here: asking (`elastic_client`), asking again (`elastic_patience`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from ca_assets.storage.index import IndexUnavailable

FULL_DISK = ("flood", "disk usage", "read-only-allow-delete", "read_only_allow_delete")  # in the reason of a write block
WATERMARK = "watermark"  # in the reason why a node takes no new index: its disk
BUSY = {"es_rejected_execution_exception", "circuit_breaking_exception"}
OVERLOADED, UNAVAILABLE = 429, 503


class Missing(LookupError):
    """Elasticsearch answered 404: an index, alias or document is not there."""


class AlreadyThere(IndexUnavailable):
    """An index of this name exists."""


class NotNow(IndexUnavailable):
    """Elasticsearch cannot do it just now, and may do it later: asked again with pauses (`elastic_patience`)."""

    most_seconds = 0.0  # after which nothing better is to be expected


class Overloaded(NotNow):
    """It asks to send less (429: a queue or the heap is full)."""

    most_seconds = 600.0


class Away(NotNow):
    """A node or master that it needs is away (503): seconds after a start or the end of a node, for long when the node was the only one."""

    most_seconds = 10.0


class Late(IndexUnavailable):
    """What was waited for did not happen in time (408)."""


def fault(place: str, status: int, body: Any) -> Exception:
    """An answer of failure (HTTP status, decoded body) as an exception with words for people."""
    kind, reason = reason_of(body)
    if status == UNAVAILABLE:
        return Away(f"a part of Elasticsearch at {place} is away ({reason[:200]}); look at its nodes, disks and log, then try again")
    if kind == "cluster_block_exception" or "blocked by" in reason:
        return IndexUnavailable(blocked(place, reason))
    if "context_missing" in kind:
        return IndexUnavailable(f"reading from Elasticsearch at {place} was interrupted (a node went, or it took too long); read again")
    if kind == "resource_already_exists_exception":
        return AlreadyThere(f"Elasticsearch at {place}: {reason[:200]}")
    kinds: dict[int, Exception] = {
        404: Missing(reason or "not found"),
        408: Late(f"Elasticsearch at {place} did not reach the wanted state in time"),
        OVERLOADED: overloaded(place, reason),
    }
    return kinds.get(status) or IndexUnavailable(_words(place, status, f"{kind}): {reason}"))


def overloaded(place: str, reason: str) -> Overloaded:
    """Too much is asked of it."""
    return Overloaded(f"Elasticsearch at {place} is overloaded ({reason[:200]}); run it again later, or give it more memory")


def _words(place: str, status: int, reason: str) -> str:
    words = {
        401: f"{place} refused the login; check CA_INDEX_USER and CA_INDEX_PASSWORD, or CA_INDEX_API_KEY",
        403: f"{place} does not allow this to the user of CA_INDEX_USER or CA_INDEX_API_KEY ({reason[:300]}",
    }
    return words.get(status, f"Elasticsearch at {place} refused a request ({status} {reason[:500]}")


def of_shards(place: str, failures: Collection[dict[str, Any]]) -> Exception:
    """An answer that speaks for a part of the shards only, as an exception: it must not be taken for the whole."""
    found = [reason_of({"error": each.get("reason") or {}}) for each in failures]
    kind, reason = found[0] if found else ("", "a shard did not answer")
    return fault(place, OVERLOADED if kind in BUSY else UNAVAILABLE, {"error": {"type": kind, "reason": reason}})


def unallocated(place: str, index: str, reasons: Sequence[str]) -> str:
    """What to do about a new index that no node takes."""
    if any(WATERMARK in reason for reason in reasons):
        return f"the disk of Elasticsearch at {place} is too full for new data (high watermark); free or add disk space, then run it again"
    why = reasons[0][:300] if reasons else "its log says why"
    return f"no node of Elasticsearch at {place} takes the new index {index}: {why}; look at its nodes, then run it again"


def blocked(place: str, reason: str) -> str:
    """What to do about a write block."""
    if any(word in reason for word in FULL_DISK):
        return (
            f"the disk of Elasticsearch at {place} is full, so it refuses to write (flood-stage watermark); free or add disk space,"
            " then run it again. The block ends by itself; if it does not, set index.blocks.read_only_allow_delete to null"
        )
    return f"Elasticsearch at {place} refuses to write: {reason[:300]}; remove the block, then run it again"


def reason_of(body: Any) -> tuple[str, str]:
    """(type, reason) of an answer's error, with its innermost cause."""
    error = body.get("error", body) if isinstance(body, dict) else body
    if not isinstance(error, dict):
        return "", str(error or "")
    root = (error.get("root_cause") or [error])[0]
    cause = error
    while isinstance(cause.get("caused_by"), dict):
        cause = cause["caused_by"]
    texts = dict.fromkeys(str(each.get("reason")) for each in (error, root, cause) if each.get("reason"))
    return str(root.get("type") or error.get("type") or ""), ": ".join(texts)
