"""Events of a request: taken apart, checked one by one, cleaned, and made into the lines that are kept.

One bad event must not cost the others, and clients throw away what is refused: so a bad event is put aside with its reason, and the rest
is stored. Belongs here: what an event must have. Does not belong here: bytes (`bodies`), who sent it (`access`), writing (`writer`).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import msgspec

from ca_assets.collector.bodies import BodyError, decode_json, salvage
from ca_assets.collector.privacy import Privacy
from ca_assets.collector.settings import BATCH_EVENTS, EVENT_BYTES

TYPES = ("track", "identify", "page", "screen", "group", "alias")
TOO_LARGE, NOT_AN_OBJECT, WRONG_TYPE, NO_IDENTITY, INCOMPLETE = "too_large", "not_an_object", "wrong_type", "no_identity", "incomplete"
SHOWN_OF_A_VALUE = 200  # characters of a bad event that is no object: it cannot be cleaned by names
NO_ID = ("", None)
Id = str | int | float | None


class BadEvent(ValueError):
    """An event that cannot be used. `code` is one of a few words for the metrics, the message is for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Fields(msgspec.Struct):
    """The fields that the protocol gives a type. All others are the sender's own."""

    type: Literal["track", "identify", "page", "screen", "group", "alias"]
    event: str | None = None
    userId: Id = None
    anonymousId: Id = None
    previousId: Id = None
    groupId: Id = None
    messageId: Annotated[str, msgspec.Meta(max_length=200)] | int | None = None
    timestamp: str | int | float | None = None
    properties: dict[str, Any] | None = None
    traits: dict[str, Any] | None = None
    context: dict[str, Any] | None = None


class _Batch(msgspec.Struct):
    batch: list[msgspec.Raw]
    sentAt: Any = None
    writeKey: Any = None


class _Single(msgspec.Struct):
    sentAt: Any = None
    writeKey: Any = None


@dataclass(frozen=True)
class Request:
    """A request's events as sent; `kind` is the type that its path says, None for a batch."""

    events: Sequence[bytes]
    kind: str | None
    sent_at: str | None
    write_key: str | None


@dataclass
class Lines:
    """Lines to be kept, each without its beginning (the writer stamps the time of arrival); what was bad, by code; events by type."""

    good: list[bytes] = field(default_factory=list)
    bad: list[bytes] = field(default_factory=list)
    reasons: dict[str, int] = field(default_factory=dict)
    types: dict[str, int] = field(default_factory=dict)


def read_request(body: bytes, kind: str | None) -> Request:
    """Take a body apart. BodyError: 400 when it is no JSON object (for a batch: one with a list `batch`), 413 for too many events."""
    try:
        return _read(body, kind)
    except msgspec.ValidationError as error:
        raise BodyError(400, f"the body is not what this path takes: {error}") from None
    except (msgspec.DecodeError, RecursionError):
        return _read_salvaged(body, kind)


def _read_salvaged(body: bytes, kind: str | None) -> Request:
    try:
        return _read(salvage(body), kind)
    except msgspec.MsgspecError as error:
        raise BodyError(400, f"the body is not what this path takes: {error}") from None


def _read(body: bytes, kind: str | None) -> Request:
    if kind is None:
        batch = msgspec.json.decode(body, type=_Batch)
        if len(batch.batch) > BATCH_EVENTS:
            raise BodyError(413, f"a batch has at most {BATCH_EVENTS:,} events")
        return Request([bytes(raw) for raw in batch.batch], None, _short_text(batch.sentAt, 64), _short_text(batch.writeKey, 200))
    single = msgspec.json.decode(body, type=_Single)
    return Request([body], kind, _short_text(single.sentAt, 64), _short_text(single.writeKey, 200))


def make_lines(request: Request, *, key_name: str, channel: str, user_agent: str | None, privacy: Privacy) -> Lines:
    """Check and clean every event. `channel` (server or browser) is the key's: in the context a client cannot claim another."""
    lines = Lines()
    shared = {"sent_at": request.sent_at, "write_key": key_name, "user_agent": _short_text(user_agent, 500)}
    head = msgspec.json.encode(shared)[1:-1]
    for raw in request.events:
        message: Any = None
        try:
            message = _object(raw)
            _check(message, raw, request.kind)
            message["context"] = {**(message.get("context") or {}), "channel": channel}
            lines.good.append(head + b',"message":' + msgspec.json.encode(privacy.clean(message)) + b"}\n")
            lines.types[message["type"]] = lines.types.get(message["type"], 0) + 1
        except BadEvent as error:
            shown = privacy.clean(message) if isinstance(message, dict) else privacy.clean_text(_beginning(raw))
            reason = msgspec.json.encode({"reason": f"{error.code}: {error}", "message": shown})
            lines.bad.append(head + b"," + reason[1:] + b"\n")
            lines.reasons[error.code] = lines.reasons.get(error.code, 0) + 1
    return lines


def _object(raw: bytes) -> dict[str, Any]:
    """The event as an object, without the write key that browsers put into it."""
    try:
        message = decode_json(raw)
    except BodyError as error:
        raise BadEvent(NOT_AN_OBJECT, str(error)) from None
    if not isinstance(message, dict):
        raise BadEvent(NOT_AN_OBJECT, "an event must be a JSON object")
    message.pop("writeKey", None)
    return message


def _check(message: dict[str, Any], raw: bytes, kind: str | None) -> None:
    """Complete the type (by the path) and the message id; raises BadEvent."""
    if len(raw) > EVENT_BYTES:
        raise BadEvent(TOO_LARGE, f"an event has at most {EVENT_BYTES // 1024} KB, this one has {len(raw):,} bytes")
    if kind is not None:
        message["type"] = kind
    try:
        fields = msgspec.convert(message, Fields)
    except msgspec.ValidationError as error:
        raise BadEvent(WRONG_TYPE, str(error)) from None
    if fields.userId in NO_ID and fields.anonymousId in NO_ID:
        raise BadEvent(NO_IDENTITY, "an event needs a userId or an anonymousId")
    if fields.type == "track" and not (fields.event or "").strip():
        raise BadEvent(INCOMPLETE, "a track event needs its name in `event`")
    message["messageId"] = str(fields.messageId) if fields.messageId not in NO_ID else _message_id(raw, fields)


def _message_id(raw: bytes, fields: Fields) -> str:
    """For an event without one: of its bytes where they hold a time, so that a retry has the same; else a random one."""
    if fields.timestamp in NO_ID:
        return f"ca-{secrets.token_hex(16)}"
    return f"ca-{hashlib.blake2b(raw, digest_size=16).hexdigest()}"


def _beginning(raw: bytes) -> str:
    return raw[:SHOWN_OF_A_VALUE].decode("utf-8", errors="replace")


def _short_text(value: Any, longest: int) -> str | None:
    return value[:longest] if isinstance(value, str) else None
