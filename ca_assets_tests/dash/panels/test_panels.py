"""Panels keep their contract: known reports, a card with name and table, a place on a page."""

from __future__ import annotations

import importlib
import pkgutil

import pytest
from dash import html

import ca_dash.panels
from ca_assets_tests.dash.applications import SITE
from ca_dash.panel import Panel, card


def test_every_chart_has_a_name_and_a_table() -> None:
    for panel in SITE.panels.values():
        made = card(panel)
        assert isinstance(made, html.Section)
        text = str(made)
        assert "View as table" in text and "Download CSV" in text
        assert ("role='img'" in text) == (panel.figure is not None)


def test_every_panel_is_on_a_page() -> None:
    modules = [importlib.import_module(f"ca_dash.panels.{module.name}") for module in pkgutil.iter_modules(ca_dash.panels.__path__)]
    made = {value.id for module in modules for value in vars(module).values() if isinstance(value, Panel)}
    assert made == set(SITE.panels)


@pytest.mark.parametrize("panel", SITE.panels.values(), ids=lambda panel: panel.id)
def test_panel_shows_reports_of_one_family(panel: Panel) -> None:
    specs = panel.specs()
    assert len({spec.name for spec in specs}) == 1
    assert len({spec.has_windows for spec in specs}) == 1 and len({spec.is_series for spec in specs}) == 1
    assert not panel.adds_days or {spec.grain for spec in specs} == {"daily"}
    if panel.draws_money:
        assert any(column.unit == "money" for spec in specs for column in spec.columns)


def test_shared_panels_are_one() -> None:
    places = [panel.id for page in SITE.pages for panel in page.panels]
    assert len(places) > len(set(places))
    assert SITE.by_path["/"].panels[-1] is SITE.by_path["/purchases"].panels[-2]
