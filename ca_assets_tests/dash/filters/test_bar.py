"""The filter bar's controls: what they show, what they write into the URL."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from ca_assets_tests.dash.applications import SITE
from ca_dash.filters.bar import bar, summary
from ca_dash.filters.url import changed, parse
from ca_dash.reports import ShopView

SHOP = ShopView(
    generation="g", name="Shop", currency="EUR", report_date=dt.date(2024, 3, 13), first_day=dt.date(2023, 9, 4),
    scopes=("all", "country=FR", "country=__none__"), report_dates=(dt.date(2024, 3, 13), dt.date(2024, 3, 12)),
)  # fmt: skip


def bar_of(path: str, search: str) -> str:
    return str(bar(SHOP, parse(search, SHOP, SITE.choices), SITE.by_path[path].controls))


def summary_of(path: str, search: str) -> str:
    text = summary(SHOP, parse(search, SHOP, SITE.choices), SITE.by_path[path].controls)
    return " ".join(text.split())  # Unicode's ranges have thin spaces


def test_alarms_of_the_last_load_are_a_banner_on_every_page() -> None:
    alarm = {"source": "sessions", "alarm": "one_client", "rows": 300, "of": 600, "example": "0"}
    shop = replace(SHOP, meta={"alarms": [alarm]})
    for page in SITE.pages:
        text = str(bar(shop, parse("", shop, SITE.choices), page.controls))
        assert "Please check the sessions that were loaded: orders of the client '0'" in text and "300 of 600 (50 %)" in text, page.title
    assert "Please check" not in bar_of("/", "")


def test_choices_stand_in_the_url() -> None:
    assert changed("?window=28d", SHOP, SITE.choices, "value", "customers") == "?window=28d&value=customers"
    assert changed("?value=customers&event=1_2", SHOP, SITE.choices, "value", "share") == "?event=1_2"
    wrong = parse("?event=9_9", SHOP, SITE.choices)
    assert wrong.choices["event"] == "0_1" and len(wrong.messages) == 1
    assert "disabled=True" in bar_of("/cohorts", "?value=revenue")


def test_periods_are_offered_where_a_panel_follows_them() -> None:
    offered = {page.path for page in SITE.pages if "'name': 'grain'" in bar_of(page.path, "")}
    assert offered == {"/", "/customers", "/funnels/sessions", "/funnels/customers", "/purchases", "/products", "/promotions", "/delivery"}


def test_dates_are_off_where_nothing_follows_them() -> None:
    off = {page.path for page in SITE.pages if "The dates are off here" in bar_of(page.path, "")}
    assert off == {"/journey", "/rfm", "/clv", "/ab-promotions", "/ab-products", "/ab-segments"}
    assert bar_of("/journey", "").count("disabled=True") == 2


def test_scopes_are_grouped_by_dimension() -> None:
    text = bar_of("/", "?scope=country%3DFR")
    assert "{'group': 'Country', 'items': [{'value': 'country=FR', 'label': 'Country: FR', 'text': 'FR', 'name': 'France'" in text
    assert "{'value': 'country=__none__', 'label': 'Country: not set', 'text': 'not set'}" in text
    assert "Country: FR counts only sessions inside it" in text


def test_a_changed_filter_is_said_in_few_words() -> None:
    assert summary_of("/", "") == "Whole shop; 15 Dec 2023 – 13 Mar 2024"
    assert summary_of("/churn", "?scope=country%3DFR&from=2024-02-01&to=2024-02-28&grain=weekly") == "Country: FR; 1–28 Feb 2024"
    assert summary_of("/purchases", "?window=7d&grain=weekly&value=customers") == "Whole shop; 7–13 Mar 2024; Weekly"
    assert summary_of("/purchases", "?window=7d&as_of=2024-03-12") == "Whole shop; 6–12 Mar 2024; as of 12 Mar 2024"
    assert summary_of("/cohorts", "?window=7d&event=1_2").startswith("Whole shop; 7–13 Mar 2024; ")
    assert "1st → 2nd order" in summary_of("/cohorts", "?window=7d&event=1_2")
