"""A small demo shop through both indexes: all tables and reports of all scopes, exported, byte by byte; and what every page shows of it."""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from plotly.utils import PlotlyJSONEncoder

from ca_assets.analyses.core.context import Context, Tables
from ca_assets.analyses.core.family import base_families, compute_results, latest_tables
from ca_assets.cleaning.build import build_tables
from ca_assets.contracts.tables import LOAD_TABLES, published, table_names
from ca_assets.demo.generate import generate
from ca_assets.engine.connect import connect
from ca_assets.export.export import export_all
from ca_assets.index.elasticsearch.client import ElasticClient
from ca_assets.index.embedded.index import EmbeddedIndex
from ca_assets.index.open import open_index
from ca_assets.index.protocol import Index
from ca_assets.index.publisher import generation_meta
from ca_assets.lake.lake import Lake
from ca_assets.on_demand.pool import RangePool
from ca_assets.settings.database import open_database
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.shops import apply_shop
from ca_assets.shop import load_shop
from ca_assets_tests.dash.marks.following import PANELS, miscounted
from ca_assets_tests.index.conftest import KEYS
from ca_assets_tests.pipeline import files_of
from ca_dash.app.export import csv_text
from ca_dash.app.factory import create_app
from ca_dash.app.site import find_site
from ca_dash.app.views import Views
from ca_dash.components.states import Missing
from ca_dash.page import Page
from ca_dash.panel import Panel
from ca_dash.reports import Reader

DAY = dt.date(2026, 11, 19)
TABLES = table_names(published(LOAD_TABLES))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("both")


@pytest.fixture(scope="module")
def both(elasticsearch: str, home: Path) -> Iterator[tuple[Index, Index]]:
    """The embedded index and Elasticsearch, with the same publication."""
    settings = ProcessSettings(home=home, index_url=elasticsearch, index_prefix=f"t{secrets.token_hex(6)}-")
    generate(home / "shop", 1_500, 7, end=DAY + dt.timedelta(days=1))
    yaml = home / "shop" / "shop.yaml"
    yaml.write_text(yaml.read_text(encoding="utf-8").replace("settings:", "settings:\n  rfm_minimum: 20"), encoding="utf-8")
    shop, con, lake = load_shop(yaml), connect(settings), Lake(settings.lake_root)
    clean = build_tables(shop, con, settings.staging)
    for name in TABLES:
        lake.write(con, name, getattr(clean, name))
    tables = Tables(*(lake.read(con, name) for name in TABLES))
    sets, keys = [], {name: KEYS[name] for name in TABLES}
    for family, result in compute_results(base_families(), tables, Context(shop, DAY)):
        sets.append(result.reports)
        for table in (table for table in family.tables if table.name in latest_tables()):
            lake.write(con, table.name, result.tables[table.name])
            keys[table.name] = table.row_key
    meta = generation_meta(shop, DAY, dt.datetime.now(dt.UTC), sets[0].meta["scope_values"])
    made = EmbeddedIndex(settings.index_file, lake), open_index(settings)
    for index in made:
        for name, key in keys.items():
            index.stage_table("g", name, lake.version(name), 0, key)
        for reports in sets:
            index.stage_reports("g", reports)
        index.switch("g", meta)
    yield made
    ElasticClient(settings).call("DELETE", f"/{settings.index_prefix}*", expand_wildcards="all")


def test_exports_are_equal_byte_by_byte(both: tuple[Index, Index], tmp_path: Path) -> None:
    exported = []
    for index in both:
        out = tmp_path / type(index).__name__
        with index.snapshot() as snapshot:
            export_all(snapshot, out, scope="*", windows=True)
        exported.append(files_of(out))
    embedded, elastic = exported
    assert len(embedded) > 40
    assert len(embedded["rfm_segments.csv"]) > 40, "a line for each buyer"
    assert [name for name in embedded if elastic.get(name) != embedded[name]] == []
    assert embedded.keys() == elastic.keys()


def test_lists_have_as_many_rows_as_their_marks_say(both: tuple[Index, Index], home: Path) -> None:
    """All panels of the index that no test beside the pages has, for one value and some days."""
    settings = ProcessSettings(home=home)
    apply_shop(open_database(settings), home / "shop" / "shop.yaml")
    pool = RangePool(settings)
    try:
        views = Views(Reader(both[1], pool), find_site())
        results = [miscounted(views, panel_id, "?scope=country%3DGB&from=2026-09-07&to=2026-11-10") for panel_id in PANELS]
    finally:
        pool.close()
    assert [wrong for wrong, _ in results if wrong] == []
    assert sum(followed > 0 for _, followed in results) > 20


def searches(page: Page, scopes: tuple[str, ...]) -> Iterator[str]:
    """The whole shop, one value, the shop's last value over the last days, a bad query, and every choice that the page offers."""
    yield from ("", f"?scope={scopes[1]}&window=90d", f"?scope={scopes[-1]}&window=28d&grain=monthly", "?scope=country=Nowhere&window=7d")
    yield from (f"?{choice.name}={value}&grain=weekly&window=all" for choice in page.choices for value, _ in choice.options)


def shown(index: Index) -> Iterator[tuple[str, str]]:
    """(page, query and part; its JSON as a browser gets it): filter bar, tiles, each panel, its table and its CSV."""
    views = Views(Reader(index), find_site())
    shop = views.shop()
    assert shop
    for page in views.site.pages:
        for search in searches(page, shop.scopes):
            place = f"{page.title}{search}"
            yield f"{place} bar", as_json(views.bar(page, search))
            if page.tiles:
                yield f"{place} tiles", as_json(views.tiles(page, search, "light"))
            for panel in page.panels:
                view = views.panel(panel, search, "light")
                yield f"{place} {panel.id}", as_json([view.content, view.state, view.badge])
                yield f"{place} {panel.id} rows", rows_of_panel(views, panel, search)


def rows_of_panel(views: Views, panel: Panel, search: str) -> str:
    try:
        return csv_text(views.rows(panel, search).data)
    except Missing as missing:
        return str(missing)


def as_json(value: Any) -> str:
    return json.dumps(value, cls=PlotlyJSONEncoder, sort_keys=True)


def test_pages_show_the_same(both: tuple[Index, Index], tmp_path: Path) -> None:
    settings = ProcessSettings(home=tmp_path)
    app = create_app(index=both[0], database=open_database(settings), settings=settings, secret_key="a key for tests only")
    with app.server.app_context():
        embedded, elastic = (dict(shown(index)) for index in both)
    assert len(find_site().pages) >= 12
    assert sum('"data": [{' in text for text in embedded.values()) > 100, "charts have something to show"
    assert [name for name in embedded if elastic.get(name) != embedded[name]] == []
    assert embedded.keys() == elastic.keys()
