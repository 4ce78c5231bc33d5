"""Pages of cohorts, products, promotions, churn and journey: what they draw, what they refuse, and in which words."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from dash import html

from ca_assets.storage.embedded import EmbeddedIndex
from ca_assets_tests.web import conftest, made_up
from ca_dash import filter_bar
from ca_dash.figures import churn, cohorts, conversion, descriptive, funnels, journey, overall, products, promotions, ranked
from ca_dash.filters import parse, whole_periods
from ca_dash.page import PAGES
from ca_dash.panels import PANELS
from ca_dash.reports import Reader
from ca_dash.states import Missing
from ca_dash.theme import Scheme, Style, sequential, text_on
from ca_dash.view import panel_rows, panel_view

STYLE = Style("light", "EUR")


def frame(path: str) -> pd.DataFrame:
    name, _, kind = path.partition("/")
    sets = {made.name: made for made in made_up.report_sets({"all": 1.0})}
    return sets[name].tables[kind].drop(["scope"]).to_pandas(date_as_object=False)


def styled(**values: str) -> Style:
    return Style("light", "EUR", values=values, names={"SKU-00": "Assam 250 g"})


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedIndex:
    index = conftest.make_app(tmp_path_factory.mktemp("pages"))[1]
    meta = conftest.META | {"has_baskets": False, "has_promotion": False, "has_customers": False, "settings": {"churn_repeat_customers": 7}}
    conftest.publish(index, {"all": 1.0, "country=FR": 0.0}, meta)
    return index


def test_heat_map_shows_the_newest_cohorts_and_says_so() -> None:
    data = frame("cohorts/daily_0_1")
    fig = cohorts.heatmap(data=data, style=styled(value="customers"))
    heat = fig.data[0]
    assert len(heat.z) == cohorts.SHOWN
    assert fig.layout.meta["note"] == f"newest 26 of {data['cohort'].nunique()} cohorts of the range"
    last = data[data["cohort"] == data["cohort"].max()].iloc[0]
    assert heat.z[-1][0] == last["customers"] and heat.z[-1][1] is None
    assert list(heat.customdata[-1][0][1:3]) == [last["size"], last["excluded"]]
    assert fig.layout.yaxis.ticktext[-1].startswith(f"13 Mar · <b>{last['size']}</b>")


def test_cells_that_are_not_over_are_striped() -> None:
    data = frame("cohorts/weekly_0_1").tail(40)
    fig = cohorts.heatmap(data=data, style=STYLE)
    stripes = fig.data[1]
    assert stripes.name == "Not over yet"
    immature = (~data["mature"]).sum()
    assert immature and len(stripes.x) == 3 * 7 * immature
    done = cohorts.heatmap(data=data[data["mature"]], style=STYLE)
    assert "Not over yet" not in {trace.name for trace in done.data}


def test_heat_map_of_revenue_is_by_week_of_download(index: EmbeddedIndex) -> None:
    rows = panel_rows(Reader(index), PANELS["cohorts-map"], "?value=revenue&cohort=daily&event=2_3")
    assert rows.path == "cohorts/revenue_weekly"
    fig = cohorts.heatmap(data=rows.data, style=styled(value="revenue", event="2_3"))
    assert fig.layout.xaxis.title.text == "Weeks since the download"
    assert panel_rows(Reader(index), PANELS["cohorts-map"], "?cohort=daily&event=2_3").path == "cohorts/daily_2_3"


def test_survival_has_a_band_and_a_curve_for_each_order() -> None:
    fig = cohorts.survival(data=frame("cohorts/next_order_survival"), style=STYLE)
    curves = [trace.name for trace in fig.data if trace.name]
    assert curves == ["Download → 1st order (5,000)", "1st → 2nd order (2,500)", "2nd → 3rd order (1,666)", "3rd → 4th order (1,250)"]
    assert len(fig.data) == 8


def test_scale_of_heat_maps_is_even_in_lightness() -> None:
    for scheme in ("light", "dark"):
        greens = [int(color[3:5], 16) for _, color in sequential(scheme)]
        steps = [b - a for a, b in pairwise(greens)]
        assert all(step < 0 for step in steps) or all(step > 0 for step in steps)


def test_bridge_closes_in_the_picture() -> None:
    data = frame("churn/customer_bridge_monthly")
    fig = churn.bridge(data=data, style=STYLE)
    engaged = next(trace for trace in fig.data if trace.name == "Engaged")
    rows = data.sort_values("period").tail(churn.MONTHS)
    assert list(engaged.y) == [rows.iloc[0]["opening"], *rows["closing"]]
    lapsed = next(trace for trace in fig.data if trace.name == "Lapsed")
    assert [b + y for b, y in zip(lapsed.base, lapsed.y, strict=True)] == list(rows["closing"])
    assert engaged.marker.pattern.shape[-1] == "/" and set(engaged.marker.pattern.shape[:-1]) == {""}


def test_churn_is_refused_in_numbers(index: EmbeddedIndex) -> None:
    data = frame("churn/weekly").head(1)
    assert churn.too_few(data, {}) == (
        "Too few repeat customers",
        "Churn needs 5 customers with two orders or more; this selection has 0.",
    )
    assert "needs 7 customers" in churn.too_few(data, {"churn_repeat_customers": 7})[1]
    assert churn.too_few(frame("churn/weekly"), {}) is None
    assert churn.weekly_rates(data=frame("churn/weekly"), style=STYLE).layout.meta["note"].startswith("1 periods")


def test_journey_names_its_steps_and_is_refused_without_orders() -> None:
    data = frame("journey/average")
    fig = journey.average(data=data, style=STYLE)
    assert [text.split("</b>")[0] for text in fig.layout.yaxis.ticktext] == [
        "<b>Download", "<b>1st order", "<b>2nd order", "<b>3rd order", "<b>Today"]  # fmt: skip
    assert fig.data[1].text[1].strip() == "<b>5.0 days</b> later · €39.50" and "since last order" in fig.data[1].text[4]
    assert list(fig.data[0].x) == [0, 5, 10, 15, 37.5]
    assert journey.no_orders(data.head(1).assign(orders_per_buyer=None), {})[0] == "No orders yet"


def test_top_products_follow_the_measure() -> None:
    data = frame("products/top_products")
    fig = products.top_products(data=data, style=styled(measure="line_value"))
    assert len(fig.data[0].y) == 10
    assert fig.data[0].text[0] == "€4,500.00" and "900 orders" in fig.data[0].hovertemplate[0]
    assert fig.layout.yaxis.ticktext[2] == "Iron kettle with a very long…"
    with pytest.raises(Missing, match="Several currencies"):
        products.top_products(data=data.assign(line_value=float("nan")), style=styled(measure="line_value"))


def test_others_stay_last_and_names_replace_ids() -> None:
    table = products.product_table(data=frame("products/top_products"), style=STYLE)
    assert table["product"].iloc[-1] == "all others" and table["orders"].iloc[-1] == 400
    pairs = products.pair_table(data=frame("products/product_pairs"), style=styled())
    assert pairs.iloc[0]["product_a"] == "Assam 250 g" and pairs.iloc[0]["product_b"] == "SKU-01"
    assert pairs["lift"].is_monotonic_decreasing


def test_trends_have_seven_lines_at_most_and_add_up() -> None:
    data = frame("products/daily_products")
    weekly = Style("light", "EUR", grain="weekly")
    fig = products.trend(data=data, style=weekly)
    names = {trace.name for trace in fig.data}
    assert len(names) == 7 and "all others" in names
    sums = ranked.by_grain(data, key="product", columns=["orders"], style=weekly)
    assert sums["orders"].sum() == data["orders"].sum()
    assert not sums[sums["period"] == sums["period"].max()]["complete"].any()
    assert {trace.name for trace in promotions.revenue_trend(data=frame("promotions/daily_revenue"), style=weekly).data} >= {"all others"}


def test_promotions_table_has_organic_first_and_a_sum() -> None:
    data = frame("promotions/summary")
    table = promotions.summary(data=data, style=STYLE)
    assert table["promotion"].iloc[0] == "Organic (no promotion)"
    assert table.attrs["total"]["orders"] == data["orders"].sum()
    assert table["interval"].iloc[0] == "20.0–25.0%"
    assert "customers" not in table.attrs["total"]  # customers of two promotions are not added up


def test_line_value_shows_the_difference() -> None:
    fig = products.line_value(data=frame("products/line_value_monthly"), style=STYLE)
    assert fig.data[0].name == "Difference: revenue less line value"
    assert "have no basket lines" in fig.layout.meta["note"]


def test_what_is_not_connected_is_said_once(index: EmbeddedIndex) -> None:
    reader = Reader(index)
    shop = reader.shop()
    assert shop is not None
    for title, word in (("Products", "baskets"), ("Promotions", "promotion_id")):
        bar = filter_bar.bar(shop, "", PAGES[title])
        assert len(bar) == 1 and bar[0].className == "ca-needs" and word in str(bar)
    assert "baskets" in str(panel_view(reader, PANELS["products-top"], "", "light").state)
    assert "first session" in str(filter_bar.bar(shop, "", PAGES["Cohorts"]))
    assert "first session" not in str(filter_bar.bar(shop, "", PAGES["Churn"]))


def test_choices_stand_in_the_url(index: EmbeddedIndex) -> None:
    shop = Reader(index).shop()
    assert shop is not None
    assert filter_bar.changed(shop, "?window=28d", "value", "customers") == "?window=28d&value=customers"
    assert filter_bar.changed(shop, "?value=customers&event=1_2", "value", "share") == "?event=1_2"
    wrong = parse("?event=9_9", shop)
    assert wrong.values["event"] == "0_1" and len(wrong.messages) == 1
    assert "disabled=True" in str(filter_bar.bar(shop, "?value=revenue", PAGES["Cohorts"]))


def test_trends_ask_for_whole_periods(index: EmbeddedIndex) -> None:
    shop = Reader(index).shop()
    assert shop is not None
    weeks = whole_periods(parse("?from=2024-02-01&to=2024-02-29&grain=weekly", shop), 6)
    assert (weeks.start, weeks.end) == (dt.date(2024, 1, 28), dt.date(2024, 3, 2))  # Sunday to Saturday
    months = whole_periods(parse("?from=2024-02-10&to=2024-02-11&grain=monthly", shop), 0)
    assert (months.start, months.end) == (dt.date(2024, 2, 1), dt.date(2024, 2, 29))


def test_a_step_has_one_colour_on_its_page() -> None:
    sessions = frame("funnels/sessions_daily")
    bars = funnels.session_steps(data=sessions, style=STYLE).data[0]
    lines = {trace.name: trace.line.color for trace in funnels.session_volumes(data=sessions, style=STYLE).data}
    rates = {trace.name: trace.line.color for trace in funnels.session_rates(data=sessions, style=STYLE).data if trace.name}
    assert dict(zip(bars.y, bars.marker.color, strict=True)) == lines
    assert rates == {name: color for name, color in lines.items() if name != "Sessions"}
    people = frame("funnels/customers_conversion")
    total = conversion.total(data=people, style=STYLE).data[0]
    monthly = {trace.name: trace.line.color for trace in conversion.monthly_rates(data=people, style=STYLE).data if trace.name}
    assert monthly.items() <= dict(zip(total.y, total.marker.color, strict=True)).items()


def test_open_last_bin_has_a_label() -> None:
    fig = descriptive.payment_amounts(data=frame("stats/payment_amount_distribution"), style=STYLE)
    assert fig.layout.xaxis.ticktext[-1] == "> €110" and fig.layout.xaxis.tickvals[-1] == 22


def test_numbers_of_orders_without_customers_are_not_skipped() -> None:
    fig = descriptive.orders_per_customer(data=pd.DataFrame({"orders": [1, 4, 15], "customers": [9, 2, 1]}), style=STYLE)
    assert list(fig.data[0].y) == [9, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1]


def test_weekdays_begin_with_the_shops_week() -> None:
    data = frame("stats/daily_orders")
    assert overall.weekdays(data=data, style=STYLE).data[0].x[0] == "Mon"
    assert list(overall.weekdays(data=data, style=Style("light", "EUR", week_start="sunday")).data[0].x)[:2] == ["Sun", "Mon"]


def test_every_chart_has_a_name_and_a_table(tmp_path: Path) -> None:
    from ca_dash.panels import card

    for panel in PANELS.values():
        made = card(panel)
        assert isinstance(made, html.Section)
        text = str(made)
        assert "View as table" in text and "Download CSV" in text
        assert ("role='img'" in text) == (panel.figure is not None)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_in_cells_stand_out_from_every_colour(scheme: Scheme) -> None:
    """Contrast of WCAG 2 for small text, computed here from its definition."""
    for _, color in sequential(scheme):
        assert contrast(color, text_on(color)) >= 4.5
    fig = cohorts.heatmap(data=frame("cohorts/weekly_0_1"), style=replace(STYLE, scheme=scheme))
    values = next(trace for trace in fig.data if trace.name == "Values")
    assert len(values.text) == len(values.textfont.color) and set(values.textfont.color) == {"#000000", "#ffffff"}


def contrast(one: str, other: str) -> float:
    """(lighter + 0.05) / (darker + 0.05) of the relative luminances."""
    parts = [[int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)] for color in (one, other)]
    lights = [[part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color] for color in parts]
    dark, light = sorted(0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue in lights)
    return (light + 0.05) / (dark + 0.05)


def test_share_of_promoted_orders_follows_the_periods() -> None:
    days = pd.date_range("2024-03-04", periods=14)
    data = pd.DataFrame({"period": days, "complete": True, "orders": 10, "promoted_orders": [4, *[0] * 13]})
    fig = promotions.daily_rate(data=data, style=replace(STYLE, grain="weekly"))
    line = fig.data[-1]
    assert list(line.x) == ["2024-03-04", "2024-03-11"]
    assert list(line.y) == pytest.approx([4 / 70, 0])
    assert list(fig.data[0].y) == pytest.approx([0.137920, 0.052023, 0, 0.022444], abs=1e-6)  # Wilson, 4 and 0 of 70
