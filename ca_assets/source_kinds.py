"""The kinds of sources that can be read, found by their packages: `sources/KIND/driver.py` for a database, `sources/files/KIND/driver.py`.

The kind `events` is neither: its rows are built of files or of a database's table.

Nothing of them is imported: client libraries of databases take a moment, and a shop of files needs none. shop.yaml is checked by these
names, `sources.open` loads the driver of one.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

PACKAGE, FILES, EVENTS = "ca_assets.sources", "files", "events"


@cache
def driver_modules() -> dict[str, str]:
    """Each kind with the name of its driver's module, in order of the kinds."""
    spec = find_spec(PACKAGE)
    folders = [Path(folder) for folder in (spec and spec.submodule_search_locations) or ()]
    drivers = [path.relative_to(folder).with_suffix("").parts for folder in folders for path in folder.glob("*/**/driver.py")]
    return {parts[-2]: ".".join((PACKAGE, *parts)) for parts in sorted(drivers, key=lambda parts: parts[-2])}


def database_kinds() -> tuple[str, ...]:
    """The kinds that are databases: they need a url, and a table or a query; files need a path."""
    return tuple(kind for kind, module in driver_modules().items() if kind != EVENTS and not module.startswith(f"{PACKAGE}.{FILES}."))
