"""Charts of one measure: earlier periods in figure and table, a line for each value of a dimension, and what is said instead."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from ca_assets_tests.dash.applications import META, SITE, make_app, publish, views_of
from ca_assets_tests.dash.conftest import SCOPES
from ca_dash.app.export import csv_text
from ca_dash.app.views import Views
from ca_dash.filters.url import parse
from ca_dash.panel import Panel

MEASURED = [panel for panel in SITE.panels.values() if panel.measure]


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Views:
    index = make_app(tmp_path_factory.mktemp("compared"))[1]
    publish(index, SCOPES)
    return views_of(index)


@pytest.mark.parametrize("panel", MEASURED, ids=lambda panel: panel.id)
def test_earlier_values_are_those_of_the_report(views: Views, panel: Panel) -> None:
    search = "?window=90d&grain=weekly"
    rows, everything = views.rows(panel, search).data, views.rows(panel, "?window=all&compare=none&grain=weekly").data
    measure = panel.measure
    rows = measure.rows(rows)
    known = measure.rows(everything).set_index("period")[measure.column]
    expected = [known.get(day) for day in rows["earlier_period"]]
    pd.testing.assert_series_equal(
        rows[f"earlier_{measure.column}"], pd.Series(expected, index=rows.index), check_names=False, check_dtype=False
    )
    assert rows[f"earlier_{measure.column}"].notna().any()
    names = [trace.name for trace in views.panel(panel, search, "light").content.data]
    assert any(str(name).startswith("Days before") for name in names)
    without = views.panel(panel, f"{search}&compare=none", "light").content
    assert not any(str(trace.name).startswith("Days before") for trace in without.data)


@pytest.mark.parametrize("panel", MEASURED, ids=lambda panel: panel.id)
def test_a_split_shows_the_reports_of_the_values(views: Views, panel: Panel) -> None:
    split = views.rows(panel, "?split=country&window=90d").data
    assert list(split["scope"].unique()) == ["country=DE", "country=FR", "country=__none__"]
    for scope, part in split.groupby("scope"):
        of_scope = views.rows(panel, f"?scope={scope.replace('=', '%3D')}&window=90d&compare=none").data
        pd.testing.assert_frame_equal(part.drop(columns="scope").reset_index(drop=True), of_scope)
    figure = views.panel(panel, "?split=country&window=90d", "light").content
    assert [trace.name for trace in figure.data if trace.showlegend is not False] == ["DE", "FR", "not set"]
    assert csv_text(split).startswith("scope,")
    assert "Country: FR" in str(views.table(panel, "?split=country&window=90d")[1])


def test_six_values_and_the_whole_shop_only(views: Views) -> None:
    shop = views.reader.shop()
    assert shop is not None
    assert parse("?split=device", shop).split_scopes(shop) == ("device=phone", "device=desktop")
    assert parse("?split=device&scope=country%3DFR", shop).split_scopes(shop) == ()
    wrong = parse("?split=colour", shop)
    assert wrong.split == "" and "colour" in wrong.messages[0]
    said = str(views.bar(SITE.by_path["/purchases"], "?split=device&scope=country%3DFR"))
    assert "Not split by device" in said
    assert "Split by" not in str(views.bar(SITE.by_path["/products"], "?split=device"))


def test_amounts_are_not_split_by_currency(tmp_path: Path) -> None:
    index = make_app(tmp_path)[1]
    publish(index, {"all": 1.0, "currency=EUR": 0.6, "currency=USD": 0.4}, META, money=lambda scope: scope.startswith("currency"))
    views = views_of(index)
    assert "no axis in common" in str(views.panel(SITE.panels["purchases-revenue"], "?split=currency", "light").state)
    assert views.panel(SITE.panels["purchases-orders"], "?split=currency", "light").state is None
