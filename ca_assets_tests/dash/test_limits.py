"""A viewer of France learns nothing of Germany: two shops that differ in Germany alone answer him the same, by whatever way he asks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import pytest
from dash import Dash
from flask.testing import FlaskClient

from ca_assets.analyses.core.members import ROW_KINDS, member_sets
from ca_assets.settings.access import set_limits
from ca_assets.settings.audit import entries
from ca_assets.settings.database import Database, open_database
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.saved_views import save_view
from ca_assets.settings.shops import apply_shop
from ca_assets.settings.users import add_user
from ca_assets_tests.dash.applications import PASSWORD, SITE, logged_in, make_app
from ca_assets_tests.dash.calling import Callback, callbacks
from ca_assets_tests.pipeline import load_and_export
from ca_assets_tests.shops.two_countries import ONLY_GERMAN, two_countries

SEEDS = (2, 7)
OWN_ACCOUNT = "account-"  # his own password and logins, which have nothing of the shop
FRANCE, RANGE = "?scope=country%3DFR&window=all", "?from=2024-02-03&to=2024-03-09&split=country&as_of=2024-05-30"
ELSEWHERE = ("all", "country=DE", "country=__none__", "device=phone")
SEARCHES = ("", "?scope=country%3DDE&window=all&split=device", RANGE)
PANELS = tuple(sorted(SITE.panels))
TEXTS = ("german-2-1", "german-7-1", "krug", "DE-P", "cup DE-name", "DE", "fr1", "bol", "P1")


class World(NamedTuple):
    """A shop's application, who is limited in it, and what of its answers is of this publication alone."""

    app: Dash
    viewer: FlaskClient
    admin: FlaskClient
    generation: str
    database: Database

    def same(self, text: str) -> str:
        """A text without what two publications never have in common."""
        return re.sub(r'\d{4}-\d\d-\d\d \d\d:\d\d UTC|"at":"[0-9a-f]{32}"', "MOMENT", text.replace(self.generation, "GENERATION"))


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, World]]:
    found = tuple(_world(tmp_path_factory.mktemp(f"world{seed}"), seed) for seed in SEEDS)
    yield found  # type: ignore[misc]


def _world(home: Path, seed: int) -> World:
    settings = ProcessSettings(home=home)
    database = open_database(settings)
    yaml = two_countries(seed).write(home / "shop")
    apply_shop(database, yaml)
    load_and_export(yaml, home, parts=True)
    app, index = make_app(home)
    for name, role in (("vera", "viewer"), ("ed", "editor")):
        add_user(database, name, PASSWORD, role)
    set_limits(database, "vera", ["country=FR"])
    save_view(
        database,
        add_user(database, "eve", PASSWORD, "editor"),
        name=f"German {seed}",
        path="/",
        query="?scope=country%3DDE",
        is_shared=True,
    )
    return World(app, logged_in(app, "vera"), logged_in(app), index.current() or "", database)


def _asked(world: World, callback: Callback, one: str, path: str, search: str, text: str = "german") -> str:
    """The answer to a callback, as the viewer."""
    values: dict[str, Any] = {
        "query.data": search,
        "url.search": search,
        "url.pathname": path,
        "colors.data": "light",
        "how-panel.data": one,
        "search-page-text.value": text,
        "views-name.value": f"mine {path}",
        "views-shared.checked": True,
        "list-page.value": 2,
        "filter.value": "country=DE",
        "url.value": text,
    }
    defaults = {"n_clicks": 1, "n_submit": 1}
    answer = callback.call(world.viewer, lambda id_, prop: values.get(f"{id_}.{prop}", defaults.get(prop)), one)
    assert answer.status_code in (200, 204, 400, 403, 404), answer.get_data(as_text=True)[:500]
    return world.same(f"{answer.status_code} {answer.get_data(as_text=True)}")


def _of_panels(callback: Callback) -> bool:
    ids = callback.inputs[0][0] + callback.output
    return any(name in ids for name in ('"panel-', '"rows-'))


def _leaks(text: str, *own: str) -> list[str]:
    """What is of Germany alone in a text, but for what the reader himself had said."""
    for said in own:
        text = text.replace(said, "") if said else text
    return [name for name in ONLY_GERMAN if name in text]


def said_himself(search: str) -> list[str]:
    """The values of a query, as pages repeat them; what is typed into a field is `german`."""
    return [search, *(value for _, value in parse_qsl(search.lstrip("?"))), '"german"', "?q=german"]


@pytest.mark.parametrize("panel_id", PANELS)
def test_panels_say_the_same(worlds: tuple[World, World], panel_id: str) -> None:
    first = worlds[0]
    known = [callback for callback in callbacks(first.viewer) if _of_panels(callback)]
    kind = SITE.panels[panel_id].kind
    known = [callback for callback in known if not callback.match or f'"{kind}-' in callback.output]
    assert len(known) >= 3
    for callback in known:
        for search in SEARCHES:
            answers = [_asked(world, callback, panel_id, "/", search) for world in worlds]
            assert answers[0] == answers[1], (callback.output[:60], search)
            assert not _leaks(answers[0])
    for search in SEARCHES:
        exports = [world.viewer.get(f"/export/{panel_id}.csv{search}") for world in worlds]
        texts = [world.same(export.get_data(as_text=True)) for world, export in zip(worlds, exports, strict=True)]
        assert texts[0] == texts[1]
        assert not _leaks(texts[0])


def test_all_other_callbacks_say_the_same(worlds: tuple[World, World]) -> None:
    paths = [page.path for page in SITE.pages] + ["/list/orders", "/list/customers", "/search"]
    subjects = [("/search/client", "german-2-1"), ("/search/client", "fr1"), ("/search/product", "krug-7"), ("/search/product", "cup")]
    subjects += [("/search/promotion", "DE-P"), ("/search/dimension", "country=DE"), ("/search/dimension", "device=phone")]
    places = [(path, search) for path in paths for search in SEARCHES] + [(path, f"?value={value}") for path, value in subjects]
    places += [("/search", f"?q={text}") for text in TEXTS]
    for callback in callbacks(worlds[0].viewer):
        if _of_panels(callback) or OWN_ACCOUNT in callback.output:
            continue
        ones = (
            [page.title for page in SITE.pages if page.tiles or "tiles" not in callback.output]
            if callback.match
            else ["scope" if '"filter"' in callback.inputs[0][0] else "1"]
        )
        for one in ones:
            for path, search in places[:: 9 if callback.match else 1]:
                answers = [_asked(world, callback, one, path, search) for world in worlds]
                assert answers[0] == answers[1], (callback.output[:60], one, path, search)
                assert not _leaks(answers[0], *said_himself(search))


def test_lists_of_others_are_refused(worlds: tuple[World, World]) -> None:
    for kind in ROW_KINDS:
        for scope in ELSEWHERE:
            answer = worlds[0].viewer.get(f"/export/list/{kind}.csv", query_string={"scope": scope})
            assert answer.status_code == 404, (kind, scope)
            assert not _leaks(answer.get_data(as_text=True))


@pytest.mark.parametrize("name", sorted(member_sets()))
def test_lists_say_the_same(worlds: tuple[World, World], name: str) -> None:
    members = member_sets()[name]
    values = {"hour": "9", "weekday": "2", "count": "1", "amount": "5", "day": "2024-02-03", "text": "cup", "step": "purchased"}
    query = {
        parameter.name: next(iter(parameter.options)) if parameter.kind == "choice" else values[parameter.kind]
        for parameter in members.parameters
        if parameter.is_required
    }
    answers = [world.viewer.get(f"/export/list/{members.rows}.csv", query_string={"of": name, **query}) for world in worlds]
    texts = [world.same(answer.get_data(as_text=True)) for world, answer in zip(worlds, answers, strict=True)]
    assert texts[0] == texts[1]
    assert not _leaks(texts[0])


@pytest.mark.parametrize("text", TEXTS)
def test_search_finds_nothing_of_others(worlds: tuple[World, World], text: str) -> None:
    answers = [json.loads(world.viewer.get("/search.json", query_string={"q": text}).data) for world in worlds]
    assert answers[0] == answers[1]
    assert not _leaks(json.dumps(answers[0]))
    values = {hit["value"] for group in answers[0]["groups"] for hit in group["hits"]}
    assert text not in values or text in ("fr1", "bol", "P1")
    if text in ("fr1", "bol", "P1"):
        assert text in values


@pytest.mark.parametrize(
    ("kind", "value"), [("client", "german-2-1"), ("product", "krug-2"), ("promotion", "DE-P"), ("dimension", "country=DE")]
)
def test_pages_of_others_do_not_exist(worlds: tuple[World, World], kind: str, value: str) -> None:
    admin, viewer = (
        client.get(f"/export/search/{kind}/totals.csv", query_string={"value": value}) for client in (worlds[0].admin, worlds[0].viewer)
    )
    assert (admin.status_code, viewer.status_code) == (200, 404)


def test_what_is_shared_by_both_is_that_of_france(worlds: tuple[World, World]) -> None:
    texts = [
        world.viewer.get(f"/export/search/{kind}/{table}.csv", query_string={"value": value}).get_data(as_text=True)
        for world in worlds
        for kind, value, table in (("client", "fr1", "daily"), ("product", "cup", "related"), ("dimension", "device=phone", "totals"))
    ]
    assert texts[:3] == texts[3:]
    whole = worlds[0].admin.get("/export/search/product/cup/totals.csv", query_string={"value": "cup"}).get_data(as_text=True)
    assert whole != texts[1]


def test_others_are_not_offered(worlds: tuple[World, World]) -> None:
    texts = [world.same(world.viewer.get("/_dash-layout").get_data(as_text=True)) for world in worlds]
    assert len({re.sub(r'"data-csrf": ?"[^"]*"', "", text) for text in texts}) == 1


def test_exports_are_in_the_log(worlds: tuple[World, World]) -> None:
    worlds[0].viewer.get("/export/overall-orders.csv?window=28d")
    newest = entries(worlds[0].database, actor="vera", action="export")[0]
    assert (newest.subject, newest.detail) == ("/export/overall-orders.csv", "window=28d")


def test_the_admin_sees_both(worlds: tuple[World, World]) -> None:
    counts = []
    for client in (worlds[0].admin, worlds[0].viewer, worlds[1].admin):
        counts.append(client.get(f"/export/overall-orders.csv{'' if client is not worlds[0].viewer else FRANCE}").get_data(as_text=True))
    assert len(set(counts)) == 3
