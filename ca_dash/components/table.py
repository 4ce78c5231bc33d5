"""The one way to show rows as a table: AG Grid with a named format for each unit. Values are exact, never shortened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import dash_ag_grid as dag
import pandas as pd

from ca_assets.analyses.core.report import Column
from ca_assets.contracts.units import Unit
from ca_dash.format import column_title, decimals
from ca_dash.locales import current

# Named formats of numbers in assets/app.js by unit; all other units are plain numbers.
FORMATS: Mapping[Unit, str] = {"money": "caMoney", "rate": "caRate", "share": "caRate", "change": "caRate"}
RATE_DIGITS = 2


@dataclass(frozen=True)
class TableRows:
    """Rows to show as a table. What it has of a report's own columns is written in their units and explained in their words.

    `titles` by column where its name does not do; `wide` are columns of long names, `wrapped` of sentences;
    `total` is a row that stays at the bottom.
    """

    data: pd.DataFrame
    titles: Mapping[str, str] = field(default_factory=dict)
    wide: tuple[str, ...] = ()
    wrapped: tuple[str, ...] = ()
    total: Mapping[str, Any] | None = None


def table(rows: TableRows, columns: Sequence[Column], currency: str | None, height: int | None = None) -> dag.AgGrid:
    """A sortable table in the request's locale: `height` pixels high inside a panel, else for its own window, where it can be filtered."""
    is_inline = height is not None
    known = {column.name: column for column in columns}
    return dag.AgGrid(
        rowData=_records(rows.data),
        columnDefs=[_definition(str(name), rows, known.get(str(name)), currency, 2 if is_inline else 6) for name in rows.data.columns],
        defaultColDef={"sortable": True, "resizable": True, "filter": not is_inline, "minWidth": 94, "suppressHeaderMenuButton": True},
        dashGridOptions={
            "enableCellTextSelection": True,
            "ensureDomOrder": True,
            "suppressFieldDotNotation": True,
            "tooltipShowDelay": 400,
            "theme": {"function": "caTheme(themeQuartz)"},
            **({"pinnedBottomRowData": [dict(rows.total)]} if rows.total else {}),
        },
        columnSize="responsiveSizeToFit" if is_inline else "autoSize",
        style={"height": f"{height}px" if is_inline else "62vh", "width": "100%"},
        dangerously_allow_code=False,
    )


def _definition(name: str, rows: TableRows, column: Column | None, currency: str | None, digits: int) -> dict[str, Any]:
    """A column's definition for AG Grid. Only a locale's tag and a number of digits go into code, never a value from data."""
    values, title, tag = rows.data[name], rows.titles.get(name, column_title(name)), current().tag
    definition = {"field": name, "headerName": title, "headerTooltip": column.meaning if column else "", "wrapHeaderText": True}
    if pd.api.types.is_bool_dtype(values):
        return definition
    if pd.api.types.is_datetime64_any_dtype(values):
        return definition | {"valueFormatter": {"function": f"caDate(params.value, '{tag}')"}}
    if not pd.api.types.is_numeric_dtype(values):
        if name in rows.wrapped:
            return definition | {"minWidth": 240, "width": 620, "wrapText": True, "autoHeight": True, "cellClass": "ca-sentence"}
        is_wide = name in rows.wide
        return definition | {"minWidth": 176 if is_wide else 118, "width": 300 if is_wide else 160, "tooltipField": name}
    kind = FORMATS.get(column.unit, "caNumber") if column else "caNumber"
    places = {"caMoney": decimals(currency), "caRate": RATE_DIGITS, "caNumber": digits}[kind]
    if kind == "caMoney" and currency:
        definition["headerName"] = f"{title} ({currency})"
    if kind == "caNumber" and digits == 2 and (pd.to_numeric(values).dropna() % 1 != 0).any():
        kind = "caMoney"  # always as many digits, so that values can be compared down the column
    return definition | {
        "type": "rightAligned",
        "cellClass": "ca-number ag-right-aligned-cell",
        "valueFormatter": {"function": f"{kind}(params.value, '{tag}', {places})"},
    }


def _records(data: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as JSON can hold them: days as ISO texts, None where missing."""
    days = {name: data[name].dt.strftime("%Y-%m-%d") for name in data.columns if pd.api.types.is_datetime64_any_dtype(data[name])}
    shown = data.assign(**days)
    records: list[dict[str, Any]] = shown.astype(object).where(shown.notna(), None).to_dict("records")
    return records
