"""Tables: each column in the format of its unit, in the locale of the request."""

from __future__ import annotations

from typing import Any

import pandas as pd
from dash import Dash

from ca_assets.analyses.core.report import Column
from ca_dash.components.table import TableRows, table
from ca_dash.locales import COOKIE

COLUMNS = (
    Column("period", "date", "date", "First day"),
    Column("revenue", "float", "money", "What customers paid"),
    Column("share", "float", "share", "Part of all"),
    Column("orders", "int", "count", "Number of orders"),
    Column("rate_of_stay", "float", "hours", "Elapsed hours"),
    Column("step", "str", "text", "Its name"),
)
DATA = pd.DataFrame(
    {"period": pd.to_datetime(["2024-01-02"]), "revenue": [1234.5], "share": [0.25], "orders": [7], "rate_of_stay": [1.25], "step": ["a"]}
)


def columns_of(app: Dash, rows: TableRows, currency: str, height: int | None = None) -> dict[str, dict[str, Any]]:
    """Definitions of a table's columns, for a German reader."""
    with app.server.test_request_context("/", headers={"Cookie": f"{COOKIE}=de-DE"}):
        return {column["field"]: column for column in table(rows, COLUMNS, currency, height).columnDefs}


def test_tables_format_in_the_locale(shop_app: Dash) -> None:
    columns = columns_of(shop_app, TableRows(DATA), "JPY")
    assert columns["period"]["valueFormatter"]["function"] == "caDate(params.value, 'de-DE')"
    assert columns["revenue"]["valueFormatter"]["function"] == "caMoney(params.value, 'de-DE', 0)"
    assert columns["revenue"]["headerName"] == "Revenue (JPY)"
    assert columns["share"]["valueFormatter"]["function"] == "caRate(params.value, 'de-DE', 2)"
    assert "ag-right-aligned-cell" in columns["orders"]["cellClass"]


def test_the_unit_decides_and_not_the_name(shop_app: Dash) -> None:
    columns = columns_of(shop_app, TableRows(DATA.assign(own_rate=0.5)), "EUR")
    assert columns["rate_of_stay"]["valueFormatter"]["function"] == "caNumber(params.value, 'de-DE', 6)"
    assert columns["own_rate"]["valueFormatter"]["function"] == "caNumber(params.value, 'de-DE', 6)"
    assert columns["rate_of_stay"]["headerTooltip"] == "Elapsed hours" and columns["own_rate"]["headerTooltip"] == ""


def test_inside_a_panel_decimals_are_even(shop_app: Dash) -> None:
    columns = columns_of(shop_app, TableRows(DATA, titles={"step": "Stage"}, wide=("step",)), "EUR", 300)
    assert columns["rate_of_stay"]["valueFormatter"]["function"] == "caMoney(params.value, 'de-DE', 2)"
    assert columns["orders"]["valueFormatter"]["function"] == "caNumber(params.value, 'de-DE', 2)"
    assert (columns["step"]["headerName"], columns["step"]["width"]) == ("Stage", 300)
