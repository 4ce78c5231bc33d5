"""Figures of the true funnel: who went from the download to the purchase in order, within the window.

Input: rows of `funnels/customers_conversion`. Undecided customers (window not over) are shown apart, never as failures.
"""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from ca_assets.shop import ReportSettings
from ca_dash.figures import base
from ca_dash.figures.base import Style
from ca_dash.figures.funnels import steps
from ca_dash.format import hours, rate


def window(style: Style) -> int:
    """Days within which a step must follow the download to count (setting `conversion_window_days`)."""
    return int(style.settings.get("conversion_window_days", ReportSettings().conversion_window_days))


def total(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """All customers together: how many of those with a full window reached each step, with the 95% interval in the hover."""
    rows = data[data["grain"] == "total"].sort_values("step_order")
    intervals = [
        f"<br>95% interval {rate(low, 1, style.locale)} – {rate(high, 1, style.locale)}"
        for low, high in zip(rows["rate_low"], rows["rate_high"], strict=True)
    ]
    return steps(
        names=rows["step"],
        counts=rows["customers"],
        shares=base.numbers(rows["rate"]),
        style=style,
        what="customers",
        of=f"customers with {window(style)} full days",
        remarks=intervals,
    )


def monthly_rates(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Share of each month's customers with a full window who reached each step, with its 95% interval."""
    months = data[(data["grain"] == "month") & (data["step"] != "download")]
    months = months.assign(complete=months["undecided"] == 0)  # a month is final when nobody in it is undecided any more
    fig = base.figure(style, y=f"Share of customers with {window(style)} full days", unit="rate")
    reached = base.Share("customers", "mature", "rate_low", "rate_high")
    for position, step in enumerate(base.step_names(months), start=1):  # the download has the first colour in the charts beside
        rows = months[months["step"] == step].sort_values("period")
        color, name = style.color(position), base.step_label(step)
        base.add_band(fig, data=rows, low="rate_low", high="rate_high", color=color, name=name, style=style, position=position)
        base.add_series(fig, data=rows, y="rate", name=name, color=color, unit="rate", style=style, position=position, share=reached)
    base.time_axis(fig, style=style, grain="monthly", data=months)
    return fig


def entered(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Customers by month of download: with a full window, and those still within it (hatched)."""
    rows = data[(data["grain"] == "month") & (data["step_order"] == 0)].sort_values("period")
    fig = base.figure(style, y="Customers")
    x, text = base.days(rows["period"]), base.hover("count", style)
    fig.add_bar(
        x=x, y=base.numbers(rows["mature"]), name=f"{window(style)} days passed", marker={"color": style.accent}, hovertemplate=text
    )
    pattern = {"shape": "/", "size": 5, "solidity": 0.35}
    fig.add_bar(
        x=x,
        y=base.numbers(rows["undecided"]),
        name=f"Still within {window(style)} days",
        marker={"color": style.color(1), "pattern": pattern},
        hovertemplate=text,
    )
    fig.update_layout(barmode="stack", legend={"traceorder": "normal"})
    base.time_axis(fig, style=style, grain="monthly", data=rows)
    return fig


def time_to_step(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Median and 90th percentile of the time from download to each step."""
    rows = data[(data["grain"] == "total") & (data["step_order"] > 0)].sort_values("step_order")
    fig = base.figure(style, y="", x="Days since download")
    labels = [base.step_label(str(step)) for step in rows["step"]]
    for column, name, color in (("median_hours", "Median", style.accent), ("p90_hours", "9 in 10 within", style.palette[-1])):
        texts = [hours(value, style.locale) for value in rows[column]]
        fig.add_bar(
            x=[None if v is None else v / 24 for v in base.numbers(rows[column])],
            y=labels,
            name=name,
            orientation="h",
            text=texts,
            textposition="outside",
            cliponaxis=False,
            textfont={"color": style.ink},
            marker={"color": color, "cornerradius": 3},
            hovertemplate=[f"{name}: {text}<extra></extra>" for text in texts],
        )
    top = max((v or 0 for v in base.numbers(rows["p90_hours"])), default=0) / 24
    fig.update_yaxes(
        autorange="reversed",
        showgrid=False,
        tickfont={"size": 12, "color": style.ink},
        rangemode="normal",
        nticks=None,
        dtick=1,
        ticksuffix="  ",
    )
    fig.update_xaxes(range=[0, (top or 1) * 1.42], showgrid=True, showline=False, rangemode="tozero")
    fig.update_layout(barmode="group", hovermode="closest")
    return fig
