"""What a report is: its name, columns, key, definition; and a finished report as a value.

Each analysis module states its reports as `REPORTS: tuple[ReportSpec, ...]`; `catalogue()` finds them, so that no central
list has to be edited. Pages, exports and documentation read the same texts from here.
"""

from __future__ import annotations

import datetime as dt
import importlib
import pkgutil
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pyarrow as pa

from ca_assets.analyses.download_words import FROM_DOWNLOAD
from ca_assets.columns import ARROW_TYPES, Dtype


@dataclass(frozen=True)
class Column:
    """A column of a report: name, type of REPORTS.md section 1, and what it means, with its unit."""

    name: str
    dtype: Dtype
    meaning: str


@dataclass(frozen=True)
class ReportSpec:
    """The contract of `name/type`: columns in order, row key, definition shown to users.

    `needs` names what must be mapped ("baskets", "promotion_id"); `is_series` tells whether rows are periods (pages cut
    those to the date range; the others exist per window).
    """

    name: str
    type: str
    title: str
    definition: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    is_series: bool = True
    has_windows: bool = False
    needs: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """`report_name/type`."""
        return f"{self.name}/{self.type}"

    @property
    def uses_download(self) -> bool:
        """Whether it begins at the download, so that what a download is must be said."""
        return FROM_DOWNLOAD in self.definition

    @property
    def schema(self) -> pa.Schema:
        """Arrow schema of the rows of one scope (without the column `scope`)."""
        return pa.schema([(c.name, ARROW_TYPES[c.dtype]) for c in self.columns])


@dataclass(frozen=True)
class ReportSet:
    """Finished reports of one analysis: `{type: table}`; each table has a leading column `scope`, then the contract's.

    A windowed type carries its suffix (`sessions_hourly@28d`). `scopes` are all scopes that exist, also those without rows.
    `meta` goes into each report (definition, units, completeness, refusal, values shown and in `__other__`).
    """

    name: str
    report_date: dt.date | None
    tables: dict[str, pa.Table]
    scopes: tuple[str, ...]
    meta: dict[str, Any] = field(default_factory=dict)


@cache
def catalogue() -> dict[str, ReportSpec]:
    """All reports that the analyses state, by `report_name/type`."""
    import ca_assets.analyses as package

    specs: dict[str, ReportSpec] = {}
    for module in pkgutil.iter_modules(package.__path__):
        loaded = importlib.import_module(f"{package.__name__}.{module.name}")
        specs.update({spec.path: spec for spec in getattr(loaded, "REPORTS", ())})
    return specs


def spec_of(path: str) -> ReportSpec:
    """The contract of `report_name/type[@window]`; KeyError when there is no such report."""
    return catalogue()[path.partition("@")[0]]
