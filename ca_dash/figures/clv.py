"""Figures and tables of customer lifetime value: what is expected, and how right earlier forecasts were. Input: `clv/*`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from ca_assets.contracts.units import Unit
from ca_dash.components.table import TableRows
from ca_dash.figures import base
from ca_dash.figures.base import Style
from ca_dash.figures.segment import segment_name
from ca_dash.format import counted, day, days, interval, money, money_signs, number, rate

EARLIER = 6  # published forecasts that are drawn over what happened
TICKS, FEWEST_ORIGINS = 4, 7
METRICS: Mapping[str, tuple[str, Unit]] = {
    "mae_orders": ("Orders: mean error", "quantity"),
    "rmse_orders": ("Orders: root mean square error", "quantity"),
    "mae_revenue": ("Revenue: mean error", "money"),
    "rmse_revenue": ("Revenue: root mean square error", "money"),
    "total_error_orders": ("Orders: total off by", "change"),
    "total_error_revenue": ("Revenue: total off by", "change"),
    "gini_orders": ("Who orders most: ranking", "ratio"),
    "gini_revenue": ("Who spends most: ranking", "ratio"),
    "decile_wape_revenue": ("Revenue: tenths off by", "rate"),
    "coverage_80_orders": ("Customers in their 80 % range", "rate"),
    "coverage_80_total": ("Totals in their 80 % range", "rate"),
}
MODELS = {"published": "This forecast", "bgnbd_gg": "Textbook model", "last_period": "As last period"}
PUBLISHED = {"bgnbd_gg": "BG/NBD with Gamma-Gamma on all orders", "network": "BG/NBD with Gamma-Gamma, corrected by the network"}
PARAMETERS = {
    "refusal": "Why there is no forecast",
    "model": "What is published",
    "guard": "Whether the network may be used",
    "r": "Order rate: shape (r)",
    "alpha": "Order rate: scale (alpha)",
    "a": "Dropping out: a",
    "b": "Dropping out: b",
    "p": "Amounts: shape (p)",
    "q": "Amounts: spread (q)",
    "v": "Amounts: scale (v)",
    "level": "Level against a year before: revenue",
    "level_orders": "Level against a year before: orders",
    "network_weight": "Weight of the network",
    "past_origins": "Earlier forecasts behind the intervals",
    "training_rows": "Rows that the network learned from",
    "seed": "Seed of random numbers",
    "digest": "Fingerprint of the orders",
}


def nothing_past(data: pd.DataFrame, _settings: Mapping[str, Any]) -> tuple[str, str] | None:
    """The refusal while there is no earlier forecast to look back at."""
    if (data["kind"] == "backtest").any():
        return None
    return "Nothing to look back at yet", "The first earlier forecast comes with a few more weeks of orders."


def expected(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """The newest forecast by day: known customers and newcomers one on the other, the 80 % band, and what came so far."""
    rows = data[data["kind"] == "published"].sort_values("period")
    fig = base.figure(style, y="Revenue a day", unit="money")
    forecast = rows.drop(columns=["complete"])
    for column, name, shade in (("known", "Known customers", style.accent), ("newcomers", "Newcomers", style.color(1))):
        fig.add_scatter(
            x=base.days(rows["period"]),
            y=base.numbers(rows[column]),
            name=name,
            mode="lines",
            stackgroup="forecast",
            line={"color": shade, "width": 0},
            fillcolor=style.tint(shade, 0.45),
            hovertemplate=base.hover("money", style),
        )
    _band(fig, forecast, style)
    base.add_series(fig, data=forecast, y="predicted", name="Expected", color=style.muted, unit="money", style=style, width=1.5, position=1)
    known = forecast[rows["complete"].astype(bool).to_numpy()]
    if len(known):
        base.add_series(fig, data=known, y="actual", name="Actual", color=style.ink, unit="money", style=style)
    base.time_axis(fig, style=style, data=rows, grain="daily")
    fig.update_layout(legend={"traceorder": "normal"}, meta={"note": f"forecast of {day(rows['origin'].iloc[0], style.locale)}"})
    return fig


def looked_back(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """An earlier forecast by day over what happened; and those that were published since."""
    origin = past_origin(data)
    rows = data[data["origin"] == origin].sort_values("period")
    fig = base.figure(style, y="Revenue a day", unit="money")
    forecast, known = rows.drop(columns=["complete"]), rows[rows["complete"].astype(bool)].drop(columns=["complete"])
    _band(fig, forecast, style)
    base.add_series(fig, data=known, y="actual", name="Actual", color=style.muted, unit="money", style=style, width=1)
    base.add_series(fig, data=forecast, y="predicted", name="Expected", color=style.accent, unit="money", style=style, position=1)
    for place, (published, part) in enumerate(earlier(style.more, data, style)):
        name = f"Published {day(published, style.locale)}"
        shade = style.color(2 + place % 4)
        base.add_series(fig, data=part, y="predicted", name=name, color=shade, unit="money", style=style, width=1, position=2 + place % 4)
    base.time_axis(fig, style=style, data=rows, grain="daily")
    fig.update_layout(meta={"note": f"made of the orders up to {day(origin, style.locale)} alone"})
    return fig


def past_origin(data: pd.DataFrame) -> pd.Timestamp:
    """The origin to look back from: the newest whose horizon is over, else the oldest."""
    ends = data[data["kind"] == "backtest"].groupby("origin")["complete"].all()
    over = ends[ends]
    return pd.Timestamp(str((over if len(over) else ends).index[-1 if len(over) else 0]))


def earlier(published: pd.DataFrame, data: pd.DataFrame, style: Style) -> list[tuple[pd.Timestamp, pd.DataFrame]]:
    """Forecasts as they were published in earlier weeks, by origin, on the days that have passed; of the whole shop or a currency only."""
    is_currency = style.scope.startswith("currency=")
    if published.empty or not (style.scope == "all" or is_currency):
        return []
    rows = published[published["currency"] == style.scope.partition("=")[2]] if is_currency else published
    rows = rows.sort_values("report_date").drop_duplicates(["origin", "period"], keep="last")
    newest, last = data.loc[data["kind"] == "published", "origin"].max(), data.loc[data["complete"].astype(bool), "period"].max()
    rows = rows[(rows["origin"] < newest) & (rows["period"] <= last)].sort_values("period")
    return [(pd.Timestamp(str(origin)), part) for origin, part in list(rows.groupby("origin"))[-EARLIER:]]


def totals(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Every forecast's total with its 80 % interval beside what it became."""
    rows = data.sort_values("origin")
    fig = base.figure(style, y=f"Revenue of {counted(int(rows['weeks'].iloc[0]), 'week', style.locale)}", unit="money")
    x = base.days(rows["origin"])
    texts = [base.texts(rows[name], "money", style) for name in ("predicted", "predicted_low", "predicted_high", "known", "newcomers")]
    fig.add_scatter(
        x=x,
        y=base.numbers(rows["predicted"]),
        name="Expected",
        mode="markers",
        marker={"color": style.accent, "size": 9},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": base.numbers(rows["predicted_high"] - rows["predicted"]),
            "arrayminus": base.numbers(rows["predicted"] - rows["predicted_low"]),
            "color": style.accent,
            "thickness": 1.5,
            "width": 4,
        },
        hovertemplate=[
            f"expected {value}, 80 % range {low} to {high}<br>known customers {known}, newcomers {new}<extra></extra>"
            for value, low, high, known, new in zip(*texts, strict=True)
        ],
    )
    is_over = rows["complete"].astype(bool).to_numpy()
    for chosen, name, symbol in ((is_over, "Actual", "diamond"), (~is_over, "Actual so far", "diamond-open")):
        part = rows[chosen]
        if len(part):
            so_far = "" if name == "Actual" else " so far"
            hovers = [
                f"actual{so_far} {value}" + ("" if pd.isna(error) else f"<br>expected for these days {error:+.1%}") + "<extra></extra>"
                for value, error in zip(base.texts(part["actual"], "money", style), part["error_rate"], strict=True)
            ]
            marker = {"color": style.ink, "size": 9, "symbol": symbol}
            y = base.numbers(part["actual"])
            fig.add_scatter(x=base.days(part["origin"]), y=y, name=name, mode="markers", marker=marker, hovertemplate=hovers)
    base.time_axis(fig, style=style, data=rows.assign(period=rows["origin"]), grain="daily")
    fig.update_xaxes(title={"text": "Last day that the forecast knew"}, tickvals=x[::-1][:: max(1, -(-len(x) // TICKS))])
    fig.update_layout(hovermode="closest")
    over = int(is_over.sum())
    if over:
        hit = ((rows["predicted_low"] <= rows["actual"]) & (rows["actual"] <= rows["predicted_high"]))[is_over].sum()
        fig.update_layout(meta={"note": f"{int(hit)} of {over} that are over were within their range"})
    return fig


def by_segment(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Expected revenue of each segment beside that of as many weeks before."""
    rows = data.sort_values("segment_order", ascending=False)
    fig = base.figure(style, y="", x=f"Revenue ({style.currency})" if style.currency else "Revenue")
    names = [segment_name(segment) for segment in rows["segment"]]
    before = base.texts(rows["revenue_before"], "money", style)
    fig.add_bar(
        y=names,
        x=base.numbers(rows["revenue_before"]),
        name="As many weeks before",
        orientation="h",
        marker={"color": style.tint(style.muted, 0.35), "cornerradius": 3, "line": {"color": style.muted, "width": 1}},
        hovertemplate=[f"<b>{name}</b><br>before {value}<extra></extra>" for name, value in zip(names, before, strict=True)],
    )
    texts = zip(
        names,
        base.texts(rows["revenue_expected"], "money", style),
        rows["revenue_share"],
        rows["customers"],
        rows["orders_expected"],
        strict=True,
    )
    fig.add_bar(
        y=names,
        x=base.numbers(rows["revenue_expected"]),
        name="Expected",
        orientation="h",
        marker={"color": style.accent, "cornerradius": 3},
        hovertemplate=[
            f"<b>{name}</b><br>expected {value} ({rate(share, 1, style.locale)})<br>{counted(count, 'customer', style.locale)}, "
            f"{number(orders, 1, style.locale)} days with an order<extra></extra>"
            for name, value, share, count, orders in texts
        ],
    )
    before_sign, after_sign = money_signs(style.currency, style.locale)
    fig.update_xaxes(tickprefix=before_sign, ticksuffix=after_sign, rangemode="tozero")
    fig.update_yaxes(type="category", dtick=1, nticks=None)
    fig.update_layout(barmode="group", hovermode="closest", legend={"traceorder": "reversed"})
    return fig


def scoreboard(*, data: pd.DataFrame, style: Style) -> TableRows:
    """The measures in words, a row each, a column per model."""
    values = data.pivot(index="metric", columns="model", values="value")
    ratios, counts = data[data["model"] == "published"].set_index("metric")[["ratio", "count"]].to_dict("series").values()
    rows = []
    for metric, (title, unit) in METRICS.items():
        if metric in values.index:
            texts = {model: _measure(values.loc[metric, model], unit, style) for model in MODELS}
            rows.append({"metric": title, **texts, "ratio": ratios[metric], "judged": _judged_on(metric, int(counts[metric]), style)})
    first = data["origin"].iloc[0] + pd.Timedelta(days=1)
    last = first + pd.Timedelta(weeks=int(style.settings.get("clv_weeks", 26))) - pd.Timedelta(days=1)
    judged = f"Judged on {days(first.date(), last.date(), style.locale)}"
    titles = {"metric": "Measure", "ratio": "Ratio", "judged": judged, **MODELS}
    return TableRows(pd.DataFrame(rows), titles=titles, wide=("metric", "judged"))


def _judged_on(metric: str, count: int, style: Style) -> str:
    """What the measure is of."""
    if metric == "coverage_80_total":
        return f"{counted(count, 'forecast', style.locale)} that are over" + (
            "" if count >= FEWEST_ORIGINS else f", {FEWEST_ORIGINS} needed"
        )
    return counted(count, "customer", style.locale)


def _measure(value: float, unit: Unit, style: Style) -> str:
    if pd.isna(value):
        return "–"
    if unit == "money":
        return money(value, style.currency, style.locale)
    if unit == "change":
        return f"{'+' if value > 0 else ''}{rate(value, 1, style.locale)}"
    return rate(value, 1, style.locale) if unit == "rate" else number(value, 3, style.locale)


def calibration(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Expected and actual revenue per customer, by tenth of customers."""
    rows = data.sort_values("decile")
    fig = base.figure(style, y="Revenue per customer", unit="money", x="Tenth of customers, by expected revenue")
    x = [str(int(decile)) for decile in rows["decile"]]
    for column, name, shade in (("predicted", "Expected", style.accent), ("actual", "Actual", style.muted)):
        texts = zip(base.texts(rows[f"{column}_revenue"], "money", style), rows[f"{column}_orders"], rows["customers"], strict=True)
        fig.add_bar(
            x=x,
            y=base.numbers(rows[f"{column}_revenue"]),
            name=name,
            marker={"color": shade, "cornerradius": 3},
            hovertemplate=[
                f"<b>Tenth {place}</b>, {counted(count, 'customer', style.locale)}<br>{name.lower()} {value}, "
                f"{number(orders, 2, style.locale)} days with an order<extra></extra>"
                for place, (value, orders, count) in zip(x, texts, strict=True)
            ],
        )
    fig.update_xaxes(type="category")
    fig.update_layout(barmode="group", hovermode="closest")
    return fig


def churn_risk(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """By tenth of customers: the probability of no order now, what it was in the past, and how many indeed did not order."""
    rows = data.sort_values("decile")
    fig = base.figure(style, y="No order within the horizon", unit="rate", x="Tenth of customers, the safest first")
    x = [str(int(decile)) for decile in rows["decile"]]
    fig.add_bar(
        x=x,
        y=base.numbers(rows["p_no_order"]),
        name="Expected now",
        marker={"color": style.tint(style.accent, 0.55), "cornerradius": 3},
        hovertemplate=[
            f"<b>Tenth {place}</b><br>expected now {value} of {counted(count, 'customer', style.locale)}<extra></extra>"
            for place, value, count in zip(x, base.texts(rows["p_no_order"], "rate", style), rows["customers"], strict=True)
        ],
    )
    then = [
        f"expected then {rate(value, 1, style.locale)} of {counted(count, 'customer', style.locale)}<extra></extra>"
        for value, count in zip(rows["backtest_p_no_order"], rows["backtest_customers"], strict=True)
    ]
    line = {"color": style.color(1), "dash": base.DASHES[1]}
    fig.add_scatter(x=x, y=base.numbers(rows["backtest_p_no_order"]), name="Expected then", mode="lines", line=line, hovertemplate=then)
    fig.add_scatter(
        x=x,
        y=base.numbers(rows["realised_rate"]),
        name="What happened then",
        mode="markers",
        marker={"color": style.ink, "size": 9, "symbol": "diamond"},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": base.numbers(rows["realised_high"] - rows["realised_rate"]),
            "arrayminus": base.numbers(rows["realised_rate"] - rows["realised_low"]),
            "color": style.ink,
            "thickness": 1.2,
        },
        hovertemplate=[
            f"did not order {rate(value, 1, style.locale)}, 95 % interval {interval(low, high, style.locale)}<extra></extra>"
            for value, low, high in zip(rows["realised_rate"], rows["realised_low"], rows["realised_high"], strict=True)
        ],
    )
    fig.update_xaxes(type="category")
    fig.update_layout(hovermode="closest")
    return fig


def parameters(*, data: pd.DataFrame, style: Style) -> TableRows:
    """What the model was made of, in words; or why there is none."""
    rows = data.set_index("name")
    names = [name for name in PARAMETERS if name in rows.index] + sorted(name for name in rows.index if name not in PARAMETERS)
    texts = [
        PUBLISHED.get(text, text) if isinstance(text, str) else number(value, 0 if value == int(value) else 4, style.locale)
        for text, value in zip(rows.loc[names, "text"], rows.loc[names, "value"], strict=True)
    ]
    shown = pd.DataFrame({"parameter": [PARAMETERS.get(name, name) for name in names], "what": texts})
    return TableRows(shown, titles={"parameter": "What", "what": "Value"}, wide=("parameter", "what"))


def _band(fig: go.Figure, rows: pd.DataFrame, style: Style) -> None:
    base.add_band(fig, data=rows, low="predicted_low", high="predicted_high", color=style.accent, name="80 % range", style=style)
