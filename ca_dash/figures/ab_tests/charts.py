"""Figures and tables of the tests before and after: effects with intervals, repeated tests, pairs, segments. Input: `ab_tests/*`."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from ca_dash.components.states import Missing
from ca_dash.components.table import TableRows
from ca_dash.figures import base, ranked
from ca_dash.figures.ab_tests.verdicts import HUNDRED, around, chosen_rows, missing, period_words, value
from ca_dash.figures.base import Style
from ca_dash.figures.segment import segment_name
from ca_dash.format import change, counted, money, number, rate

BARS = 15
WORDS = {
    "increase": ("More after", 2, "circle"),
    "decrease": ("Less after", 4, "diamond"),
    "no_evidence": ("No clear difference", 6, "circle-open"),
    "not_enough_data": ("Not enough data", 6, "x-thin-open"),
}
DECISIONS = {
    "increase": "a is higher",
    "decrease": "b is higher",
    "no_evidence": "No clear difference",
    "not_enough_data": "Too few customers",
}
METRIC_TITLES = {"orders": "orders per 100", "amount": "amount of an order"}
DISTRIBUTIONS = {
    "poisson": "Poisson",
    "binomial": "Binomial",
    "negative_binomial": "Negative binomial",
    "gaussian": "Gaussian",
    "gamma": "Gamma",
    "beta": "Beta",
    "lognormal": "Lognormal",
}


def name_of(label: Any, style: Style) -> str:
    """A label for people: a product's name where there is one."""
    return str(style.names.get(label) or label)


def effects(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Relative effect of each tested label with its interval, the clearest on top."""
    rows = chosen_rows(data, style)
    rows = rows[rows["relative_effect"].notna() & rows["effect_low"].notna() & (rows["decision"] != "not_enough_data")].head(BARS)
    rows = rows.reset_index(drop=True)
    if rows.empty:
        raise Missing("Nothing can be tested yet", "No label has enough customers; the table below says what is missing.")
    fig = base.figure(style, y="")
    for decision, (name, color, symbol) in WORDS.items():
        part = rows[rows["decision"] == decision]
        if part.empty:
            continue
        ends = part[["effect_low", "effect_high"]].div(part["before"], axis=0)
        hovers = [
            f"<b>{base.plain(name_of(row['label'], style))}</b><br>{change(row['relative_effect'], style.locale)}, between "
            f"{change(row['effect_low'] / row['before'], style.locale)} and {change(row['effect_high'] / row['before'], style.locale)}<br>"
            f"{counted(row['customers'], 'customer', style.locale)}<extra>{name}</extra>"
            for row in part.to_dict("records")
        ]
        fig.add_scatter(
            x=list(part["relative_effect"]),
            y=list(part.index),
            name=name,
            mode="markers",
            marker={"size": 10, "color": style.color(color), "symbol": symbol, "line": {"width": 2, "color": style.color(color)}},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": list(ends["effect_high"] - part["relative_effect"]),
                "arrayminus": list(part["relative_effect"] - ends["effect_low"]),
                "color": style.color(color),
                "thickness": 1.5,
            },
            hovertemplate=hovers,
        )
    ranked.name_axis(fig, [name_of(label, style) for label in rows["label"]], style)
    fig.update_xaxes(
        tickformat="+.0%", title={"text": "Change against before, with its 95% interval"}, zeroline=True, zerolinecolor=style.muted
    )
    fig.update_layout(hovermode="closest", showlegend=True)
    return fig


def before_after(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Plain means before and after of the first labels, untested."""
    metric, days = around(style)
    rows = chosen_rows(data, style)
    rows = rows[rows["before"].notna()].sort_values(["label_orders", "label"], ascending=[False, True]).head(BARS).reset_index(drop=True)
    if rows.empty:
        raise Missing("No whole windows yet", f"No customer's {days} days before and after are both known.")
    fig = base.figure(style, y="")
    for column, name, color in (("before", f"{days} days before", 6), ("after", f"{days} days after", 0)):
        texts = [value(amount, metric, style) for amount in rows[column]]
        fig.add_bar(
            x=base.numbers(_shown(rows, [column], metric)[column]),
            y=list(rows.index),
            orientation="h",
            name=name,
            marker={"color": style.color(color), "cornerradius": 2},
            hovertemplate=[f"{name}: {text}<extra></extra>" for text in texts],
        )
    ranked.name_axis(fig, [name_of(label, style) for label in rows["label"]], style)
    fig.update_xaxes(title={"text": f"Mean {METRIC_TITLES[metric]}"}, rangemode="tozero")
    fig.update_layout(barmode="group", hovermode="closest", legend={"traceorder": "normal"})
    return fig


def untested(*, data: pd.DataFrame, style: Style) -> TableRows:
    """Labels without enough data, and what is missing."""
    rows = chosen_rows(data, style)
    rows = rows[rows["decision"] == "not_enough_data"].sort_values(["label_orders", "label"], ascending=[False, True])
    if rows.empty:
        raise Missing("Nothing is missing", "Each of them has enough customers to be tested.")
    shown = rows[["label_orders", "used", "too_recent", "too_new", "customers", "needed"]].copy()
    shown.insert(0, "label", [name_of(label, style) for label in rows["label"]])
    shown.insert(1, "missing", [missing(row, style) for row in rows.to_dict("records")])
    titles = {
        "label": "Name",
        "missing": "What is missing",
        "label_orders": "Orders",
        "used": "Tested orders",
        "needed": "Customers needed",
    }
    return TableRows(shown, titles=titles, wide=("label", "missing"))


def all_tests(*, data: pd.DataFrame, style: Style) -> TableRows:
    """Every label of the chosen test in numbers."""
    rows = chosen_rows(data, style)
    metric = around(style).metric
    shown = _shown(rows, ["before", "after", "difference", "effect"], metric)
    shown["interval"] = _intervals(rows, "effect_low", "effect_high", metric, style)
    shown = shown.join(rows[["relative_effect", "q_value", "customers", "needed"]])
    shown.insert(0, "label", [name_of(label, style) for label in rows["label"]])
    shown.insert(1, "decision", [WORDS[decision][0] for decision in rows["decision"]])
    titles = {"label": "Name", "interval": "Effect from – to", "q_value": "By chance", "needed": "Customers needed"}
    return TableRows(shown, titles=titles, wide=("label", "decision"))


def _shown(rows: pd.DataFrame, columns: list[str], metric: str) -> pd.DataFrame:
    """Means as tables show them: numbers of orders per 100."""
    scale = HUNDRED if metric == "orders" else 1.0
    return rows[columns].astype(float) * scale


def _intervals(rows: pd.DataFrame, low: str, high: str, metric: str, style: Style) -> list[str]:
    """Both ends as one text."""
    return [
        "" if pd.isna(a) or pd.isna(b) else f"{value(a, metric, style, signed=True)} – {value(b, metric, style, signed=True)}"
        for a, b in zip(rows[low], rows[high], strict=True)
    ]


def differences(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Difference in orders × difference in amount, a dot per label."""
    days = around(style).days
    rows = data[data["window_days"] == days].pivot_table(index="label", columns="metric", values="difference", aggfunc="first")
    if not {"orders", "amount"} <= set(rows.columns) or rows.dropna().empty:
        reason = f"No label has orders and amounts in the {days} days before and after, or they are in several currencies."
        raise Missing("No amounts to compare", reason)
    rows = rows.dropna()
    sizes = data[(data["window_days"] == days) & (data["metric"] == "orders")].set_index("label")["used"].reindex(rows.index)
    fig = base.figure(style, y="Difference in the amount of an order", unit="money", x="Difference in orders per 100")
    fig.add_scatter(
        x=list(rows["orders"] * HUNDRED),
        y=list(rows["amount"]),
        mode="markers",
        marker={"size": 10, "color": style.tint(style.accent, 0.65), "line": {"width": 1, "color": style.accent}},
        hovertemplate=[
            f"<b>{base.plain(name_of(label, style))}</b><br>{value(row['orders'], 'orders', style, signed=True)} orders per 100<br>"
            f"{value(row['amount'], 'amount', style, signed=True)} an order<br>{counted(used, 'tested order', style.locale)}<extra></extra>"
            for (label, row), used in zip(rows.iterrows(), sizes, strict=True)
        ],
    )
    for axis in (fig.update_xaxes, fig.update_yaxes):
        axis(zeroline=True, zerolinecolor=style.muted, rangemode="normal")
    fig.update_layout(hovermode="closest", showlegend=False)
    return fig


def repeated(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Accepted and rejected tests of each label, those that rejected most first."""
    rows = data[(data["metric"] == around(style).metric) & data["tests"].notna()]
    rows = rows.sort_values(["reject_ratio", "label"], ascending=[False, True]).head(BARS).reset_index(drop=True)
    if rows.empty:
        raise Missing("Too few orders to draw from", "Tests are repeated for what has 200 tested orders or more.")
    fig = base.figure(style, y="")
    for column, name, color in (("accepted", "No difference found", 6), ("increased", "More after", 2), ("decreased", "Less after", 4)):
        fig.add_bar(
            x=base.numbers(rows[column]),
            y=list(rows.index),
            orientation="h",
            name=name,
            marker={"color": style.color(color)},
            hovertemplate=[f"{name}: {number(count, 0, style.locale)} of 100 tests<extra></extra>" for count in rows[column]],
        )
    ranked.name_axis(fig, [name_of(label, style) for label in rows["label"]], style)
    fig.update_xaxes(title={"text": "Tests on 100 orders each"}, range=[0, 100])
    fig.update_layout(barmode="stack", hovermode="closest", legend={"traceorder": "normal"})
    return fig


def pair_dots(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Accepted tests × share of rejected ones: a dot for each promotion of each pair."""
    rows = data[data["tests"].notna()]
    if rows.empty:
        raise Missing("Too few customers to draw from", "Pairs are tested again and again where both sides have 200 customers or more.")
    dots = pd.concat(
        [rows.assign(promotion=rows[f"promotion_{one}"], other=rows[f"promotion_{two}"]) for one, two in (("a", "b"), ("b", "a"))]
    )
    promotions = sorted(dots["promotion"].unique())
    fig = base.figure(style, y="Share of tests that found a difference", unit="rate", x="Tests that found none")
    for position, promotion in enumerate(promotions):
        part = dots[dots["promotion"] == promotion]
        fig.add_scatter(
            x=list(part["accepted"]),
            y=list(part["reject_ratio"]),
            name=ranked.shortened(promotion),
            mode="markers",
            marker={"size": 10, "color": style.color(position % 6), "symbol": ("circle", "square", "diamond", "cross")[position // 6 % 4]},
            visible=True if position < base.MAX_SERIES else "legendonly",
            hovertemplate=[
                f"<b>{base.plain(promotion)}</b> against {base.plain(other)}<br>"
                f"{rate(share, 0, style.locale)} found a difference<extra></extra>"
                for other, share in zip(part["other"], part["reject_ratio"], strict=True)
            ],
        )
    fig.update_xaxes(range=[-3, 103])
    fig.update_layout(hovermode="closest", showlegend=True)
    return fig


def pairs(*, data: pd.DataFrame, style: Style) -> TableRows:
    """Pairs of promotions, decided ones first."""
    place = data["decision"].map({"increase": 0, "decrease": 0, "no_evidence": 1, "not_enough_data": 2})
    rows = data.assign(place=place).sort_values(["place", "q_value", "promotion_a", "promotion_b"])
    columns = ["promotion_a", "promotion_b", "average_a", "average_b", "difference", "low", "high", "q_value", "customers_a", "customers_b"]
    shown = rows[columns].copy()
    shown.insert(2, "decision", [_pair_words(row, style) for row in rows.to_dict("records")])
    titles = {"promotion_a": "Promotion a", "promotion_b": "Promotion b", "low": "From", "high": "To", "q_value": "By chance"}
    return TableRows(shown, titles=titles, wide=("decision",))


def _pair_words(row: dict[str, Any], style: Style) -> str:
    if row["decision"] not in ("increase", "decrease"):
        return DECISIONS[row["decision"]]
    larger = row["promotion_a"] if row["decision"] == "increase" else row["promotion_b"]
    return f"Customers of {larger} pay {money(abs(row['difference']), style.currency, style.locale)} more an order"


def distributions(*, data: pd.DataFrame, style: Style) -> TableRows:
    """Which distribution the values after have."""
    rows = data[(data["metric"] == around(style).metric) & data["distribution"].notna()].sort_values(
        ["n", "label"], ascending=[False, True]
    )
    if rows.empty:
        raise Missing("No whole windows yet", "Nothing lies in a whole window after an order.")
    shown = pd.DataFrame(
        {"label": [name_of(label, style) for label in rows["label"]], "distribution": rows["distribution"].map(DISTRIBUTIONS)}
    )
    shown["n"], shown["bic"] = rows["n"].to_numpy(), rows["bic"].to_numpy()
    return TableRows(shown, titles={"label": "Name", "n": "Values", "bic": "Criterion (BIC)"}, wide=("label",))


def segment_values(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Plain means of the newest period and its base by segment."""
    rows, metric = _of_metric(data, style)
    words = period_words(rows["period"].iloc[0], style)
    names = [segment_name(segment) for segment in rows["segment"]]
    fig = base.figure(style, y="")
    for column, name, color in (("base", words[1].capitalize(), 6), ("current", words[0], 0)):
        texts = [value(amount, metric, style) for amount in rows[column]]
        fig.add_bar(
            x=base.numbers(_shown(rows, [column], metric)[column]),
            y=list(rows.index),
            orientation="h",
            name=name,
            marker={"color": style.color(color), "cornerradius": 2},
            hovertemplate=[f"<b>{segment}</b><br>{name}: {text}<extra></extra>" for segment, text in zip(names, texts, strict=True)],
        )
    ranked.name_axis(fig, names, style)
    fig.update_xaxes(title={"text": _of_segments(metric, "Mean")}, rangemode="tozero")
    fig.update_layout(barmode="group", hovermode="closest", legend={"traceorder": "normal"})
    return fig


def _of_segments(metric: str, first: str) -> str:
    """The title of an axis."""
    return f"{first} {METRIC_TITLES[metric]}{' customers' if metric == 'orders' else ''}"


def segment_differences(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """How far each segment's difference is from the usual one, with its interval."""
    rows, metric = _of_metric(data, style)
    rows = rows[rows["low"].notna() & rows["high"].notna()].reset_index(drop=True)
    if rows.empty:
        raise Missing("Too few earlier periods", "A difference is judged by 8 earlier periods or more.")
    ends = _shown(rows, ["low", "high"], metric)
    middle, half = ends.mean(axis=1), (ends["high"] - ends["low"]) / 2
    names = [segment_name(segment) for segment in rows["segment"]]
    colors = [style.color(WORDS[decision][1]) for decision in rows["decision"]]
    fig = base.figure(style, y="")
    fig.add_scatter(
        x=list(middle),
        y=list(rows.index),
        mode="markers",
        marker={
            "size": 10,
            "color": colors,
            "symbol": [WORDS[decision][2] for decision in rows["decision"]],
            "line": {"width": 2, "color": colors},
        },
        error_x={"type": "data", "array": list(half), "color": style.muted, "thickness": 1.5},
        hovertemplate=[
            f"<b>{segment}</b><br>{WORDS[row['decision']][0]}: {value(row['low'], metric, style, signed=True)} to "
            f"{value(row['high'], metric, style, signed=True)}<extra></extra>"
            for segment, row in zip(names, rows.to_dict("records"), strict=True)
        ],
    )
    ranked.name_axis(fig, names, style)
    title = f"{_of_segments(metric, 'Difference in')}, beyond the usual"
    fig.update_xaxes(title={"text": title}, zeroline=True, zerolinecolor=style.muted)
    fig.update_layout(hovermode="closest", showlegend=False)
    return fig


def segment_table(*, data: pd.DataFrame, style: Style) -> TableRows:
    """All segments in numbers, those who moved since beside."""
    rows, metric = _of_metric(data, style)
    shown = _shown(rows, ["current", "base", "difference"], metric)
    shown["interval"] = _intervals(rows, "low", "high", metric, style)
    shown = shown.join(rows[["q_value", "placebo_periods", "customers", "changed_since"]])
    shown.insert(0, "segment", [segment_name(segment) for segment in rows["segment"]])
    shown.insert(1, "decision", [WORDS[decision][0] for decision in rows["decision"]])
    titles = {"interval": "Beyond usual, from – to", "placebo_periods": "Earlier periods", "q_value": "By chance"}
    return TableRows(shown, titles=titles, wide=("segment", "decision"))


def _of_metric(data: pd.DataFrame, style: Style) -> tuple[pd.DataFrame, str]:
    """The chosen metric's rows in the order of segments."""
    metric = style.choices.get("tested", "orders")
    return data[data["metric"] == metric].sort_values("segment_order").reset_index(drop=True), metric
