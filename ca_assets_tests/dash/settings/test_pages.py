"""Settings pages are found where they lie, are for the roles that they name, and refuse all others, whatever way they come."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from werkzeug.exceptions import Unauthorized

from ca_assets.settings.database import open_database
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.roles import ROLES
from ca_assets.settings.users import add_user
from ca_assets_tests.dash.applications import PASSWORD, logged_in, make_app
from ca_dash.auth.guard import needs
from ca_dash.components.icons import PATHS as PICTURES
from ca_dash.settings.page import ROOT
from ca_dash.settings.site import find_settings_pages

PAGES = find_settings_pages()


def test_pages_lie_below_the_root_or_are_the_profile() -> None:
    assert PAGES[0].path == ROOT
    assert all(page.path == ROOT or page.path.startswith((f"{ROOT}/", "/profile")) for page in PAGES)
    assert all(page.role in ROLES and page.icon in PICTURES and page.about.endswith(".") for page in PAGES)


@pytest.mark.parametrize("role", ROLES)
def test_the_router_shows_a_page_to_its_roles_only(tmp_path: Path, role: str) -> None:
    app, _ = make_app(tmp_path, with_user=False)
    add_user(open_database(ProcessSettings(home=tmp_path)), "ada", PASSWORD, role)
    client = logged_in(app)
    for page in PAGES:
        answer = client.post("/_dash-update-component", json=routed(page.path))
        assert answer.status_code == 200, page.path
        assert ("This page is for" in answer.get_data(as_text=True)) is not page.is_for(role), page.path


@pytest.mark.parametrize(("role", "allowed"), [("viewer", False), ("editor", True), ("admin", True)])
def test_a_guarded_function_runs_for_its_role_or_more(tmp_path: Path, role: str, allowed: bool) -> None:
    app, _ = make_app(tmp_path, with_user=False)
    add_user(open_database(ProcessSettings(home=tmp_path)), "ada", PASSWORD, role)
    app.server.add_url_rule("/guarded", "guarded", needs("editor")(lambda: "done"))
    assert logged_in(app).get("/guarded").status_code == (200 if allowed else 403)


def test_a_guarded_function_needs_a_login(tmp_path: Path) -> None:
    app, _ = make_app(tmp_path)
    with app.server.test_request_context("/"), pytest.raises(Unauthorized):
        needs("viewer")(lambda: "done")()


def routed(path: str) -> dict[str, Any]:
    """The request with which a browser asks for the page at a path."""
    return {
        "output": "..page.children...title.data...shown.data..",
        "outputs": [{"id": name, "property": prop} for name, prop in (("page", "children"), ("title", "data"), ("shown", "data"))],
        "inputs": [{"id": "url", "property": "pathname", "value": path}],
        "changedPropIds": ["url.pathname"],
    }
