"""What may be set of the collector (prefix `CA_COLLECTOR_`), and the limits of the protocol, which are Segment's.

Belongs here: names, defaults, bounds. Does not belong here: what is done with them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from ca_assets.contracts.events import EVENTS_FOLDER
from ca_assets.settings.process import process_settings

EVENT_BYTES: Final = 32 * 1024
BATCH_BYTES: Final = 500 * 1024  # of a request's body, once unpacked
BATCH_EVENTS: Final = 2_500
BAD_FOLDER: Final = "bad"  # of CA_HOME/events: what was refused, with its reason

# Names are compared without case, `-`, `_` and spaces. `traits.` before one: only there (a product's name is no person's).
DROPPED: Final = (
    *("phone", "phone number", "mobile", "fax", "address", "street", "billing address", "shipping address", "postal code", "zip"),
    *("first name", "last name", "full name", "birthday", "date of birth", "ip", "ip address", "advertising id", "latitude", "longitude"),
    *("password", "traits.name", "traits.user name", "traits.avatar"),
)
HASHED: Final = ("email", "email address")
Names = Annotated[tuple[str, ...], NoDecode]


class CollectorSettings(BaseSettings):
    """`dropped` and `hashed` (names with commas between them) replace the default lists; `min_free_mb` is left to others."""

    model_config = SettingsConfigDict(env_prefix="CA_COLLECTOR_", extra="ignore", frozen=True)

    dropped: Names = DROPPED
    hashed: Names = HASHED
    threads: int = Field(default=32, ge=1, le=256)
    file_mb: float = Field(default=64, gt=0)  # a file that has grown to this is closed
    min_free_mb: int = Field(default=256, ge=0)  # with less room on the disk events are refused (503), so that databases there live on
    backlog_mb: float = Field(default=32, gt=0)  # events that wait to be written; more are refused (503)
    commit_timeout_seconds: float = Field(default=10, gt=0)  # how long a request waits for the disk before it is answered with 503

    @field_validator("dropped", "hashed", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(filter(None, (name.strip() for name in value.split(",")))) if isinstance(value, str) else value


def events_folder() -> Path:
    """The store: `CA_HOME/events`."""
    return process_settings().home / EVENTS_FOLDER
