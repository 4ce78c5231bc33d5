"""What a report is: its name, columns, key, definition; and a finished report as a value.

Each family states its reports (`Family.reports`); pages, exports and documentation read the same texts and units from there.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ca_assets.contracts.arrow import ARROW_TYPES
from ca_assets.contracts.columns import Dtype
from ca_assets.contracts.report_path import WINDOW_DAYS
from ca_assets.contracts.units import Grain, Unit


@dataclass(frozen=True)
class Column:
    """A column of a report: name, type of docs/contract, section 1, unit for pages that write its values, and what it means."""

    name: str
    dtype: Dtype
    unit: Unit
    meaning: str


@dataclass(frozen=True)
class ReportSpec:
    """The contract of `name/type`: columns in order, row key, definition shown to users.

    `grain` is the length of the periods that the rows are of, None when they are no periods (pages cut series of periods to the date
    range). `has_windows`: it also exists for the last `windows` days. `starts_at_download`: its figures begin at the download, so that
    readers must be told what a download is. `is_of_clients`: it counts customers, so guests are not in it. `needs` names what must be
    mapped ("baskets", "promotion_id").
    """

    name: str
    type: str
    title: str
    definition: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    grain: Grain | None = None
    has_windows: bool = False
    windows: tuple[int, ...] = WINDOW_DAYS
    starts_at_download: bool = False
    is_of_clients: bool = False
    needs: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """`report_name/type`."""
        return f"{self.name}/{self.type}"

    @property
    def leaves_out_guests(self) -> bool:
        """Whether sessions and orders without a client are in none of its figures, so that readers must be told how many there are."""
        return self.starts_at_download or self.is_of_clients

    @property
    def is_series(self) -> bool:
        """Whether the rows are of periods."""
        return self.grain is not None

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


def all_scope(reports: ReportSet, report_type: str) -> pa.Table:
    """Rows of one report for the scope `all`."""
    table = reports.tables[report_type]
    return table.filter(pc.equal(table["scope"], "all")).drop_columns(["scope"])
