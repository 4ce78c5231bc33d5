"""`settings.OSCAR_HOOKS`, a dictionary: each key below, in capitals. Read at each use, so that tests may override it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Any

from django.conf import settings

SETTING = "OSCAR_HOOKS"
PERSONAL_FACTS = ("email", "name", "ip")


@dataclass(frozen=True)
class HookSettings:
    """What the shop chose. Without a host or a write key nothing is sent, and the tracking log still has every event."""

    host: str = ""  # where a Segment-compatible collector listens: https://events.example.com
    write_key: str = ""
    names: str = "seed"  # or "v2": how the events are called (names.py)
    personal: Collection[str] = ()  # of PERSONAL_FACTS: what of a person may leave the shop
    guest_ids: bool = True  # guests are known by a keyed hash of their address, so that their second order is a second order
    refunded_statuses: Collection[str] = ()  # order statuses that mean "all the rest was paid back"
    refund_transaction_statuses: Collection[str] | None = None  # of Refund transactions that count; None: all
    namespace: str = ""  # what makes ids of two shops at one collector differ; the write key, unless given
    gzip: bool = True
    queue_size: int = 10_000  # events that wait in a process's memory while the collector is away
    timeout_seconds: float = 10
    exit_seconds: float = 3  # how long the end of a process may wait for the last events


def hook_settings() -> HookSettings:
    """The settings as they are now; keys that are none are left to the system check."""
    given = chosen()
    return HookSettings(**{field.name: given[field.name.upper()] for field in fields(HookSettings) if field.name.upper() in given})


def chosen() -> dict[str, Any]:
    """What stands in the shop's settings."""
    return getattr(settings, SETTING, None) or {}


def unknown_keys() -> list[str]:
    """Keys of the setting that mean nothing, sorted."""
    return sorted(set(chosen()) - {field.name.upper() for field in fields(HookSettings)})
