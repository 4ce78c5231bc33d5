"""How customers move between segments from month to month. Input: `segmentation/migration_monthly`."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from ca_assets.analyses.core.segments.columns import NEW
from ca_dash.components.table import TableRows
from ca_dash.figures import base
from ca_dash.figures.base import Style
from ca_dash.figures.segment import SEGMENTS, color, segment_name
from ca_dash.format import money, number, written


def flow(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """How customers moved between segments in the last month shown, as streams from left to right."""
    last = data["period"].max()
    rows = data[data["period"] == last]
    order = [*SEGMENTS]
    left = [s for s in [*order, NEW] if (rows["from_segment"] == s).any()]
    right = [s for s in order if (rows["to_segment"] == s).any()]
    nodes = [*left, *right]
    sums = [*(rows.loc[rows["from_segment"] == s, "customers"].sum() for s in left)]
    sums += [*(rows.loc[rows["to_segment"] == s, "customers"].sum() for s in right)]
    fig = base.figure(style, y="")
    fig.add_sankey(
        arrangement="snap",
        node={
            "label": [f"{segment_name(s)} · {number(count, 0, style.locale)}" for s, count in zip(nodes, sums, strict=True)],
            "color": [color(s, style) for s in nodes],
            "pad": 14,
            "thickness": 14,
            "line": {"width": 0},
            "x": [0.001] * len(left) + [0.999] * len(right),
            "y": [*_places(sums[: len(left)]), *_places(sums[len(left) :])],
            "hovertemplate": "%{label}<extra></extra>",
        },
        link={
            "source": [left.index(s) for s in rows["from_segment"]],
            "target": [len(left) + right.index(s) for s in rows["to_segment"]],
            "value": base.numbers(rows["customers"]),
            "color": [style.tint(color(s, style), 0.28) for s in rows["from_segment"]],
            "customdata": [_move(row, style) for row in rows.to_dict("records")],
            "hovertemplate": "%{customdata}<extra></extra>",
        },
        textfont={"color": style.ink, "size": 12, "shadow": "none"},
    )
    is_over = bool(rows["complete"].all())
    month = written(pd.Timestamp(last).date(), style.locale.month, style.locale)
    note = month if is_over else f"{month}, not over yet"
    fig.update_layout(margin={"t": 10, "l": 6, "r": 6, "b": 10}, hovermode="closest", meta={"note": note})
    return fig


def moves(*, data: pd.DataFrame, style: Style) -> TableRows:
    """The moves of each month as a table, the newest first; who stayed is left out."""
    rows = data[data["from_segment"] != data["to_segment"]].sort_values(["period", "customers"], ascending=[False, False])
    shown = pd.DataFrame(
        {
            "period": pd.to_datetime(rows["period"]).to_numpy(),
            "complete": rows["complete"].to_numpy(),
            "from_segment": [segment_name(segment) for segment in rows["from_segment"]],
            "to_segment": [segment_name(segment) for segment in rows["to_segment"]],
            "customers": rows["customers"].to_numpy(),
            "by_boundary": rows["by_boundary"].to_numpy(),
            "revenue_before": rows["revenue_before"].to_numpy(),
            "revenue_after": rows["revenue_after"].to_numpy(),
        }
    )
    titles = {
        "period": "Month",
        "complete": "Month is over",
        "from_segment": "From",
        "to_segment": "To",
        "by_boundary": "Of these moved by bounds",
        "revenue_before": "Revenue in the month before",
        "revenue_after": "Revenue in the month",
    }
    return TableRows(shown, titles=titles)


def _places(sums: list[float]) -> list[float]:
    """Centres of nodes one below the other, as shares of the height; a node needs a place above 0."""
    total, done, places = sum(sums) or 1, 0.0, []
    for value in sums:
        places.append(min(max((done + value / 2) / total, 0.01), 0.99))
        done += value
    return places


def _move(row: dict[str, Any], style: Style) -> str:
    count = number(row["customers"], 0, style.locale)
    before, after = (money(row[name], style.currency, style.locale) for name in ("revenue_before", "revenue_after"))
    moved = f"<br>{number(row['by_boundary'], 0, style.locale)} of them because the bounds moved" if row["by_boundary"] else ""
    title = f"{segment_name(row['from_segment'])} → {segment_name(row['to_segment'])}"
    return f"<b>{title}</b><br>{count} customers<br>revenue {before} before, {after} in the month{moved}"
