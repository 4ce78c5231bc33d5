"""Figures and tables of deliveries: by day, by weekday and hour, on a map, abnormal ones, what lateness costs. Input: `delivery/*`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ca_assets.analyses.core.intervals import ratio, wilson
from ca_dash.components.states import Missing
from ca_dash.components.table import TableRows
from ca_dash.figures import base, ranked
from ca_dash.figures.base import Style
from ca_dash.filters.url import Choice
from ca_dash.format import counted, hours, interval, number, rate
from ca_dash.theme import sequential, text_on

DURATIONS = (("deliver", "Order to delivery"), ("prepare", "Preparation"), ("ride", "Ride"), ("return", "Return"))
DURATION = Choice("duration", "Duration", DURATIONS)
GROUPS = {"on_time": "On time", "late": "Late"}
MOST_POINTS, MOST_ABNORMAL, CLUSTER_ROWS = 1_500, 500, 40
ABNORMAL, USUAL, CLUSTERS = "Slow locations", "Locations", "Several locations"
LEGIBLE_RATE = 0.08  # lower bars have no room for their number beside the whisker
SMALLEST, LARGEST = 6.0, 22.0  # points of a map, in pixels


def minutes_text(value: float | None, style: Style) -> str:
    """Minutes in the unit that reads best."""
    return hours(None if value is None else value / 60, style.locale)


def by_day(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Median and ninth decile of the minutes from order to delivery, by day of the delivery."""
    scale, unit = _scale(data["p90_minutes"])
    rows = data.sort_values("period").assign(**{name: data[name] / scale for name in ("p50_minutes", "p90_minutes")})
    fig = base.figure(style, y=f"From order to delivery ({unit})")
    for position, (column, name) in enumerate((("p50_minutes", "Half within"), ("p90_minutes", "9 in 10 within"))):
        base.add_series(fig, data=rows, y=column, name=name, color=style.color(position), unit="ratio", style=style, position=position)
    base.time_axis(fig, style=style, data=rows, grain="daily")
    return fig


def _scale(minutes: pd.Series) -> tuple[float, str]:
    """What minutes are divided by so that an axis reads well, and its unit."""
    middle = pd.to_numeric(minutes).median()
    return (1.0, "minutes") if not middle > 300 else (60.0, "hours") if middle <= 72 * 60 else (1440.0, "days")


def on_time(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Share of the promised deliveries that came on time, with its 95% interval."""
    rows = punctual(data, style)
    fig = base.figure(style, y="Share on time", unit="rate")
    of_promised = base.Share("on_time", "promised", "low", "high")
    base.add_band(fig, data=rows, low="low", high="high", color=style.accent, name="On time", style=style)
    base.add_series(fig, data=rows, y="rate", name="On time", color=style.accent, unit="rate", style=style, share=of_promised)
    base.time_axis(fig, style=style, data=rows)
    fig.update_layout(showlegend=False)
    return fig


def punctual(data: pd.DataFrame, style: Style) -> pd.DataFrame:
    """Promised and on-time deliveries of the page's periods, with rate, low and high."""
    rows = ranked.by_grain(data, columns=["on_time", "promised"], style=style)
    part, whole = rows["on_time"].to_numpy(float), rows["promised"].to_numpy(float)
    low, high = wilson(part, whole)
    return rows.assign(rate=ratio(part, whole), low=low, high=high)


def weekday_hour(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Mean duration by weekday (column) and hour of the order (row); abnormal cells are outlined."""
    weekdays = [(style.week_start + i) % 7 for i in range(7)]
    names = [style.locale.short_weekdays[day] for day in weekdays]
    by_cell = data.set_index(["hour", "weekday"]).sort_index()
    cells = [[by_cell.loc[(hour, day + 1)] for day in weekdays] for hour in range(24)]
    scale, unit = _scale(data["mean_minutes"])
    colors = sequential(style.scheme)
    fig = base.figure(style, y="", x="")
    fig.add_heatmap(
        x=names,
        y=list(range(24)),
        z=[[None if pd.isna(cell["normalised"]) else float(cell["normalised"]) for cell in row] for row in cells],
        text=[[_cell_text(cell, scale, style) for cell in row] for row in cells],
        customdata=[[_cell_hover(cell, style) for cell in row] for row in cells],
        texttemplate="%{text}",
        textfont={"size": 11},
        zmin=0,
        zmax=1,
        xgap=2,
        ygap=2,
        showscale=False,
        colorscale=[list(step) for step in colors],
        hovertemplate="<b>%{x}, %{y}:00</b><br>%{customdata}<extra></extra>",
        hoverongaps=True,
    )
    for row, of_hour in enumerate(cells):
        for column, cell in enumerate(of_hour):
            if cell["is_abnormal"]:
                _outline(fig, column, row, style)
    fig.update_xaxes(side="top", showgrid=False, showline=False, ticks="", fixedrange=True)
    ticks = list(range(0, 24, 2))
    fig.update_yaxes(
        autorange="reversed", showgrid=False, zeroline=False, fixedrange=True, tickvals=ticks, title={"text": "Hour of the order"}
    )
    fig.update_yaxes(ticktext=[f"{hour:02d}:00" for hour in ticks])
    slow = int(data["is_abnormal"].sum())
    note = f"{counted(slow, 'slow hour', style.locale)} outlined" if slow else "no slow hour"
    fig.update_layout(hovermode="closest", meta={"note": f"{unit}; {note}"}, margin={"t": 34, "b": 8})
    return fig


def _cell_text(cell: pd.Series, scale: float, style: Style) -> str:
    """A cell's mean, where it has enough deliveries to have a colour."""
    if pd.isna(cell["normalised"]):
        return ""
    value = cell["mean_minutes"] / scale
    return number(value, 0 if scale == 1 or value >= 100 else 1, style.locale)


def _cell_hover(cell: pd.Series, style: Style) -> str:
    deliveries = number(cell["deliveries"], 0, style.locale)
    if not cell["deliveries"]:
        return "no deliveries"
    words = f"{minutes_text(cell['mean_minutes'], style)} on average<br>{deliveries} deliveries"
    if pd.isna(cell["robust_z"]):
        return f"{words}<br>too few to judge" if cell["deliveries"] < 5 else words
    z = number(cell["robust_z"], 1, style.locale)
    return f"{words}<br>{'slow: ' if cell['is_abnormal'] else ''}{z} above the usual cell (from 4: slow)"


def _outline(fig: go.Figure, column: int, row: int, style: Style) -> None:
    """A frame in the colour of text, which stands out on light and dark cells by its white ground."""
    edges = {"x0": column - 0.47, "x1": column + 0.47, "y0": row - 0.46, "y1": row + 0.46}
    for color, width in ((style.surface, 4.5), (style.ink, 2.5)):
        fig.add_shape(type="rect", line={"color": color, "width": width}, **edges)


def locations(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """All locations on a map without a ground, slow ones marked; where there are many, the others are gathered by squares."""
    slow = data[data["is_abnormal"]].sort_values("score", ascending=False)
    fig = base.figure(style, y="")
    usual = data[~data["is_abnormal"]]
    if len(usual) > MOST_POINTS:
        _add_points(fig, rows=clusters(usual), name=CLUSTERS, color=style.tint(style.accent, 0.35), symbol="circle", style=style)
    else:
        _add_points(fig, rows=usual, name=USUAL, color=style.tint(style.accent, 0.45), symbol="circle", style=style)
    _add_points(fig, rows=slow.head(MOST_ABNORMAL), name=ABNORMAL, color=style.color(1), symbol="diamond", style=style)
    middle = math.cos(math.radians(float(data["latitude"].median())))
    fig.update_xaxes(ticksuffix="°", title={"text": "Longitude"}, nticks=6, showgrid=True, zeroline=False)
    anchor = {"scaleanchor": "x", "scaleratio": 1 / max(middle, 0.05)}
    fig.update_yaxes(ticksuffix="°", title={"text": "Latitude"}, nticks=6, rangemode="normal", zeroline=False, **anchor)
    note = f"{number(len(slow), 0, style.locale)} slow of {counted(len(data), 'location', style.locale)}"
    fig.update_layout(hovermode="closest", dragmode="pan", meta={"note": note}, legend={"itemsizing": "constant"})
    return fig


def clusters(data: pd.DataFrame) -> pd.DataFrame:
    """Locations gathered by squares: deliveries and locations added up, mean minutes and middle weighed by deliveries."""
    span = max(float(np.ptp(data["latitude"])), float(np.ptp(data["longitude"])), 1e-6) / CLUSTER_ROWS
    weight = data["deliveries"].astype(float)
    weighed = {name: data[name] * weight for name in ("latitude", "longitude", "mean_minutes")}
    squares = pd.DataFrame({"row": data["latitude"] // span, "column": data["longitude"] // span, "deliveries": weight, **weighed})
    sums = squares.assign(locations=1).groupby(["row", "column"]).sum().reset_index(drop=True)
    return sums.assign(**{name: sums[name] / sums["deliveries"] for name in weighed}, geohash="", z=np.nan)


def _add_points(fig: go.Figure, *, rows: pd.DataFrame, name: str, color: str, symbol: str, style: Style) -> None:
    if rows.empty:
        return
    root = np.sqrt(rows["deliveries"].to_numpy(float))
    sizes = SMALLEST + (LARGEST - SMALLEST) * root / max(float(root.max()), 1.0)
    edge = {"color": style.ink if symbol == "diamond" else style.surface, "width": 1.4 if symbol == "diamond" else 0.6}
    fig.add_scatter(
        x=rows["longitude"].round(5).tolist(),
        y=rows["latitude"].round(5).tolist(),
        mode="markers",
        name=name,
        marker={"size": sizes.round(1).tolist(), "color": color, "symbol": symbol, "line": edge},
        text=[_place_hover(row, style) for row in rows.to_dict("records")],
        hovertemplate="%{text}<extra></extra>",
        meta={"at": rows["geohash"].tolist()},
    )


def _place_hover(row: dict[str, Any], style: Style) -> str:
    deliveries = counted(row["deliveries"], "delivery", style.locale).replace("deliverys", "deliveries")
    words = f"{minutes_text(row['mean_minutes'], style)} on average, {deliveries}"
    if "locations" in row:
        return f"<b>{counted(row['locations'], 'location', style.locale)}</b><br>{words}"
    z = "" if pd.isna(row["z"]) else f"<br>{number(row['z'], 1, style.locale)} from the usual (from 3.5: slow)"
    return f"<b>Location {row['geohash']}</b><br>{words}{z}"


def customers(*, data: pd.DataFrame, style: Style) -> TableRows:
    """Customers who wait longer than others, the slowest first."""
    rows = data.sort_values(["score", "client"], ascending=[False, True])
    names = ["client", "deliveries", "deliver_minutes", "prepare_minutes", "ride_minutes", "score"]
    titles = {"client": "Customer", "score": "How unusual (z)", **MINUTE_TITLES}
    return TableRows(rows[_mapped(rows, names)], titles=titles, wide=("client",))


MINUTE_TITLES = {"deliver_minutes": "Delivery (min)", "prepare_minutes": "Preparation (min)", "ride_minutes": "Ride (min)"}
RULES = {1: "Location, customer and hour", 2: "Hour, and location or customer"}


def transactions(*, data: pd.DataFrame, style: Style) -> TableRows:
    """Abnormal deliveries, the newest first, with the rule."""
    rows = data.sort_values(["ordered_at", "id"], ascending=[False, True])
    shown = rows[_mapped(rows, ["id", "client", "ordered_at", "geohash", "deliver_minutes", "prepare_minutes", "ride_minutes"])].assign(
        slow=[_slow(row) for row in rows[["is_location", "is_customer"]].to_dict("records")],
        rule=[f"{int(rule)}: {RULES[int(rule)]}" for rule in rows["rule"]],
    )
    titles = {"id": "Order", "client": "Customer", "ordered_at": "Ordered on", "geohash": "Location", "slow": "Slow", **MINUTE_TITLES}
    return TableRows(shown, titles=titles, wide=("id", "rule"))


def _slow(row: dict[str, Any]) -> str:
    parts = [word for word, flag in (("location", row["is_location"]), ("customer", row["is_customer"])) if flag is True or flag == 1]
    return ", ".join(["hour", *parts])


def _mapped(rows: pd.DataFrame, names: list[str]) -> list[str]:
    """Without the columns that nothing is mapped for."""
    return [name for name in names if not name.endswith("_minutes") or rows[name].notna().any()]


def lateness(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Share of customers who ordered again, and of refunded orders, after deliveries on time and late ones."""
    rows = data.set_index("group").reindex(list(GROUPS)).reset_index()
    if not rows["mature"].sum():
        raise Missing("Too early to say", "No promised delivery of these days is 30 days old. Choose a longer range.")
    fig = base.figure(style, y="Share of deliveries", unit="rate")
    for position, (column, name) in enumerate((("reorder", "Ordered again within 30 days"), ("refund", "Refunded within 30 days"))):
        rates = rows[f"{column}_rate"].astype(float)
        if rates.isna().all():
            continue
        part = rows["reordered" if column == "reorder" else "refunded"]
        lows, highs = rows[f"{column}_rate_low"].astype(float), rows[f"{column}_rate_high"].astype(float)
        error = {"type": "data", "symmetric": False, "array": base.numbers(highs - rates), "arrayminus": base.numbers(rates - lows)}
        fig.add_bar(
            x=[GROUPS[group] for group in rows["group"]],
            y=base.numbers(rates),
            name=name,
            marker={"color": style.color(position), "cornerradius": 3},
            error_y={**error, "color": style.ink, "thickness": 1.2, "width": 4},
            text=[rate(value, 1, style.locale) if value > LEGIBLE_RATE else "" for value in rates],
            textposition="inside",
            insidetextanchor="start",
            textangle=0,
            textfont={"size": 12, "color": text_on(style.color(position))},
            customdata=[
                f"{number(some, 0, style.locale)} of {number(whole, 0, style.locale)}, 95% interval {interval(low, high, style.locale)}"
                for some, whole, low, high in zip(part, rows["mature"], lows, highs, strict=True)
            ],
            hovertemplate=f"<b>%{{x}}</b><br>{name}: %{{y:.1%}}<br>%{{customdata}}<extra></extra>",
        )
    fig.update_layout(barmode="group", hovermode="closest", bargap=0.35)
    return fig
