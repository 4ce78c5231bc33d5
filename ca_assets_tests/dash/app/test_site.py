"""Pages and panels are found where they lie: adding some edits no list."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

import ca_dash.pages
import ca_dash.panels
from bench.dash_client import Client, component_ids
from ca_assets_tests.dash.applications import PASSWORD, SITE, make_app, publish, serve
from ca_dash.app.site import Site, find_site
from ca_dash.components.icons import PATHS as PICTURES

PANELS = """
'''Panels of a family that a plug-in brings.'''
from ca_dash.figures import stats
from ca_dash.filters.url import Choice
from ca_dash.panel import Panel

SIZE = Choice("size", "Size", (("daily", "By day"), ("weekly", "By week")))
ORDERS = Panel("plugin-orders", "Orders of the plug-in", "stats/{size}_orders", stats.orders, "As others count them.", choices=(SIZE,))
"""
PAGE = """
'''A page that a plug-in brings.'''
from ca_dash.page import Page
from ca_dash.panels.plugin import ORDERS, SIZE

PAGE = Page("/plugin", "Plug-in", "Is it found?", (ORDERS,), group="Extensions", order=0, icon="box", choices=(SIZE,))
"""
PATHS = {"/", "/customers", "/funnels/sessions", "/funnels/customers", "/funnels/conversion", "/purchases", "/descriptive", "/cohorts",
         "/products", "/promotions", "/churn", "/journey", "/rfm", "/segmentation", "/clv", "/anomalies", "/delivery",
         "/ab-promotions", "/ab-products", "/ab-segments"}  # fmt: skip


@pytest.fixture
def plugin(tmp_path: Path) -> Iterator[None]:
    """A panel file and a page in folders of their own, joined to the packages' paths."""
    added = []
    for package, folder, text in ((ca_dash.panels, "panels", PANELS), (ca_dash.pages, "pages", PAGE)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "plugin.py").write_text(text)
        package.__path__.append(str(tmp_path / folder))
        added.append((package, str(tmp_path / folder)))
    yield
    for package, folder in added:
        package.__path__.remove(folder)
        sys.modules.pop(f"{package.__name__}.plugin", None)
        vars(package).pop("plugin", None)


def test_navigation_has_all_pages_in_order() -> None:
    assert set(SITE.by_path) == PATHS
    assert [page.group for page in SITE.pages] == sorted((page.group for page in SITE.pages), key=["Overview", "Funnels", "Customers", "Orders", "Products", "Tests"].index)  # noqa: E501  # fmt: skip
    assert [page.title for page in SITE.pages][:4] == ["Overall", "Customers", "Anomalies", "Sessions"]


def test_each_navigation_entry_has_an_icon_of_its_own() -> None:
    icons = [page.icon for page in SITE.pages]
    assert len(set(icons)) == len(icons) and set(icons) <= set(PICTURES)


def test_a_path_without_a_page_is_not_found(client: FlaskClient) -> None:
    for path, status in (("/churn", 200), ("/churn/", 200), ("/churns", 404), ("/funnels", 404), ("/robots.txt", 404)):
        answer = client.get(path)
        assert answer.status_code == status, path
        assert "react-entry-point" in answer.get_data(as_text=True), "the application itself says that there is no such page"


@pytest.mark.usefixtures("plugin")
def test_a_new_panel_file_and_page_are_found(tmp_path: Path) -> None:
    app, index = make_app(tmp_path)
    publish(index, {"all": 1.0})
    for url in serve(app):
        query = "?size=weekly&window=28d"
        client = Client(url, values={"url.pathname": "/plugin", "url.search": query, "query.data": query, "colors.data": "light"})
        client.log_in("ada", PASSWORD)
        assert "Extensions" in str(client.layout) and {"type": "nav", "path": "/plugin"} in list(component_ids(client.layout))
        page = answer(client, client.layout, "page.children")["page"]["children"]
        assert "Orders of the plug-in" in str(page)
        assert "By week" in str(answer(client, page, "filter-bar"))
        figure = answer(client, page, "panel-figure")['{"id":"plugin-orders","type":"panel-figure"}']["figure"]
        assert figure["layout"]["xaxis"]["hoverformat"].startswith("Week of") and len(figure["data"][0]["x"]) == 5
        rows = client.http.get(f"{url}/export/plugin-orders.csv?size=weekly&window=28d").text
        assert len(rows.splitlines()) == 6
    assert [choice.name for choice in find_site().choices] == [
        *("around", "cohort", "compare", "compared", "duration", "event", "funnel", "measure", "money", "pace", "size", "tested", "value")
    ]


def answer(client: Client, tree: Any, name: str) -> dict[str, Any]:
    """What the callback of that name answers when a tree of components appears."""
    return client.post(next(request for request in client.initial(tree) if request.name == name))[0]


def test_two_panels_of_one_name_are_refused() -> None:
    page = SITE.by_path["/churn"]
    other = replace(page.panels[0], title="Another")
    with pytest.raises(ValueError, match="churn-weekly"):
        assert Site((page, replace(page, path="/other", title="Other", panels=(other,)))).panels
