"""Adding the dummy families to this process, or to a `ca` process."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import ca_assets.analyses
from ca_assets.analyses.core import family
from ca_assets.loading import fingerprints

FOLDER = Path(__file__).parent
NAMES = ("buyer_list", "weekly_values")
CA = f"import ca_assets.analyses; ca_assets.analyses.__path__.append({str(FOLDER)!r}); from ca_assets.cli.main import main; main()"
CA_COMMAND = [sys.executable, "-c", CA]  # followed by the words of a `ca` command


def forget_families() -> None:
    """What was found before is looked for again."""
    for cached in (family.families, family.catalogue, fingerprints.family_digest):
        cached.cache_clear()


@contextmanager
def dummy_families() -> Iterator[None]:
    """The families exist inside the block."""
    ca_assets.analyses.__path__.append(str(FOLDER))
    forget_families()
    try:
        yield
    finally:
        ca_assets.analyses.__path__.remove(str(FOLDER))
        for name in [name for name in sys.modules if name.startswith(tuple(f"ca_assets.analyses.{each}" for each in NAMES))]:
            del sys.modules[name]
        forget_families()
