"""Figures that describe customers: amounts, orders and sessions per customer. Input: rows of `stats/*`."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from ca_dash.figures import base
from ca_dash.format import money
from ca_dash.theme import Style

SINGLE_COUNTS = 12


def payment_amounts(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Customers by the average amount of their orders; the last bin is open and drawn apart."""
    rows = data.sort_values("bin")
    fig = base.figure(style, y="Customers", x=f"Average order amount ({style.currency})" if style.currency else "Average order amount")
    titles = [_bin_title(low, high, style) for low, high in zip(rows["amount_low"], rows["amount_high"], strict=True)]
    base.add_columns(fig, x=list(range(len(rows))), data=rows, y="customers", color=style.accent, unit="count", style=style, titles=titles)
    is_open = rows["amount_high"].isna()
    fig.update_traces(marker={"color": [style.palette[-1] if flag else style.accent for flag in is_open]})
    lows = [float(low) for low in rows["amount_low"]]
    step = max(1, len(rows) // 6)
    ticks = list(range(0, len(rows) - max(2, step // 2 + 1), step))  # the last bin has a label of its own and keeps room for it
    marks = [(tick - 0.5, _short(lows[tick], style)) for tick in ticks] + [(len(rows) - 1, f"> {_short(lows[-1], style)}")]
    fig.update_xaxes(tickvals=[place for place, _ in marks], ticktext=[text for _, text in marks])
    fig.update_layout(bargap=0.06)
    return fig


def orders_per_customer(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Customers with exactly k orders; from 12 on together."""
    counts = data.assign(group=data["orders"].clip(upper=SINGLE_COUNTS)).groupby("group")["customers"].sum()
    rows = counts.reindex(range(1, int(counts.index.max()) + 1), fill_value=0).rename_axis("group").reset_index()
    fig = base.figure(style, y="Customers", x="Orders")
    names = [f"{count} or more" if count == SINGLE_COUNTS else str(count) for count in rows["group"]]
    titles = [f"{name} order{'' if name == '1' else 's'}" for name in names]
    labels = [f"{SINGLE_COUNTS}+" if count == SINGLE_COUNTS else str(count) for count in rows["group"]]
    base.add_columns(fig, x=labels, data=rows, y="customers", color=style.accent, unit="count", style=style, titles=titles)
    fig.update_xaxes(type="category", dtick=1, nticks=None)
    return fig


def sessions_per_customer(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Sessions per customer with a session in the week."""
    fig = base.figure(style, y="Sessions per customer")
    base.add_series(
        fig, data=data, y="sessions_per_customer", name="Sessions per customer", color=style.accent, unit="decimal", style=style
    )
    base.time_axis(fig, style=style, grain="weekly", data=data)
    fig.update_layout(showlegend=False)
    return fig


def orders_per_active_customer(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Orders per customer with a session, and per customer with an order, in the week."""
    fig = base.figure(style, y="Orders per customer")
    for position, (column, name) in enumerate((("orders_per_buyer", "per buyer"), ("orders_per_customer", "per visitor"))):
        base.add_series(fig, data=data, y=column, name=name, color=style.color(position), unit="decimal", style=style)
    base.time_axis(fig, style=style, grain="weekly", data=data)
    return fig


def _bin_title(low: float, high: float, style: Style) -> str:
    first = money(low, style.currency, style.locale)
    return f"{first} or more" if pd.isna(high) else f"{first} to below {money(high, style.currency, style.locale)}"


def _short(value: float, style: Style) -> str:
    return money(value, style.currency, style.locale, is_short=True)
