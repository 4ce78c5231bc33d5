"""How an error ends a command: which errors have a message written for the user, and what that message says.

Belongs here: the list of those errors, and a full disk in plain words, whichever library met it. Does not belong here: printing (`output`).
"""

from __future__ import annotations

import shutil
from pathlib import Path

DISK_FULL = ("No space left on device", "database or disk is full", "Disk quota exceeded", "os error 28")
PERHAPS_DISK_FULL = ("disk I/O error", "unable to open database file")  # SQLite says so of other faults too: then the disk is looked at
TINY_BYTES = 1_000_000


def user_errors() -> tuple[type[Exception], ...]:
    """Errors whose message is written for the user. Imports much: call it only when something has failed."""
    from ca_assets.alerts.sending import NotSent
    from ca_assets.engine.errors import EngineError
    from ca_assets.index.protocol import IndexUnavailable, NotPublished
    from ca_assets.lake.lake import LakeError, NotInLake
    from ca_assets.loading.locks import LoadRunning
    from ca_assets.recipes.recipe import RecipeError
    from ca_assets.settings.alerts.rules import RuleError
    from ca_assets.settings.dagster_home import DagsterSettingsError
    from ca_assets.settings.database import SettingsUnavailable
    from ca_assets.settings.process import SecretError
    from ca_assets.settings.users import UserError
    from ca_assets.settings.write_keys import WriteKeyError
    from ca_assets.shop import ShopError
    from ca_assets.sources.errors import SourceError

    return (
        *(LoadRunning, SettingsUnavailable, DagsterSettingsError, SecretError, UserError, ShopError, SourceError, RecipeError),
        *(EngineError, IndexUnavailable, NotPublished, LakeError, NotInLake, NotSent, RuleError, WriteKeyError, OSError),
    )


def message_of(error: Exception) -> str:
    """The text for the user, in one line or several; a full disk's says what to do about it."""
    if isinstance(error, OSError) and error.filename is not None:
        return explain_full_disk(f"{error.filename}: {error.strerror}")
    return explain_full_disk(str(error) or type(error).__name__)


def explain_full_disk(text: str) -> str:
    """The message of an error; that of a full disk is replaced by one that names the folder to free space in."""
    is_full = any(sign in text for sign in DISK_FULL)
    if not is_full and not any(sign in text for sign in PERHAPS_DISK_FULL):
        return text
    from ca_assets.settings.process import process_settings

    settings = process_settings()
    if not is_full and not _has_no_space(settings.home):
        return text
    places = [f"CA_HOME ({settings.home})", *([f"the lake ({settings.lake_url})"] if settings.lake_url else [])]
    return (
        f"the disk of {' or '.join(places)} is full ({' '.join(text.split())[:160]}); free space there, then run it again."
        " What was published before is unchanged"
    )


def _has_no_space(folder: Path) -> bool:
    """Whether hardly anything can be written to the folder (or, where it does not exist yet, to the nearest one above it)."""
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    return shutil.disk_usage(existing).free < TINY_BYTES
