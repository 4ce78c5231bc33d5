"""Building blocks of figures: their style; axes with units, lines whose incomplete end is dotted, bands of intervals, marked bars.

Figures are pure, keyword-only functions of a DataFrame (a report's rows, cut to the range) and a `Style`; the blocks here
hold what all of them share, so that the same thing looks the same everywhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pandas as pd
import plotly.graph_objects as go

from ca_assets.contracts.units import Grain, Unit
from ca_dash.format import decimals, interval, label, money, money_signs, number, rate
from ca_dash.locales import BRITISH, Locale
from ca_dash.theme import INK, MUTED, PALETTES, SURFACE, Scheme, template

MAX_SERIES = 7
# Strokes and gaps of lines in order, so that they differ without colours too; plotly's "dot" is kept for what is not complete.
DASHES = ("solid", "10px,4px", "10px,4px,2px,4px", "18px,4px", "18px,4px,2px,4px", "10px,3px,4px,3px", "5px,3px")
DAY_MS = 86_400_000
LABELLED_DAYS, LABELLED_WEEKS, LABELLED_MONTHS, LABELS = 14, 40, 6, 7
WHOLE: frozenset[Unit] = frozenset({"count", "quantity"})  # written without decimals
PER_CENT: frozenset[Unit] = frozenset({"rate", "share"})


@dataclass(frozen=True)
class Style:
    """What a figure has to know besides its data.

    `grain`: the periods to draw. `week_start`: 0 for Monday. `choices`: the readers' choices by name. `names`: names by key, where the
    panel looks them up. `day`: the report date of the rows. `settings`: the shop's settings. `meta`: that of the report. `scope`:
    that of the rows. `more`: rows of the table that the panel reads besides. `also`: rows of another report that it reads, of the same
    scope and day; None without one.
    """

    scheme: Scheme = "light"
    currency: str | None = None
    locale: Locale = BRITISH
    grain: Grain = "daily"
    week_start: int = 0
    choices: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    day: dt.date | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    meta: Mapping[str, Any] = field(default_factory=dict)
    scope: str = "all"
    more: pd.DataFrame = field(default_factory=pd.DataFrame)
    also: pd.DataFrame | None = None

    @property
    def palette(self) -> tuple[str, ...]:
        """Colours of categories in order."""
        return PALETTES[self.scheme]

    @property
    def accent(self) -> str:
        """The one accent colour."""
        return self.palette[0]

    @property
    def muted(self) -> str:
        """Secondary ink: comparisons, references."""
        return MUTED[self.scheme]

    @property
    def ink(self) -> str:
        """Colour of text."""
        return INK[self.scheme]

    @property
    def surface(self) -> str:
        """Colour of the ground that charts stand on."""
        return SURFACE[self.scheme]

    def color(self, position: int) -> str:
        """The palette's colour at a position (the last, grey, is for the rest)."""
        return self.palette[min(position, len(self.palette) - 1)]

    def tint(self, color: str, share: float) -> str:
        """A colour made transparent: for bands and areas."""
        red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
        return f"rgba({red},{green},{blue},{share})"


def figure(style: Style, *, y: str, unit: Unit = "count", x: str | None = None) -> go.Figure:
    """An empty figure with its axis titles; `y` names what is counted, the unit adds currency and per cent."""
    fig = go.Figure()
    title = f"{y} ({style.currency})" if unit == "money" and style.currency else y
    fig.update_layout(
        template=template(style.scheme), separators=style.locale.separators, yaxis={"title": {"text": title}, "rangemode": "tozero"}
    )
    if unit in PER_CENT:
        fig.update_yaxes(tickformat=".0%", maxallowed=1)  # no axis to 120%
    if unit == "money":
        before, after = money_signs(style.currency, style.locale)
        fig.update_yaxes(tickprefix=before, ticksuffix=after)
    fig.update_xaxes(title={"text": x})
    return fig


def time_axis(fig: go.Figure, *, style: Style, data: pd.DataFrame, grain: Grain | None = None) -> None:
    """The x axis of periods (the style's, unless others are drawn): plain dates in the locale's order, a hover that names the period."""
    grain, day, month = grain or style.grain, style.locale.d3_day_month, style.locale.d3_month
    hovers = {"daily": style.locale.d3_weekday, "weekly": f"Week of {style.locale.d3_day}", "monthly": month}
    fig.update_xaxes(type="date", hoverformat=hovers[grain])
    periods = data["period"].drop_duplicates().sort_values()
    most = {"daily": LABELLED_DAYS, "weekly": LABELLED_WEEKS, "monthly": LABELLED_MONTHS}[grain]
    if 0 < len(periods) <= most:  # ticks on the periods' first days
        step = -(-len(periods) // LABELS)
        fig.update_xaxes(tickvals=days(periods.iloc[::-1][::step]), tickformat=month if grain == "monthly" else day)
        return
    stops = [
        {"dtickrange": [None, DAY_MS * 27], "value": day},
        {"dtickrange": [DAY_MS * 27, "M11"], "value": month},
        {"dtickrange": ["M11", None], "value": "%Y"},
    ]
    fig.update_xaxes(tickformatstops=stops)


def hour_axis(fig: go.Figure) -> None:
    """The x axis of the 24 hours of the day."""
    fig.update_xaxes(
        tickvals=list(range(0, 24, 3)),
        ticktext=[f"{hour:02d}" for hour in range(0, 24, 3)],
        range=[-0.6, 23.6],
        title={"text": "Hour of day"},
    )


def days(values: pd.Series) -> list[str]:
    """Dates as ISO texts: plotly reads them as wall dates of no zone."""
    return [str(text) for text in pd.to_datetime(values).dt.strftime("%Y-%m-%d")]


def numbers(values: pd.Series) -> list[float | None]:
    """Values as floats, None where missing."""
    return [None if value != value else float(value) for value in pd.to_numeric(values, errors="coerce")]  # noqa: PLR0124 - NaN


def hover(unit: Unit, style: Style) -> str:
    """Plotly's hover text of an exact value in its unit."""
    if unit == "money":
        before, after = money_signs(style.currency, style.locale)
        return f"{before}%{{y:,.{decimals(style.currency)}f}}{after}"
    if unit in PER_CENT:
        return "%{y:.2%}"
    return "%{y:,.0f}" if unit in WHOLE else "%{y:,.2f}"


def texts(values: pd.Series, unit: Unit, style: Style) -> list[str]:
    """Exact values in their unit, as texts."""
    if unit == "money":
        return [money(value, style.currency, style.locale) for value in values]
    if unit in PER_CENT:
        return [rate(value, 2, style.locale) for value in values]
    return [number(value, 0 if unit in WHOLE else 2, style.locale) for value in values]


class Share(NamedTuple):
    """The columns of a rate's numerator, denominator and the ends of its interval."""

    numerator: str
    denominator: str
    low: str
    high: str


def share_texts(data: pd.DataFrame, y: str, share: Share, style: Style) -> list[str]:
    """A rate with what it is of: 78.60%: 1,811 of 2,304, 95% interval 76.8–80.2%."""
    columns = zip(*(data[name] for name in (y, *share)), strict=True)
    return [
        f"{rate(value, 2, style.locale)}: {number(part, 0, style.locale)} of {number(whole, 0, style.locale)}, "
        f"95% interval {interval(low, high, style.locale)}"
        for value, part, whole, low, high in columns
    ]


def add_series(
    fig: go.Figure,
    *,
    data: pd.DataFrame,
    y: str,
    name: str,
    color: str,
    unit: Unit,
    style: Style,
    width: float = 2,
    fill: bool = False,
    position: int = 0,
    is_shown: bool = True,
    share: Share | None = None,
) -> None:
    """A line over periods; what is not complete yet is dotted with an open point, and its hover says so.

    `position`: its place among the chart's lines, which gives its strokes; from MAX_SERIES on a line waits in the legend.
    `share`: of a rate, the columns that its hover names.
    """
    is_open = ~data["complete"].astype(bool) if "complete" in data else pd.Series(False, index=data.index)
    values, x = pd.to_numeric(data[y], errors="coerce"), days(data["period"])
    text = share_texts(data, y, share, style) if share else [hover(unit, style)] * len(data)
    is_visible = is_shown and position < MAX_SERIES
    common: dict[str, Any] = {"x": x, "name": name, "legendgroup": name, "visible": True if is_visible else "legendonly"}
    area = {"fill": "tozeroy", "fillcolor": style.tint(color, 0.10)} if fill else {}
    mode = "lines+markers" if len(data) <= 2 else "lines"
    line = {"color": color, "width": width, "dash": DASHES[position % len(DASHES)]}
    fig.add_scatter(y=numbers(values.where(~is_open)), mode=mode, line=line, hovertemplate=text, **area, **common)
    if is_open.any():
        edge = is_open | is_open.shift(-1, fill_value=False) | is_open.shift(1, fill_value=False)
        points = [0 if not flag else 6 for flag in is_open]
        fig.add_scatter(
            y=numbers(values.where(edge)),
            mode="lines+markers",
            showlegend=False,
            line=line | {"dash": "dot"},
            marker={"size": points, "symbol": "circle-open", "color": color},
            hovertemplate=[f"{words} · incomplete" if flag else "<extra></extra>" for words, flag in zip(text, is_open, strict=True)],
            **common,
        )


def add_band(fig: go.Figure, *, data: pd.DataFrame, low: str, high: str, color: str, name: str, style: Style, position: int = 0) -> None:
    """The 95% interval around a line, as a band of its colour."""
    rows = data.dropna(subset=[low, high])
    if rows.empty:
        return
    x = days(rows["period"])
    fig.add_scatter(
        x=x + x[::-1],
        y=numbers(rows[high]) + numbers(rows[low])[::-1],
        fill="toself",
        fillcolor=style.tint(color, 0.16),
        mode="lines",
        line={"width": 0},
        hoverinfo="skip",
        showlegend=False,
        legendgroup=name,
        visible=True if position < MAX_SERIES else "legendonly",
    )


def add_bars(fig: go.Figure, *, data: pd.DataFrame, y: str, name: str, color: str, unit: Unit, style: Style) -> None:
    """Bars over periods; an incomplete one is hatched, and its hover says so."""
    is_open = [not bool(flag) for flag in data["complete"]] if "complete" in data else [False] * len(data)
    text = hover(unit, style)
    marker = {
        "color": color,
        "cornerradius": 3,
        "pattern": {"shape": ["/" if flag else "" for flag in is_open], "size": 5, "solidity": 0.35},
    }
    fig.add_bar(
        x=days(data["period"]),
        y=numbers(data[y]),
        name=name,
        marker=marker,
        hovertemplate=[f"{text} · incomplete" if flag else text for flag in is_open],
    )


def add_columns(
    fig: go.Figure,
    *,
    x: Sequence[Any],
    data: pd.DataFrame,
    y: str,
    color: str,
    unit: Unit,
    style: Style,
    titles: Sequence[str] | None = None,
) -> None:
    """Bars over categories or hours; `titles` are what the hover calls them."""
    shown = [f"<b>{title}</b><br>{text}<extra></extra>" for title, text in zip(titles or x, texts(data[y], unit, style), strict=True)]
    fig.add_bar(x=list(x), y=numbers(data[y]), marker={"color": color, "cornerradius": 3}, hovertemplate=shown)
    fig.update_layout(hovermode="closest", showlegend=False)


def step_names(data: pd.DataFrame) -> list[str]:
    """Steps in funnel order."""
    return [str(step) for step in data.sort_values("step_order")["step"].drop_duplicates()]


def step_label(step: str) -> str:
    """A step's name for people; plotly reads a few HTML tags in texts, so they are made harmless."""
    return plain(label(step))


def plain(text: str) -> str:
    """A text in which plotly finds no tag and no entity."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
