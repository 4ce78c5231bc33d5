"""A family of reports: how one is found and computed, alone or beside others from the same base tables.

Each module of this package that states `REPORTS` and has a function `from_base` is a family, named as its module and reports. No
central list names them.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Collection, Iterator
from typing import Protocol, cast

from ca_assets.analyses.base import Base, make_base
from ca_assets.analyses.context import Context, Tables
from ca_assets.analyses.held import Shelf
from ca_assets.analyses.report import ReportSet, ReportSpec
from ca_assets.analyses.sets import refused


class Family(Protocol):
    """A module of a family."""

    REPORTS: tuple[ReportSpec, ...]

    def from_base(self, base: Base, shelf: Shelf, windows: bool = True) -> ReportSet:
        """All reports in every scope; `shelf` holds what only this family needs. Reports of unmapped parts do not exist."""
        ...


def families() -> dict[str, Family]:
    """All families, by name."""
    import ca_assets.analyses as package

    names = [found.name for found in pkgutil.iter_modules(package.__path__)]
    modules = {name: importlib.import_module(f"{package.__name__}.{name}") for name in names}
    return {name: cast(Family, module) for name, module in modules.items() if hasattr(module, "from_base") and hasattr(module, "REPORTS")}


def reports_from(name: str, base: Base | None, context: Context, windows: bool = True) -> ReportSet:
    """A family from base tables that exist; without them (no session is known as of the report): no rows, and the refusal."""
    family = families()[name]
    if base is None:
        return refused(name, family.REPORTS, context, windows)
    with Shelf(base.shelf.engine) as shelf:
        return family.from_base(base, shelf, windows)


def compute(names: Collection[str], tables: Tables, context: Context, windows: bool = True) -> Iterator[ReportSet]:
    """Several families one after the other, from base tables made once."""
    with Shelf(tables.orders.get_backend()) as shelf:
        base = make_base(tables, context, shelf)
        for name in names:
            yield reports_from(name, base, context, windows)
