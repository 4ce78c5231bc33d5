"""Error answers of Elasticsearch as exceptions of our own, with messages that say what to check.

No message shows a password or key. Does not belong here: sending requests (`client`), retrying them (`retry`, which also has the errors
that are retried).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from ca_assets.index.elasticsearch.retry import NodeUnavailable, Overloaded
from ca_assets.index.protocol import IndexUnavailable

# Elasticsearch has no error type for a full disk: only the text of its write block says so.
FULL_DISK = ("flood", "disk usage", "read-only-allow-delete", "read_only_allow_delete")
DISK_DECIDER = "disk_threshold"  # the allocation decider that refuses nodes whose disk is above the watermark
OVERLOAD_TYPES = {"es_rejected_execution_exception", "circuit_breaking_exception"}
INDEX_MISSING = "index_not_found_exception"
OVERLOADED_STATUS, UNAVAILABLE_STATUS = 429, 503


class NotFound(LookupError):
    """404: an index, alias or document does not exist; `kind` is Elasticsearch's type of the error ("": a document)."""

    def __init__(self, message: str, kind: str = "") -> None:
        super().__init__(message)
        self.kind = kind


class AlreadyExists(IndexUnavailable):
    """An index of this name exists."""


class WaitTimeout(IndexUnavailable):
    """What was waited for did not happen in time (408)."""


@dataclass(frozen=True)
class AllocationRefusal:
    """Why a node takes no shard of an index: the name of the allocation decider and its explanation."""

    decider: str
    explanation: str


def error_from_response(url: str, status: int, body: Any) -> Exception:
    """The exception for an error answer: HTTP status and decoded body."""
    kind, reason = type_and_reason(body)
    if status == UNAVAILABLE_STATUS:
        hint = "look at its nodes, disks and log, then try again"
        return NodeUnavailable(f"a part of Elasticsearch at {url} is away ({reason[:200]}); {hint}")
    if kind == "cluster_block_exception" or "blocked by" in reason:
        return IndexUnavailable(write_block_message(url, reason))
    if "context_missing" in kind:
        return IndexUnavailable(f"reading from Elasticsearch at {url} was interrupted (a node went, or it took too long); read again")
    if kind == "resource_already_exists_exception":
        return AlreadyExists(f"Elasticsearch at {url}: {reason[:200]}")
    errors: dict[int, Exception] = {
        401: IndexUnavailable(f"{url} refused the login; check CA_INDEX_USER and CA_INDEX_PASSWORD, or CA_INDEX_API_KEY"),
        403: IndexUnavailable(f"{url} does not allow this to the user of CA_INDEX_USER or CA_INDEX_API_KEY ({f'{kind}): {reason}'[:300]}"),
        404: NotFound(reason or "not found", kind),
        408: WaitTimeout(f"Elasticsearch at {url} did not reach the wanted state in time"),
        OVERLOADED_STATUS: overloaded_error(url, reason),
    }
    return errors.get(status) or IndexUnavailable(f"Elasticsearch at {url} refused a request ({status} {f'{kind}): {reason}'[:500]}")


def overloaded_error(url: str, reason: str) -> Overloaded:
    """The error for a rejected request, whole or in part."""
    return Overloaded(f"Elasticsearch at {url} is overloaded ({reason[:200]}); run it again later, or give it more memory")


def error_from_shard_failures(url: str, failures: Collection[dict[str, Any]]) -> Exception:
    """The exception for an answer of only a part of the shards: it must not be taken for the whole."""
    causes = [type_and_reason({"error": failure.get("reason") or {}}) for failure in failures]
    kind, reason = causes[0] if causes else ("", "a shard did not answer")
    status = OVERLOADED_STATUS if kind in OVERLOAD_TYPES else UNAVAILABLE_STATUS
    return error_from_response(url, status, {"error": {"type": kind, "reason": reason}})


def allocation_message(url: str, index: str, refusals: Sequence[AllocationRefusal]) -> str:
    """What to do about a new index that no node takes."""
    if any(refusal.decider == DISK_DECIDER for refusal in refusals):
        return f"the disk of Elasticsearch at {url} is too full for new data (high watermark); free or add disk space, then run it again"
    why = refusals[0].explanation[:300] if refusals else "its log says why"
    return f"no node of Elasticsearch at {url} takes the new index {index}: {why}; look at its nodes, then run it again"


def write_block_message(url: str, reason: str) -> str:
    """What to do about a write block."""
    if any(word in reason for word in FULL_DISK):
        return (
            f"the disk of Elasticsearch at {url} is full, so it refuses to write (flood-stage watermark); free or add disk space,"
            " then run it again. The block ends by itself; if it does not, set index.blocks.read_only_allow_delete to null"
        )
    return f"Elasticsearch at {url} refuses to write: {reason[:300]}; remove the block, then run it again"


def type_and_reason(body: Any) -> tuple[str, str]:
    """(type, reason) of an answer's error, with its innermost cause."""
    error = body.get("error", body) if isinstance(body, dict) else body
    if not isinstance(error, dict):
        return "", str(error or "")
    root = (error.get("root_cause") or [error])[0]
    cause = error
    while isinstance(cause.get("caused_by"), dict):
        cause = cause["caused_by"]
    reasons = dict.fromkeys(str(level.get("reason")) for level in (error, root, cause) if level.get("reason"))
    return str(root.get("type") or error.get("type") or ""), ": ".join(reasons)
