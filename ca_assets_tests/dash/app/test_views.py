"""What panels and tiles show for a URL's query: figures, states in words, and how old their rows are."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from ca_assets.contracts.report_path import ReportPath
from ca_assets.index.embedded.index import EmbeddedIndex
from ca_assets.on_demand.request import NotComputed
from ca_assets_tests.dash import sample_reports
from ca_assets_tests.dash.applications import META, SITE, make_app, publish, views_of
from ca_dash.app.views import Views
from ca_dash.components.states import Missing
from ca_dash.figures import cohorts
from ca_dash.figures.base import Style
from ca_dash.filters.url import LENGTHS, parse
from ca_dash.format import days
from ca_dash.locales import locale_of
from ca_dash.panels.stats import Span
from ca_dash.reports import Frame, Reader
from ca_dash.theme import Scheme

OLD = dt.date(2024, 3, 9)
NOTHING = ("No ", "Nothing in this selection", "Too few")
WEEKLY_FAMILIES = ("churn", "journey")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedIndex:
    index = make_app(tmp_path_factory.mktemp("views"))[1]
    publish(index, {"all": 1.0, "country=FR": 0.0})
    return index


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Views:
    """A shop without baskets, promotions and customers."""
    index = make_app(tmp_path_factory.mktemp("bare"))[1]
    publish(index, {"all": 1.0}, META | {"has_baskets": False, "has_promotion": False, "has_customers": False})
    return views_of(index)


@pytest.fixture(scope="module")
def two_dates(tmp_path_factory: pytest.TempPathFactory) -> Views:
    """Two publications: of the second date there are no reports of the families that are computed weekly."""
    index = make_app(tmp_path_factory.mktemp("dates"))[1]
    publish(index, {"all": 1.0}, day=OLD)
    daily = tuple(name for name in sample_reports.FAMILIES if name not in WEEKLY_FAMILIES)
    for reports in sample_reports.report_sets({"all": 1.0}, families=daily):
        index.stage_reports("g2", reports)
    index.switch("g2", META)
    return views_of(index)


def test_badges_name_the_days(index: EmbeddedIndex) -> None:
    views, panel = views_of(index), SITE.panels["sessions-hours"]
    for search, badge in (("?window=28d", "15 Feb – 13 Mar 2024"), ("?window=365d", "4 Sept 2023 – 13 Mar 2024"),
                          ("?from=2024-03-07&to=2024-03-13", "7–13 Mar 2024")):  # fmt: skip
        assert views.panel(panel, search, "light").badge.children.replace("\u2009", " ") == badge


def test_other_days_are_never_shown_instead(index: EmbeddedIndex) -> None:
    """A range that is no fixed window: it is said, and the fixed ones are offered, under the same filter."""
    views, search = views_of(index), "?scope=country%3DFR&from=2024-01-01&to=2024-01-28"
    windowed = [panel for panel in SITE.panels.values() if panel.specs()[0].has_windows]
    assert windowed
    for panel in windowed:
        view = views.panel(panel, search, "light")
        assert view.badge is None and "No figures for 1–28 Jan 2024" in str(view.state), panel.id
        for offer in ("window=7d", "window=28d", "window=365d", "window=all"):
            assert f"href='?scope=country%3DFR&{offer}'" in str(view.state)
        assert "No figures for" in str(views.table(panel, search)[1])
    series = views.panel(SITE.panels["overall-orders"], "?from=2024-01-01&to=2024-01-28", "light")
    assert series.state is None


class Computing(Reader):
    """Stands for the processes that compute ranges: another window's rows, or a refusal."""

    reason = ""

    def frame(self, path: ReportPath, scope: str, day: dt.date | None = None, days: tuple[dt.date | None, dt.date] | None = None) -> Frame:
        if days and self.reason:
            raise NotComputed(self.reason)
        return super().frame(replace(path, window=28), scope) if days else super().frame(path, scope, day)


def test_a_computed_range_names_its_days(index: EmbeddedIndex) -> None:
    reader, panel, search = Computing(index), SITE.panels["sessions-hours"], "?from=2024-01-02&to=2024-02-11"
    view = Views(reader, SITE).panel(panel, search, "light")
    assert view.state is None and view.badge.children.replace("\u2009", " ") == "2 Jan – 11 Feb 2024"
    assert Views(reader, SITE).panel(panel, "?window=28d", "light").badge.children != view.badge.children
    reader.reason = "It took longer than 60 seconds."
    state = str(Views(reader, SITE).panel(panel, search, "light").state)
    assert "It took longer than 60 seconds." in state and "href='?window=28d'" in state


SEVEN_DAYS = ("?window=7d", "?from=2024-03-07&to=2024-03-13")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("search", ["", *SEVEN_DAYS, "?window=all&grain=monthly", "?scope=country%3DFR&grain=weekly"])
def test_every_panel_draws(index: EmbeddedIndex, search: str, scheme: Scheme) -> None:
    views = views_of(index)
    for panel in SITE.panels.values():
        view = views.panel(panel, search, scheme)
        if "FR" in search and view.state is not None:  # nobody ever came or ordered there: said in words
            assert any(words in str(view.state) for words in NOTHING), panel.id
            continue
        if search in SEVEN_DAYS and 7 not in panel.specs()[0].windows:  # computed when asked for, of which there is nobody here
            assert "No figures for" in str(view.state), panel.id
            continue
        assert view.state is None, panel.id
        assert view.content is not None if panel.figure is None else view.content.layout.template.layout.font.family, panel.id
    assert len(views.tiles(SITE.by_path["/"], search, scheme)) == 6


def written(parts: object) -> str:
    """What components say; Python writes the thin spaces of dates as escapes."""
    return str(parts).replace("\\u2009", "\u2009")


def test_nothing_is_a_sentence_and_no_empty_axis(index: EmbeddedIndex) -> None:
    views = views_of(index)
    for panel, words in (("overall-orders", "No orders"), ("purchases-revenue", "No revenue"), ("sessions-rates", "No sessions")):
        view = views.panel(SITE.panels[panel], "?scope=country%3DFR&window=28d", "light")
        assert words in written(view.state) and f"Country: FR, {days(dt.date(2024, 2, 15), sample_reports.LAST)}" in written(view.state)


def test_an_empty_list_of_pairs_says_what_makes_one(tmp_path: Path) -> None:
    index = make_app(tmp_path)[1]
    for reports in sample_reports.report_sets({"all": 1.0}):
        none = {name: table.slice(0, 0) for name, table in reports.tables.items() if name.startswith("product_pairs")}
        index.stage_reports("g1", replace(reports, tables={**reports.tables, **none}))
    index.switch("g1", META)
    text = written(views_of(index).panel(SITE.panels["products-pairs"], "", "light").state)
    assert "pair_orders" in text and "Choose other dates" not in text


@pytest.mark.parametrize("search", ["", "?window=7d", "?from=2024-02-01&to=2024-02-10", "?from=2023-12-31&to=2024-01-31", "?window=all"])
def test_tiles_are_the_sums_of_the_series(index: EmbeddedIndex, search: str) -> None:
    views = views_of(index)
    rows = views.rows(SITE.panels["overall-orders"], f"{search or '?window=90d'}&grain=daily")
    texts = written(views.tiles(SITE.by_path["/"], search, "light"))
    assert f"title='{rows.data['orders'].sum():,}'" in texts
    assert days(rows.filters.start, rows.filters.end) in texts
    length = rows.filters.days
    before = rows.filters.start - dt.timedelta(length), rows.filters.start - dt.timedelta(1)
    assert (f"on {days(*before)}" in texts) == (before[0] >= sample_reports.FIRST)
    assert f"no figure for {days(*before)}" in texts or before[0] >= sample_reports.FIRST


def test_tiles_of_people_are_of_all_days_or_the_last_seven(index: EmbeddedIndex) -> None:
    views = views_of(index)
    total, week = (f"title='{value:,.0f}'" for value in (31_000, 31_000 // 27))
    assert total in written(views.tiles(SITE.by_path["/"], "?window=all", "light"))
    texts = written(views.tiles(SITE.by_path["/"], "?window=28d", "light"))
    assert week in texts and days(dt.date(2024, 3, 7), sample_reports.LAST) in texts


def test_tiles_compare_with_the_same_weekdays_a_year_before() -> None:
    span = Span(dt.date(2024, 3, 4), dt.date(2024, 3, 10))
    assert span.compared("year") == Span(dt.date(2023, 3, 6), dt.date(2023, 3, 12))
    assert span.compared("before") == Span(dt.date(2024, 2, 26), dt.date(2024, 3, 3))
    long = Span(dt.date(2023, 1, 2), dt.date(2024, 3, 10))
    assert long.compared("year").end < long.start and (long.start - long.compared("year").start).days % 7 == 0


def test_months_of_the_conversion_follow_the_dates(index: EmbeddedIndex) -> None:
    views = views_of(index)
    rows = views.rows(SITE.panels["conversion-rates"], "?from=2024-01-15&to=2024-02-10").data
    months = rows[(rows["grain"] == "month")]["period"].dt.strftime("%Y-%m")
    assert sorted(set(months)) == ["2024-01", "2024-02"]
    assert views.rows(SITE.panels["conversion-total"], "?from=2024-01-15&to=2024-02-10").data["grain"].eq("total").any()


def test_a_table_has_the_names_and_the_order_of_the_chart(index: EmbeddedIndex) -> None:
    views = views_of(index)
    journey = views.table(SITE.panels["journey-average"], "")[1].rowData
    assert [row["step"] for row in journey] == ["Download", "1st order", "2nd order", "3rd order", "Since last order"]
    steps = views.table(SITE.panels["sessions-steps"], "?window=7d&grain=daily")[1].rowData
    assert [row["step"] for row in steps[:3]] == ["Sessions", "Has basket", "Checkout"]
    assert [row["period"] for row in steps] == sorted(row["period"] for row in steps)
    products = views.table(SITE.panels["products-table"], "")[1].rowData
    assert products[-1]["product"] == "all others"


def test_an_empty_store_says_what_to_do(tmp_path: Path) -> None:
    views = views_of(make_app(tmp_path)[1])
    for panel in SITE.panels.values():
        assert "ca load" in str(views.panel(panel, "", "light").state)
    assert all("/settings/start" in str(views.bar(page, "")) for page in SITE.pages)


def test_heat_map_of_revenue_is_by_week_of_download(index: EmbeddedIndex) -> None:
    views, panel = views_of(index), SITE.panels["cohorts-map"]
    rows = views.rows(panel, "?value=revenue&cohort=daily&event=2_3")
    assert str(rows.path) == "cohorts/revenue_weekly"
    style = Style("light", "EUR", grain="weekly", choices={"value": "revenue", "event": "2_3"})
    fig = cohorts.heatmap(data=rows.data, style=style)
    assert fig.layout.xaxis.title.text == "Weeks since the download"
    assert str(views.rows(panel, "?cohort=daily&event=2_3").path) == "cohorts/daily_2_3"


def test_what_is_not_connected_is_said_once(bare: Views) -> None:
    for path, word in (("/products", "baskets"), ("/promotions", "promotion_id")):
        bar = bare.bar(SITE.by_path[path], "")
        assert len(bar) == 1 and bar[0].className == "ca-needs" and word in str(bar)
    assert "baskets" in str(bare.panel(SITE.panels["products-top"], "", "light").state)
    assert "first session" in str(bare.bar(SITE.by_path["/cohorts"], ""))
    assert "first session" not in str(bare.bar(SITE.by_path["/churn"], ""))


def test_amounts_of_two_currencies_are_refused(tmp_path: Path) -> None:
    index = make_app(tmp_path)[1]
    scopes = {"all": 1.0, "currency=EUR": 0.6, "currency=USD": 0.4}
    publish(index, scopes, money=lambda scope: scope.startswith("currency"))
    views = views_of(index)
    for panel in (panel for panel in SITE.panels.values() if panel.draws_money):
        assert "Several currencies" in str(views.panel(panel, "?value=revenue", "light").state), panel.id
        assert views.panel(panel, "?value=revenue&scope=currency%3DUSD", "light").state is None, panel.id


def test_rows_of_an_older_day_say_so(two_dates: Views) -> None:
    for panel in SITE.panels.values():
        badge = two_dates.panel(panel, "", "light").badge
        is_old = panel.report.partition("/")[0] in WEEKLY_FAMILIES
        assert ("as of 9 Mar" in str(badge)) is is_old, panel.id
        assert two_dates.rows(panel, "").day == (OLD if is_old else sample_reports.LAST)
    assert "As of" not in str(two_dates.panel(SITE.panels["churn-weekly"], "?as_of=2024-03-09", "light").badge).title()
    assert str(two_dates.tiles(SITE.by_path["/churn"], "", "light")).count("as of 9 Mar") == 4
    assert "as of 9 Mar" not in str(two_dates.tiles(SITE.by_path["/"], "", "light"))


def test_the_age_of_rows_is_written_in_the_locale(two_dates: Views, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("ca_dash.panel", "ca_dash.app.views", "ca_dash.app.rows"):
        monkeypatch.setattr(f"{module}.current", lambda: locale_of("de-DE"))
    badge = two_dates.panel(SITE.panels["churn-overall"], "", "light").badge
    assert "as of 9. März" in str(badge) and "up to 9. März 2024" in badge.title


def test_nothing_is_read_of_a_day_after_the_pages(two_dates: Views) -> None:
    assert two_dates.rows(SITE.panels["overall-orders"], "?as_of=2024-03-09").day == OLD
    assert "as of" not in str(two_dates.panel(SITE.panels["overall-orders"], "?as_of=2024-03-09", "light").badge)


RANGES = (
    "",
    "window=7d",
    "window=28d",
    "window=365d",
    "window=all",
    "from=2024-03-13&to=2024-03-13",
    "from=2024-03-07&to=2024-03-13",
    "from=2024-01-31&to=2024-02-29",
    "from=2023-12-30&to=2024-01-02&grain=weekly",
    "from=2024-02-15&to=2024-03-01&grain=monthly",
)


@pytest.mark.parametrize("dates", RANGES)
def test_no_panel_shows_a_day_outside_the_range(index: EmbeddedIndex, dates: str) -> None:
    """Series have only periods that touch the range; what is no series names exactly these days, or says that it has none."""
    views, shop = views_of(index), views_of(index).shop()
    assert shop is not None
    for scope in ("all", "country=FR", "country=__none__", "no=such"):
        search = f"?scope={scope.replace('=', '%3D')}&{dates}"
        filters = parse(search, shop, SITE.choices)
        for panel in SITE.panels.values():
            if not panel.follows_dates or panel.ends_with_range:
                continue
            try:
                rows = views.rows(panel, search)
            except Missing as missing:
                assert days(filters.start, filters.end, locale_of("en-GB")) in missing.title and panel.specs()[0].has_windows, panel.id
                continue
            grain = panel.period_grain or rows.spec.grain
            if grain is None:
                assert rows.span == days(filters.start, filters.end, locale_of("en-GB")), panel.id
                continue
            shown = filters.coarser().whole_periods(shop.week_start) if panel.adds_days else filters
            starts = pd.to_datetime(rows.data["period" if panel.period_grain else rows.spec.key[0]])
            assert (starts <= pd.Timestamp(shown.end)).all() and (starts + LENGTHS[grain] > pd.Timestamp(shown.start)).all(), panel.id
