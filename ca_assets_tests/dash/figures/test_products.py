"""Figures and tables of products."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ca_assets_tests.dash.figures.rows import STYLE, frame, style_for
from ca_dash.components.states import Missing
from ca_dash.figures import products, ranked

TOP = "products/top_products"


def test_top_products_follow_the_measure() -> None:
    data = frame(TOP)
    fig = products.top_products(data=data, style=style_for(TOP, measure="line_value"))
    assert len(fig.data[0].y) == 10
    assert fig.data[0].text[0] == "€4,500.00" and "900 orders" in fig.data[0].hovertemplate[0]
    assert fig.layout.yaxis.ticktext[2] == "Iron kettle with a very long…"
    with pytest.raises(Missing, match="Several currencies"):
        products.top_products(data=data.assign(line_value=float("nan")), style=style_for(TOP, measure="line_value"))


def test_others_stay_last_and_names_replace_ids() -> None:
    table = products.product_table(data=frame(TOP), style=STYLE).data
    assert table["product"].iloc[-1] == "all others" and table["orders"].iloc[-1] == 400
    pairs = products.pair_table(data=frame("products/product_pairs"), style=style_for(TOP)).data
    assert pairs.iloc[0]["product_a"] == "Assam 250 g" and pairs.iloc[0]["product_b"] == "SKU-01"
    assert pairs["lift"].is_monotonic_decreasing


def test_trends_have_seven_lines_at_most_and_add_up() -> None:
    data = frame("products/daily_products")
    weekly = replace(STYLE, grain="weekly")
    fig = products.trend(data=data, style=weekly)
    names = {trace.name for trace in fig.data}
    assert len(names) == 7 and "all others" in names
    sums = ranked.by_grain(data, key="product", columns=["orders"], style=weekly)
    assert sums["orders"].sum() == data["orders"].sum()
    assert not sums[sums["period"] == sums["period"].max()]["complete"].any()


def test_line_value_shows_the_difference() -> None:
    fig = products.line_value(data=frame("products/line_value_monthly"), style=STYLE)
    assert fig.data[0].name == "Difference: revenue less line value"
    assert "have no basket lines" in fig.layout.meta["note"]
