"""Which errors of a job are written for people: their text is shown as it is."""

from __future__ import annotations

from ca_assets.index.protocol import IndexUnavailable
from ca_assets.settings.database import SettingsUnavailable
from ca_assets.settings.process import SecretError
from ca_assets.shop import ShopError
from ca_assets.sources.errors import SourceError


class JobFailed(RuntimeError):
    """A job ended without success; the message is for people."""


def expected_errors() -> tuple[type[Exception], ...]:
    """Errors whose text says what is wrong and what to do, and holds no secret."""
    return SourceError, SecretError, ShopError, IndexUnavailable, SettingsUnavailable, JobFailed
