"""What Dagster loads: everything in `defs/`, found by itself, and the publication that follows all of it."""

import importlib
import pkgutil
import warnings
from collections.abc import Iterator

import dagster as dg

import ca_assets.defs
from ca_assets.defs.freshness import with_freshness
from ca_assets.defs.publication import with_publication


@dg.definitions
def definitions() -> dg.Definitions:
    """The code location."""
    with warnings.catch_warnings():
        for young in (dg.BetaWarning, dg.PreviewWarning):  # the pinned version has these functions; users need not read of their state
            warnings.simplefilter("ignore", young)
        return with_freshness(with_publication(dg.Definitions.merge(*_of_modules())))


def _of_modules() -> Iterator[dg.Definitions]:
    """What the `@dg.definitions` functions in the modules of `defs/` return.

    Not `dg.load_from_defs_folder`: it imports the component libraries of all installed integrations, and with them Google's clients,
    which would take every process of Dagster's and every load half a second.
    """
    for found in pkgutil.iter_modules(ca_assets.defs.__path__, f"{ca_assets.defs.__name__}."):
        module = importlib.import_module(found.name)
        yield from (value() for value in vars(module).values() if isinstance(value, type(definitions)))
