"""The one way to put a figure on a page. A test forbids `dcc.Graph` anywhere else.

Plotly's "send to cloud" posts chart data to a public server: it is off here, as are its logo and zoom by scrolling.
"""

from __future__ import annotations

from typing import Any

from dash import dcc

from ca_dash.locales import current, plotly_config

CONFIG: dict[str, Any] = {
    "showSendToCloud": False,
    "showEditInChartStudio": False,
    "plotlyServerURL": "",
    "displaylogo": False,
    "displayModeBar": False,
    "responsive": True,
    "scrollZoom": False,
    "doubleClick": "reset",
    "showTips": False,
}
EMPTY: dict[str, Any] = {
    "data": [],
    "layout": {"xaxis": {"visible": False}, "yaxis": {"visible": False}, "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)"},
}


def graph(id: Any, height: int) -> dcc.Graph:
    """An empty graph of a fixed height (px); a callback fills its figure. Fixed, so that the page never jumps."""
    return dcc.Graph(
        id=id,
        figure=EMPTY,
        config=CONFIG | plotly_config(current()),
        responsive=True,
        className="ca-graph",
        style={"height": f"{height}px", "width": "100%"},
    )
