"""A disk that is full, in words: whatever library met it, in whatever words of its own.

Belongs here: knowing it by its message, and by looking at the disk where a message is vague.
"""

from __future__ import annotations

import shutil

from ca_assets.settings.process import process_settings

PLAIN = ("No space left on device", "database or disk is full", "Disk quota exceeded", "os error 28")
VAGUE = ("disk I/O error", "unable to open database file")
TINY_BYTES = 1_000_000


def in_words(text: str) -> str:
    """The message of an error; a full disk's is replaced by what to do about it."""
    if not any(each in text for each in PLAIN) and not (any(each in text for each in VAGUE) and _is_full()):
        return text
    settings = process_settings()
    places = " or ".join(dict.fromkeys([f"CA_HOME ({settings.home})", *([f"the lake ({settings.lake_url})"] if settings.lake_url else [])]))
    return (
        f"the disk of {places} is full ({' '.join(text.split())[:160]}); free space there, then run it again."
        " What was published before is unchanged"
    )


def _is_full() -> bool:
    """Whether hardly anything can be written to CA_HOME."""
    home = process_settings().home
    there = next(each for each in (home, *home.parents) if each.exists())
    return shutil.disk_usage(there).free < TINY_BYTES
