"""The login at a provider, a real one: who comes in and who does not, and what thieves and forgers get."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from dash import Dash
from flask.testing import FlaskClient
from sqlalchemy import delete
from werkzeug.test import TestResponse

from ca_assets.index.embedded.index import EmbeddedIndex
from ca_assets.lake.lake import Lake
from ca_assets.settings.audit import entries
from ca_assets.settings.database import Database, LoginFailure, open_database
from ca_assets.settings.people import links
from ca_assets.settings.people.single_sign_on import CALLBACK, SignOnError, provider_of
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.users import UserError, add_user, change_user, get_user
from ca_assets_tests.dash.applications import PASSWORD, csrf_of, logged_in
from ca_assets_tests.dash.calling import callbacks
from ca_assets_tests.servers.oidc_provider.server import CLIENT, SECRET, OidcProvider, oidc_provider
from ca_dash.app.factory import create_app
from ca_dash.auth.sharing import ROUTER
from ca_dash.auth.sign_on import BEGIN
from ca_dash.reports import Reader
from ca_dash.settings.page import Services

HOME = "http://localhost:8050"
KNOWN = {"email": "ada@tea.example", "email_verified": True, "preferred_username": "ada"}


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OidcProvider]:
    with oidc_provider(tmp_path_factory.mktemp("provider"), HOME, CALLBACK) as running:
        yield running


def settings_for(home: Path, issuer: str, **other: Any) -> ProcessSettings:
    options = {"oidc_issuer": issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET, "public_url": HOME, "oidc_label": "Tea ID"}
    return ProcessSettings(home=home, **{**options, **other})


def app_with(settings: ProcessSettings) -> tuple[Dash, Database]:
    database = open_database(settings)
    index = EmbeddedIndex(settings.index_file, Lake(settings.lake_root))
    return create_app(index=index, database=database, settings=settings, secret_key="a key for tests only"), database


@pytest.fixture(scope="module")
def place(provider: OidcProvider, tmp_path_factory: pytest.TempPathFactory) -> tuple[Dash, Database]:
    app, database = app_with(
        settings_for(tmp_path_factory.mktemp("home"), provider.issuer, oidc_create_domains="cups.example, @pots.example")
    )
    add_user(database, "ada", PASSWORD, "admin", email="Ada@Tea.example")
    return app, database


@pytest.fixture
def app(place: tuple[Dash, Database]) -> Dash:
    return place[0]


@pytest.fixture
def database(place: tuple[Dash, Database]) -> Database:
    return place[1]


@pytest.fixture(autouse=True)
def fresh(provider: OidcProvider, database: Database) -> Iterator[None]:
    """After each test the provider forges nothing, and nobody's failures are counted any more."""
    yield
    provider.forge("")
    with database.session() as session:
        session.execute(delete(LoginFailure))


def begin(client: FlaskClient, target: str = "/") -> str:
    answer = client.get(BEGIN, query_string={"next": target})
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return str(answer.location)


def come_back(client: FlaskClient, url: str) -> TestResponse:
    parts = urlsplit(url)
    assert parts.path == CALLBACK
    return client.get(f"{parts.path}?{parts.query}")


def enter(
    app: Dash, provider: OidcProvider, subject: str, target: str = "/", client: FlaskClient | None = None, **claims: Any
) -> TestResponse:
    """The whole way of a person; the answer to the provider's answer."""
    provider.people(**{subject: claims})
    client = client or app.server.test_client()
    return come_back(client, provider.log_in(begin(client, target), subject))


def text_of(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


def is_in(client: FlaskClient) -> bool:
    return client.get("/").status_code == 200


def test_an_account_is_linked_and_then_known(app: Dash, database: Database, provider: OidcProvider) -> None:
    client = app.server.test_client()
    url = begin(client, "/churn?window=28d")
    asked = parse_qs(urlsplit(url).query)
    assert asked["code_challenge_method"] == ["S256"] and asked["response_type"] == ["code"] and asked["redirect_uri"] == [HOME + CALLBACK]
    assert len(asked["state"][0]) >= 20 and len(asked["nonce"][0]) >= 20 and SECRET not in url
    provider.people(**{"s-1": KNOWN | {"role": "viewer"}})
    with client.session_transaction() as before:
        csrf = before.setdefault("csrf", "planted")
    answer = come_back(client, provider.log_in(url, "s-1"))
    assert (answer.status_code, answer.location) == (302, "/churn?window=28d")
    with client.session_transaction() as after:
        assert after["csrf"] != csrf and set(after) == {"_permanent", "token", "csrf"}  # nothing of before, no state, no invitation
    assert is_in(client)
    # The address may change or be lost: the subject counts. What the provider says of roles does not.
    again = enter(app, provider, "s-1", email="other@tea.example", email_verified=False, role="viewer")
    assert again.status_code == 302 and get_user(database, "ada").role == "admin"  # type: ignore[union-attr]
    logged = [(entry.actor, entry.action, entry.detail) for entry in entries(database, actor="ada")]
    assert ("ada", "login", "at the provider") in logged and "identity.link" in [action for _, action, _ in logged]


def test_a_linked_address_is_not_given_to_another(app: Dash, database: Database, provider: OidcProvider) -> None:
    add_user(database, "lea", PASSWORD, email="lea@tea.example")
    claims = {"email": "lea@tea.example", "email_verified": True}
    assert enter(app, provider, "lea-1", **claims).status_code == 302
    answer = enter(app, provider, "lea-2", **claims)
    assert answer.status_code == 403 and "Another account" in text_of(answer)


@pytest.mark.parametrize(
    ("subject", "claims", "said"),
    [
        ("eve", {"email": "eve@evil.example", "email_verified": True}, "Nobody has invited eve@evil.example"),
        ("liar", {"email": "ada@tea.example", "email_verified": False}, "has not verified your address"),
        ("maybe", {"email": "ada@tea.example", "email_verified": "yes"}, "has not verified your address"),
        ("mute", {}, "did not tell your e-mail address"),
        ("kelvin", {"email": "x@\u212aups.example", "email_verified": True}, "has not verified"),
        ("suffix", {"email": "x@evilcups.example", "email_verified": True}, "Nobody has invited"),
        ("sub", {"email": "x@cups.example.evil.example", "email_verified": True}, "Nobody has invited"),
        ("script", {"email": "<script>alert(1)</script>@evil.example", "email_verified": False}, "&lt;script&gt;"),
    ],
)
def test_strangers_are_refused(app: Dash, provider: OidcProvider, subject: str, claims: dict[str, Any], said: str) -> None:
    client = app.server.test_client()
    answer = enter(app, provider, subject, client=client, **claims)
    assert answer.status_code == 403 and said in text_of(answer), text_of(answer)
    assert "<script>alert" not in text_of(answer)
    assert not is_in(client)


def test_people_of_a_domain_become_viewers(app: Dash, database: Database, provider: OidcProvider) -> None:
    answer = enter(app, provider, "max", email="Max@cups.example", email_verified=True, preferred_username="ada", role="admin")
    assert answer.status_code == 302
    user = get_user(database, "max@cups.example")  # the name he has there is taken here
    assert user is not None and (user.role, user.email) == ("viewer", "max@cups.example")
    form = {"name": user.name, "password": "!", "csrf": ""}
    client = app.server.test_client()
    form["csrf"] = csrf_of(text_of(client.get("/login")))
    assert client.post("/login", data=form).status_code == 401  # he has no password, not even that of the stored text


def test_names_of_the_log_are_nobodys(database: Database, app: Dash, provider: OidcProvider) -> None:
    with pytest.raises(UserError):
        add_user(database, "(command line)", PASSWORD)
    assert enter(app, provider, "forger", email="f@pots.example", email_verified=True, preferred_username="(system)").status_code == 302
    assert get_user(database, "(system)") is None and get_user(database, "f@pots.example")


def test_invitations_by_address_and_by_link(app: Dash, database: Database, provider: OidcProvider) -> None:
    links.invite(database, "ada", role="viewer", limits=["country=FR"], email="Vera@Tea.example")
    assert enter(app, provider, "vera", email="vera@tea.example", email_verified=True, preferred_username="vera").status_code == 302
    vera = get_user(database, "vera")
    assert vera is not None and (vera.role, vera.limits) == ("viewer", '["country=FR"]')
    assert enter(app, provider, "vera-2", email="vera@tea.example", email_verified=True).status_code == 403  # used

    client, token = app.server.test_client(), links.invite(database, "ada", role="editor")
    client.get(f"/join/{token}")
    assert "Continue with Tea ID" in text_of(client.get("/join"))
    assert enter(app, provider, "ed", client=client, preferred_username="ed").status_code == 302  # without any address
    assert get_user(database, "ed").role == "editor"  # type: ignore[union-attr]

    thief, token = app.server.test_client(), links.invite(database, "ada", role="admin", email="boss@tea.example")
    thief.get(f"/join/{token}")
    answer = enter(app, provider, "thief", client=thief, email="thief@tea.example", email_verified=True)
    assert answer.status_code == 403 and "This invitation is for" in text_of(answer)


def test_admins_invite_an_address_on_the_page(app: Dash, database: Database) -> None:
    client = logged_in(app)
    known = callbacks(client)
    router = next(each for each in known if each.output == ROUTER)
    assert "people-email" in router.call(client, lambda *_: "/settings/people").get_data(as_text=True)
    invite = next(each for each in known if ("people-invite", "n_clicks") in each.inputs)
    values = {"people-invite": 1, "people-role": "editor", "people-limits": [], "people-email": "New@tea.example"}
    assert f"{HOME}/join/" in str(invite.call(client, lambda name, _: values.get(name)).get_json())
    assert [(link.role, link.email) for link in links.open_invitations(database)].count(("editor", "new@tea.example")) == 1
    assert "is no e-mail address" in str(invite.call(client, lambda name, _: {**values, "people-email": "new"}.get(name)).get_json())


def test_who_is_deactivated_stays_out(app: Dash, database: Database, provider: OidcProvider) -> None:
    claims = {"email": "gone@cups.example", "email_verified": True}
    assert enter(app, provider, "gone", **claims).status_code == 302
    change_user(database, "gone@cups.example", role="viewer", limits="[]", is_active=False)
    assert "deactivated" in text_of(enter(app, provider, "gone", **claims))


FORGERIES = [
    "key",
    "none",
    "hmac",
    "audience",
    "audiences",
    "issuer",
    "expired",
    "future",
    "nonce",
    "no nonce",
    "missing",
    "garbage",
    "subject",
]


@pytest.mark.parametrize("forgery", FORGERIES)
def test_forged_tokens_let_nobody_in(app: Dash, provider: OidcProvider, database: Database, forgery: str) -> None:
    provider.forge(forgery)
    client = app.server.test_client()
    answer = enter(app, provider, "s-1", client=client, **KNOWN)
    assert answer.status_code == 400 and "You are not logged in" in text_of(answer)
    assert not is_in(client)
    assert entries(database)[0].action == "login.failed"


def test_clocks_may_differ_a_little(app: Dash, provider: OidcProvider) -> None:
    provider.forge("clock skew")
    assert enter(app, provider, "skewed", email="skewed@cups.example", email_verified=True).status_code == 302


def test_answers_are_of_this_browser_and_once(app: Dash, provider: OidcProvider) -> None:
    provider.people(**{"s-1": KNOWN})
    client, thief = app.server.test_client(), app.server.test_client()
    url = provider.log_in(begin(client), "s-1")
    begin(thief)
    assert come_back(thief, url).status_code == 400 and not is_in(thief)  # another browser's answer: login CSRF
    cookie = client.get_cookie("ca_session").value  # type: ignore[union-attr]
    assert come_back(client, url).status_code == 302
    assert come_back(client, url).status_code == 400  # the state is used
    thief.set_cookie("ca_session", cookie)
    assert come_back(thief, url).status_code == 400 and not is_in(thief)  # with the cookie of before: the code is used


def test_codes_of_others_do_not_fit(app: Dash, provider: OidcProvider) -> None:
    """A stolen code with the thief's own state: PKCE's verifier is another one."""
    provider.people(**{"s-1": KNOWN})
    victim, thief = app.server.test_client(), app.server.test_client()
    stolen = parse_qs(urlsplit(provider.log_in(begin(victim), "s-1")).query)["code"][0]
    state = parse_qs(urlsplit(begin(thief)).query)["state"][0]
    assert thief.get(CALLBACK, query_string={"code": stolen, "state": state}).status_code == 400
    assert not is_in(thief)


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"state": "x"},
        {"code": "x"},
        {"state": "", "code": "x"},
        {"error": "x" * 5_000},
        {"error": "<script>", "error_description": "<script>"},
    ],
)
def test_answers_that_are_none(app: Dash, query: dict[str, str]) -> None:
    client = app.server.test_client()
    state = parse_qs(urlsplit(begin(client)).query)["state"][0]
    for given in (query, query | {"state": state} if "error" in query else query):
        answer = client.get(CALLBACK, query_string=given)
        assert answer.status_code == 400 and "<script>" not in text_of(answer)


def test_another_issuers_answer_is_refused(app: Dash, provider: OidcProvider) -> None:
    client = app.server.test_client()
    url = provider.log_in(begin(client), "s-1")
    answer = client.get(f"{CALLBACK}?{urlsplit(url).query.partition('&iss=')[0]}&iss=https://evil.example")
    assert answer.status_code == 400 and "another provider" in text_of(answer)


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_next_leads_nowhere_else(app: Dash, provider: OidcProvider, target: str) -> None:
    assert enter(app, provider, "s-1", target, **KNOWN).location == "/"


def test_another_host_is_not_told_to_the_provider(app: Dash) -> None:
    location = app.server.test_client().get(BEGIN, headers={"Host": "evil.example"}).location
    assert parse_qs(urlsplit(str(location)).query)["redirect_uri"] == [HOME + CALLBACK]


def test_tries_are_limited(provider: OidcProvider, tmp_path: Path) -> None:
    client = app_with(settings_for(tmp_path, provider.issuer))[0].server.test_client()
    begin(client)
    codes = [client.get(CALLBACK, query_string={"state": number, "code": "x"}).status_code for number in range(32)]
    assert set(codes[:30]) == {400} and codes[30:] == [429, 429]


def test_the_log_out_goes_on_at_the_provider(app: Dash, database: Database, provider: OidcProvider) -> None:
    client = app.server.test_client()
    enter(app, provider, "s-1", client=client, **KNOWN)
    cookie = client.get_cookie("ca_session").value  # type: ignore[union-attr]
    with client.session_transaction() as session:
        csrf = session["csrf"]
    page = client.post("/logout", data={"csrf": csrf})
    target = text_of(page).split('content="0; url=')[1].split('"')[0].replace("&amp;", "&")
    asked = parse_qs(urlsplit(target).query)
    assert target.startswith(f"{provider.issuer}/session/end?")
    assert (asked["post_logout_redirect_uri"], asked["client_id"]) == ([f"{HOME}/login"], [CLIENT])
    client.set_cookie("ca_session", cookie)
    assert not is_in(client)
    token = asked["id_token_hint"][0]
    assert all(token.encode() not in file.read_bytes() for file in Path(database.engine.url.database or "").parent.glob("settings.sqlite*"))
    local = logged_in(app)
    with local.session_transaction() as session:
        csrf = session["csrf"]
    assert local.post("/logout", data={"csrf": csrf}).location == "/login"


def test_passwords_can_be_switched_off(provider: OidcProvider, tmp_path: Path) -> None:
    app, database = app_with(settings_for(tmp_path, provider.issuer, password_login=False))
    add_user(database, "ada", PASSWORD, "admin", email="ada@tea.example")
    client = app.server.test_client()
    page = text_of(client.get("/login"))
    assert "Continue with Tea ID" in page and 'name="password"' not in page
    assert client.post("/login", data={"name": "ada", "password": PASSWORD, "csrf": csrf_of(page)}).status_code == 403
    client.get(f"/join/{links.invite(database, 'ada', role='admin')}")
    form = {"name": "eve", "password": PASSWORD, "repeat": PASSWORD, "csrf": csrf_of(text_of(client.get("/join")))}
    assert client.post("/join", data=form).status_code == 403 and get_user(database, "eve") is None
    assert enter(app, provider, "s-off", **KNOWN).status_code == 302


def test_a_provider_that_is_away_is_said(tmp_path: Path) -> None:
    app, database = app_with(settings_for(tmp_path, "http://127.0.0.1:9"))
    add_user(database, "ada", PASSWORD, "admin")
    answer = app.server.test_client().get(BEGIN)
    assert answer.status_code == 502 and "Tea ID cannot be reached now" in text_of(answer)
    assert is_in(logged_in(app))


def test_a_discovery_document_of_another_is_refused(provider: OidcProvider, tmp_path: Path) -> None:
    app, database = app_with(settings_for(tmp_path, provider.issuer.replace("127.0.0.1", "localhost")))
    add_user(database, "ada", PASSWORD, "admin")
    answer = app.server.test_client().get(BEGIN)
    assert answer.status_code == 502 and "CA_OIDC_ISSUER" in text_of(answer)


@pytest.mark.parametrize(
    ("settings", "variable"),
    [
        ({"password_login": False}, "CA_OIDC_ISSUER"),
        ({"oidc_issuer": "https://id.example"}, "CA_OIDC_CLIENT_ID"),
        ({"oidc_issuer": "https://id.example", "oidc_client_id": "a"}, "CA_PUBLIC_URL"),
        ({"oidc_issuer": "http://id.example", "oidc_client_id": "a", "public_url": HOME}, "https://"),
        ({"oidc_issuer": "https://id.example", "oidc_client_id": "a", "public_url": HOME, "oidc_scopes": "email"}, "openid"),
    ],
)
def test_settings_that_do_not_fit_are_named(settings: dict[str, Any], variable: str) -> None:
    with pytest.raises(SignOnError, match=variable):
        provider_of(ProcessSettings(**settings))


def test_the_secret_is_shown_nowhere(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, "https://id.example")
    assert SECRET not in f"{settings!r}{provider_of(settings)!r}"


def test_links_lead_to_the_public_address(place: tuple[Dash, Database], provider: OidcProvider, tmp_path: Path) -> None:
    """Whatever host a request names: it could be an attacker's, who waits for the one-time token."""
    settings = settings_for(tmp_path, provider.issuer)
    with place[0].server.test_request_context("/", headers={"Host": "evil.example"}):
        assert Services(place[1], settings, _no_reader, ()).address("/join/x") == f"{HOME}/join/x"
        unset = settings.model_copy(update={"public_url": None})
        assert Services(place[1], unset, _no_reader, ()).address("/join/x") == "http://evil.example/join/x"


def _no_reader() -> Reader:
    raise AssertionError("links need no figures")
