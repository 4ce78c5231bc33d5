"""Every list has as many rows as the mark that opens it says: all panels with lists, several marks each, several filters."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest

from ca_assets.on_demand.pool import RangePool
from ca_assets.settings.process import ProcessSettings
from ca_assets_tests.dash.applications import SITE
from ca_assets_tests.dash.marks.following import PANELS, marks_in, miscounted, rows_behind
from ca_assets_tests.on_demand.test_pool import index_of, load_shop
from ca_dash.app.views import Views
from ca_dash.filters.url import parse
from ca_dash.marks.mark import mark_href
from ca_dash.reports import Reader

ONE_CURRENCY = "?scope=currency%3DGBP&window=all"
SEARCHES = (
    "",
    "?scope=country%3DDE&window=all",
    "?split=country&window=all&grain=weekly",
    "?from=2024-10-22&to=2024-10-29",
    "?scope=country%3D__none__&from=2024-10-20&to=2024-11-05&grain=weekly",
    f"{ONE_CURRENCY}&grain=monthly&measure=units&value=customers&event=1_2&cohort=daily",
)
WITHOUT_COUNTS = {  # their charts show amounts
    *("overall-revenue", "purchases-revenue", "purchases-parts", "purchases-revenue-hours", "promotions-revenue", "promotions-discount"),
    *("clv-looked-back", "clv-by-segment", "clv-churn-risk"),  # this shop is too young for a forecast
}
WITHOUT_ROWS = {  # this shop is too small for them, and 28 days ago it had too few buyers: `analyses/ab_tests` follows those sets
    *("anomalies-orders", "anomalies-cohorts", "anomalies-rfm-change"),
    *("ab-segment-verdicts", "ab-segment-differences", "ab-segment-values", "ab-segment-numbers"),
    *("delivery-customers", "delivery-lateness", "delivery-on-time"),  # no promised dates, and nobody waits longer than others
}
WITHOUT_LISTS = {  # their points stand for gaps between orders, for shares of a curve, for single customers, for tests: for no customers
    *("churn-weekly-gaps", "churn-monthly-gaps", "cohorts-survival"),
    *("anomalies-timeline", "anomalies-sentences", "anomalies-causes", "anomalies-all-causes", "anomalies-funnel"),
    *("rfm-space", "rfm-frequency-recency", "rfm-monetary-frequency", "rfm-recency-monetary"),
    "delivery-abnormal",  # a table of single orders
    *("clv-expected", "clv-totals", "clv-calibration", "clv-scoreboard", "clv-parameters"),  # what may come, and how right that was
    *(f"ab-{kind}-{panel}" for kind in ("promotion", "product") for panel in ("repeated", "distributions")),
}

REFUSED = {  # of a shop of a few weeks, without promised deliveries
    *("anomalies-cohorts", "anomalies-orders", "clv-by-segment", "clv-churn-risk", "clv-looked-back"),
    *("ab-product-effects", "ab-promotion-effects", "ab-promotion-pairs", "ab-segment-differences", "ab-segment-values"),
    "delivery-lateness",
}


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Views]:
    home: Path = tmp_path_factory.mktemp("marks")
    load_shop(home)
    settings = ProcessSettings(home=home)
    pool = RangePool(settings)
    yield Views(Reader(index_of(settings), pool), SITE)
    pool.close()


def test_all_other_panels_have_lists() -> None:
    assert set(SITE.panels) - set(PANELS) == WITHOUT_LISTS


@pytest.mark.parametrize("panel_id", PANELS)
def test_a_list_has_as_many_rows_as_its_mark_says(views: Views, panel_id: str) -> None:
    results = [miscounted(views, panel_id, search) for search in SEARCHES]
    assert [wrong for wrong, _ in results if wrong] == []
    assert sum(followed for _, followed in results) or panel_id in WITHOUT_COUNTS | WITHOUT_ROWS


@pytest.mark.parametrize(("panel_id", "column"), [("purchases-revenue", "revenue"), ("purchases-parts", "discount")])
def test_amounts_are_those_of_the_list(views: Views, panel_id: str, column: str) -> None:
    rows = views.rows(SITE.panels[panel_id], ONE_CURRENCY).data.set_index("period")[column]
    amount = {"revenue": "payment_amount", "discount": "discount_amount"}[column]
    sums = [pc.sum(rows_behind(views, mark, ONE_CURRENCY)[amount]).as_py() or 0 for mark in marks_in(views, panel_id, ONE_CURRENCY)[-9:]]
    assert sums == pytest.approx(rows.sort_index().tolist()[-9:])
    assert any(sums)


@pytest.mark.parametrize("panel_id", [panel_id for panel_id in PANELS if SITE.panels[panel_id].figure])
def test_points_open_the_lists_of_their_marks(views: Views, panel_id: str) -> None:
    """All links are of marks, and each series that has marks has links."""
    shop, panel = views.shop(), SITE.panels[panel_id]
    assert shop is not None
    marks = [mark for mark in marks_in(views, panel_id, ONE_CURRENCY) if mark.count != 0]
    links = {mark_href(mark, parse(ONE_CURRENCY, shop, SITE.choices)): mark for mark in marks}
    view = views.panel(panel, ONE_CURRENCY, "light")
    assert (view.state is not None) == (panel_id in REFUSED)
    if view.state is not None:
        return
    figure = view.content
    drawn = {link for trace in figure.data if trace.ids is not None for link in np.ravel(trace.ids).tolist()} - {""}
    assert drawn <= set(links)
    assert {links[link].series for link in drawn} == {mark.series for mark in marks if mark.at}
