"""What Dagster loads: everything in `defs/`, found by itself, and the publication that follows all of it."""

from pathlib import Path

import dagster as dg

from ca_assets.defs.freshness import with_freshness
from ca_assets.defs.publication import with_publication


@dg.definitions
def definitions() -> dg.Definitions:
    """The code location."""
    return with_freshness(with_publication(dg.load_from_defs_folder(path_within_project=Path(__file__).parent)))
