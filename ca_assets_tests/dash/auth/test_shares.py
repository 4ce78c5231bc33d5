"""A read-only link shows the panels of its page with its filters; whatever else its visitor asks for is refused."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from dash import Dash
from flask.testing import FlaskClient

from ca_assets.settings.database import Database, User, open_database
from ca_assets.settings.people.shares import ShareError, share, share_of, shares_of, take_back_share
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.random_tokens import now
from ca_assets.settings.users import add_user, change_user, get_user
from ca_assets_tests.dash.applications import PASSWORD, SITE, logged_in, make_app, publish
from ca_assets_tests.dash.calling import Callback, callbacks
from ca_assets_tests.dash.conftest import SCOPES

QUERY = "?scope=country%3DFR&window=28d"
PAGE = SITE.pages[0]
OWN = ("page.children", '"panel-figure"}.figure', '"rows-table"}.children', '"type":"tiles"}.children')


@pytest.fixture
def app(tmp_path: Path) -> Dash:
    app, index = make_app(tmp_path)
    publish(index, SCOPES)
    return app


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return open_database(ProcessSettings(home=tmp_path))


@pytest.fixture
def ada(app: Dash, database: Database) -> User:
    user = get_user(database, "ada")
    assert user is not None
    return user


def visitor(app: Dash, token: str) -> FlaskClient:
    client = app.server.test_client()
    answer = client.get(f"/share/{token}")
    assert (answer.status_code, answer.location) == (302, PAGE.path + QUERY)
    return client


def ask(client: FlaskClient, callback: Callback, one: str, query: str = QUERY, path: str = PAGE.path) -> int:
    values: dict[str, Any] = {"query": query, "url": path, "colors": "light"}
    return callback.call(client, lambda id_, prop: values.get(id_, 1 if prop == "n_clicks" else None), one).status_code


def is_own(callback: Callback) -> bool:
    """Whether it draws a part of a page: what a link needs."""
    return any(name in callback.output.partition("...")[0] for name in OWN)


def test_a_visitor_sees_the_page_and_nothing_else(app: Dash, database: Database, ada: User) -> None:
    client = visitor(app, share(database, ada, path=PAGE.path, query=QUERY, days=7))
    assert [client.get(path).status_code for path in (PAGE.path, "/_dash-layout", "/_dash-dependencies")] == [200] * 3
    layout = client.get("/_dash-layout").get_data(as_text=True)
    assert "data-csrf" not in layout and SITE.pages[3].path not in layout
    others = [
        "/settings",
        "/search.json?q=a",
        "/search",
        "/list/orders",
        "/export/list/orders.csv",
        f"/export/{PAGE.panels[0].id}.csv{QUERY}",
    ]
    others += [page.path for page in SITE.pages if page is not PAGE]
    assert {client.get(path).status_code for path in others} == {401}
    assert client.post("/logout").status_code == 401


def test_every_other_callback_is_refused(app: Dash, database: Database, ada: User) -> None:
    client = visitor(app, share(database, ada, path=PAGE.path, query=QUERY, days=7))
    panel = next(panel.id for panel in PAGE.panels if panel.figure)
    answers = {True: set(), False: set()}  # type: dict[bool, set[int]]
    for callback in callbacks(client):
        one = PAGE.title if callback.match == "page" else panel
        answers[is_own(callback)].add(ask(client, callback, one))
    assert answers[False] == {401}
    assert answers[True] <= {200, 204}


@pytest.mark.parametrize(
    ("query", "path", "panel"),
    [
        ("", PAGE.path, ""),
        ("?scope=all&window=28d", PAGE.path, ""),
        (QUERY + "&as_of=2024-01-01", PAGE.path, ""),
        (QUERY, "/settings", ""),
        (QUERY, PAGE.path, next(panel.id for page in SITE.pages[2:] for panel in page.panels if panel not in PAGE.panels)),
    ],
)
def test_other_values_are_refused(app: Dash, database: Database, ada: User, query: str, path: str, panel: str) -> None:
    client = visitor(app, share(database, ada, path=PAGE.path, query=QUERY, days=7))
    figures = next(callback for callback in callbacks(client) if OWN[1] in callback.output.partition("...")[0])
    router = next(callback for callback in callbacks(client) if "page.children" in callback.output)
    chosen = panel or PAGE.panels[0].id
    callback = router if path != PAGE.path else figures
    assert ask(client, callback, chosen, query, path) == 401


def test_the_id_that_is_read_is_the_one_that_is_checked(app: Dash, database: Database, ada: User) -> None:
    """Outputs name a panel of the page, the state another one: the function reads the state."""
    client = visitor(app, share(database, ada, path=PAGE.path, query=QUERY, days=7))
    other = next(panel.id for page in SITE.pages[2:] for panel in page.panels if panel not in PAGE.panels)
    own, stranger = ({"type": "panel-figure", "id": id_} for id_ in (PAGE.panels[0].id, other))
    figures = next(callback for callback in callbacks(client) if OWN[1] in callback.output.partition("...")[0])
    inputs = [{"id": "query", "property": "data", "value": QUERY}, {"id": "colors", "property": "data", "value": "light"}]
    body = {"output": figures.output, "outputs": [{"id": own, "property": "figure"}], "inputs": inputs, "changedPropIds": ["query.data"]}
    for state in ({"id": own, "property": "id", "value": stranger}, {"id": stranger, "property": "id", "value": stranger}):
        assert client.post("/_dash-update-component", json=body | {"state": [state]}).status_code == 401


def test_downloads_only_where_the_link_allows_them(app: Dash, database: Database, ada: User) -> None:
    client = visitor(app, share(database, ada, path=PAGE.path, query=QUERY, days=7, allows_csv=True))
    own = f"/export/{PAGE.panels[0].id}.csv"
    other = next(panel.id for page in SITE.pages[2:] for panel in page.panels if panel not in PAGE.panels)
    codes = [client.get(path).status_code for path in (own + QUERY, own, f"{own}?scope=all", f"/export/{other}.csv{QUERY}")]
    assert codes == [200, 401, 401, 401]


def test_a_link_ends(app: Dash, database: Database, ada: User) -> None:
    token = share(database, ada, path=PAGE.path, query=QUERY, days=7)
    client = visitor(app, token)
    later = now() + dt.timedelta(days=7, seconds=1)
    assert share_of(database, token, later) is None
    assert take_back_share(database, ada, shares_of(database, ada)[0].id)
    assert client.get(PAGE.path).status_code == 401
    assert app.server.test_client().get(f"/share/{token}").status_code == 404


def test_a_link_ends_with_its_maker(app: Dash, database: Database) -> None:
    ed = add_user(database, "ed", PASSWORD, "editor")
    token = share(database, ed, path=PAGE.path, query=QUERY, days=7)
    change_user(database, "ed", role="editor", limits="[]", is_active=False)
    assert share_of(database, token) is None


def test_others_links_are_not_taken_back(app: Dash, database: Database, ada: User) -> None:
    share(database, ada, path=PAGE.path, query=QUERY, days=7)
    ed = add_user(database, "ed", PASSWORD, "editor")
    assert not take_back_share(database, ed, shares_of(database, ada)[0].id)
    assert shares_of(database, ed) == []


@pytest.mark.parametrize("days", [0, -1, 366])
def test_links_do_not_live_forever(app: Dash, database: Database, ada: User, days: int) -> None:
    with pytest.raises(ShareError, match="1 to 365"):
        share(database, ada, path=PAGE.path, query=QUERY, days=days)


def test_a_login_wins_over_a_link(app: Dash, database: Database, ada: User) -> None:
    client = logged_in(app)
    assert client.get("/settings").status_code == 200
    client.get(f"/share/{share(database, ada, path=PAGE.path, query=QUERY, days=7)}")
    assert client.get("/settings").status_code == 200
