"""Why a run failed, in one sentence: the same words on the command line and in the application.

Belongs here: choosing the message that was written for people, and a full disk in plain words, whichever library met it.
"""

from __future__ import annotations

import shutil
from pathlib import Path

DISK_FULL = ("No space left on device", "database or disk is full", "Disk quota exceeded", "os error 28")
PERHAPS_DISK_FULL = ("disk I/O error", "unable to open database file")  # SQLite says so of other faults too: then the disk is looked at
TINY_BYTES = 1_000_000
SOURCE_ERROR = "SourceError"


def step_name(step_key: str | None) -> str:
    """An asset's name from Dagster's key of its step: `lake/orders` for `lake__orders`."""
    return (step_key or "").replace("__", "/")


def failure_text(class_name: str | None, message: str, step: str = "") -> str:
    """The innermost error of a failed step (or run) in words. `message` is Dagster's: the error's class, a colon, its text."""
    text = message.strip().partition(": ")[2] or message.strip()
    # A source's error names its source; which asset read it first does not help.
    return f"{step}: {text}" if step and class_name != SOURCE_ERROR else text


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
