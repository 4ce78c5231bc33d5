"""The one way to show rows as a table: ag-grid with named formats by column type. Values are exact, never shortened."""

from __future__ import annotations

from typing import Any

import dash_ag_grid as dag
import pandas as pd

from ca_assets.analyses.report import ReportSpec
from ca_dash.format import decimals, label
from ca_dash.locales import current

MONEY_WORDS = ("revenue", "amount", "discount", "refunds", "line_value", "difference")
RATE_WORDS = ("rate", "share", "confidence", "support")


def table(
    *,
    data: pd.DataFrame,
    spec: ReportSpec | None,
    currency: str | None = None,
    height: str = "62vh",
) -> dag.AgGrid:
    """A sortable table of a report's rows in the request's locale; in its own window also filterable.

    `data.attrs` may hold `titles` of columns, and `total`: a row that stays at the bottom.
    """
    is_inline, total = height.endswith("px"), data.attrs.get("total")
    columns = [_column(str(name), data, spec, currency, 2 if is_inline else 6) for name in data.columns]
    return dag.AgGrid(
        rowData=_records(data),
        columnDefs=columns,
        defaultColDef={"sortable": True, "resizable": True, "filter": not is_inline, "minWidth": 94, "suppressHeaderMenuButton": True},
        dashGridOptions={
            "enableCellTextSelection": True,
            "ensureDomOrder": True,
            "suppressFieldDotNotation": True,
            "tooltipShowDelay": 400,
            "theme": {"function": "caTheme(themeQuartz)"},
            **({"pinnedBottomRowData": [total]} if total else {}),
        },
        columnSize="responsiveSizeToFit" if is_inline else "autoSize",
        style={"height": height, "width": "100%"},
        dangerously_allow_code=False,
    )


def format_of(name: str) -> str:
    """The named format of a numeric column: money, rate, or plain number."""
    if any(word in name for word in RATE_WORDS):
        return "caRate"
    return "caMoney" if any(word in name for word in MONEY_WORDS) else "caNumber"


def _column(name: str, data: pd.DataFrame, spec: ReportSpec | None, currency: str | None, digits: int) -> dict[str, Any]:
    meanings = {column.name: column.meaning for column in spec.columns} if spec else {}
    title = data.attrs.get("titles", {}).get(name, label(name))
    definition: dict[str, Any] = {"field": name, "headerName": title, "headerTooltip": meanings.get(name, ""), "wrapHeaderText": True}
    if pd.api.types.is_datetime64_any_dtype(data[name]):
        definition |= {"valueFormatter": {"function": f"caDate(params.value, '{current().tag}')"}}
    elif pd.api.types.is_numeric_dtype(data[name]) and not pd.api.types.is_bool_dtype(data[name]):
        unit = f" ({currency})" if currency and format_of(name) == "caMoney" else ""
        shape = {"type": "rightAligned", "cellClass": "ca-number ag-right-aligned-cell", "headerName": title + unit}
        is_even = digits == 2 and _has_parts(data[name])
        definition |= shape | {"valueFormatter": {"function": _formatter(name, currency, digits, is_even=is_even)}}
    elif not pd.api.types.is_bool_dtype(data[name]):
        is_name = "product" in name or name == "promotion"
        definition |= {"minWidth": 176 if is_name else 118, "width": 300 if is_name else 160, "tooltipField": name}
    return definition


def _has_parts(values: pd.Series) -> bool:
    """Whether any value is no whole number: then all are written with as many digits, so that they can be compared down the column."""
    return bool((pd.to_numeric(values).dropna() % 1 != 0).any())


def _formatter(name: str, currency: str | None, digits: int, *, is_even: bool = False) -> str:
    """A call of a named format in assets/app.js. Only a locale's tag and a number of digits go into it, never a value from data."""
    kind, tag = format_of(name), current().tag
    places = {"caMoney": decimals(currency), "caRate": 2, "caNumber": digits}[kind]
    kind = "caMoney" if is_even and kind == "caNumber" else kind  # money's way of writing: always as many digits
    return f"{kind}(params.value, '{tag}', {places})"


def _records(data: pd.DataFrame) -> list[dict[str, Any]]:
    shown = data.copy()
    for name in shown.columns:
        if pd.api.types.is_datetime64_any_dtype(shown[name]):
            shown[name] = shown[name].dt.strftime("%Y-%m-%d")
    records: list[dict[str, Any]] = shown.astype(object).where(shown.notna(), None).to_dict("records")
    return records
