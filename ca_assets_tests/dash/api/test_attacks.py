"""What the API refuses: callers without right, tricks in names and values, too much."""

from __future__ import annotations

import datetime as dt
import json
import logging

import pytest
from sqlalchemy import update

from ca_assets.settings.access import set_limits
from ca_assets.settings.tokens import SCOPES, ApiToken, add_token, revoke_token, tokens_of
from ca_assets.settings.users import add_user
from ca_assets_tests.dash.api.conftest import Api, Shop
from ca_assets_tests.dash.applications import PASSWORD, csrf_of
from ca_dash.api.blueprint import ROUTES

PATHS = [
    (route.path.replace("<name>", "stats" if "type_" in route.path else "orders").replace("<type_>", "kpis"), route.scope)
    for route in ROUTES
]
TRICKS = (
    "../../settings.sqlite",
    "orders'; DROP TABLE report;--",
    "..%2f..%2fsecret.key",
    "ca_tokens",
    "_loads",
    "a\0b",
    "%00",
    "x" * 5_000,
    "*",
)


def problem(answer: object, status: int) -> dict[str, object]:
    """The problem of an answer, which must be one."""
    assert answer.status_code == status, answer.get_data(as_text=True)[:300]  # type: ignore[attr-defined]
    assert answer.mimetype == "application/problem+json"  # type: ignore[attr-defined]
    facts = answer.get_json()  # type: ignore[attr-defined]
    assert facts["status"] == status and facts["detail"] and "Traceback" not in json.dumps(facts)
    return facts


@pytest.mark.parametrize("path", [path for path, _ in PATHS] + ["/openapi.json", "/nothing", "/"])
def test_no_route_answers_without_a_token(api: Api, path: str) -> None:
    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Basic YWRhOmFkYQ=="}, {"Authorization": f"Token {api.token}"}):
        answer = api.client.get(f"/api/v1{path}", headers=headers)
        problem(answer, 401)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_dead_tokens_are_refused_in_the_same_words(shop: Shop, api: Api) -> None:
    (expired, old), (revoked, ended) = (add_token(shop.database, "ada", "x", SCOPES) for _ in range(2))
    revoke_token(shop.database, revoked.id)
    with shop.database.session() as session:
        session.execute(update(ApiToken).where(ApiToken.id == expired.id).values(expires_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC)))
    foreign = "ca_" + "A" * 43
    answers = [
        api.get("/shop", headers={"Authorization": f"Bearer {text}"}) for text in (old, ended, foreign, api.token[:-1], api.token + "A")
    ]
    assert len({json.dumps(problem(answer, 401)) for answer in answers}) == 1


@pytest.mark.parametrize(("path", "scope"), PATHS)
def test_a_token_without_the_scope_is_refused(shop: Shop, path: str, scope: str) -> None:
    others = [one for one in SCOPES if one != scope]
    problem(shop.api(others).get(path, q="c1") if path == "/search" else shop.api(others).get(path), 403)
    assert shop.api([scope]).get(path, **({"q": "c1"} if path == "/search" else {})).status_code == 200


def test_a_token_in_the_url_is_refused(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for query in ({"token": "x"}, {"access_token": api.token}, {"Key": "x"}, {"scope": api.token}, {"q": f"a{api.token}"}):
        text = json.dumps(problem(api.get("/shop", **query), 400))
        assert "revoke" in text and api.token not in text
    problem(api.get(f"/reports/stats/{api.token}"), 400)
    assert api.token not in caplog.text


def test_a_login_is_no_token_and_a_token_no_login(api: Api, shop: Shop) -> None:
    browser = api.client.application.test_client()
    page = browser.get("/login").get_data(as_text=True)
    assert browser.post("/login", data={"name": "ada", "password": PASSWORD, "csrf": csrf_of(page)}).status_code == 302
    problem(browser.get("/api/v1/shop"), 401)
    fresh = api.client.application.test_client()
    assert fresh.get("/export/kpis.csv", headers={"Authorization": f"Bearer {api.token}"}).status_code == 401
    assert "Set-Cookie" not in api.get("/shop").headers


def test_plain_http_of_another_machine_is_refused(shop: Shop, api: Api) -> None:
    bearer = {"Authorization": f"Bearer {api.token}"}
    remote = {"environ_base": {"REMOTE_ADDR": "192.0.2.1"}, "headers": bearer}
    problem(api.client.get("/api/v1/shop", **remote), 403)
    assert api.client.get("/api/v1/shop", base_url="https://localhost", **remote).status_code == 200
    problem(api.client.get("/api/v1/shop", headers={**bearer, "X-Forwarded-For": "192.0.2.1"}), 403)
    assert shop.api(api_plain_http=True).client.get("/api/v1/shop", **remote).status_code == 200


@pytest.mark.parametrize("trick", TRICKS)
def test_tricks_in_names_find_nothing(api: Api, trick: str) -> None:
    for path in (f"/tables/{trick}/rows", f"/tables/{trick}/file", f"/reports/{trick}/kpis", f"/reports/stats/{trick}"):
        problem(api.get(path), 404)
    problem(api.get("/tables/orders/file", scope=trick), 400 if len(trick) > 4_000 or "\0" in trick else 404) if trick != "*" else None
    problem(api.get("/tables/orders/rows", column=trick), 400)
    problem(api.get("/tables/orders/rows", order_by=trick), 400)
    problem(api.get("/tables/orders/rows", where=f"{trick}:eq:1"), 400)
    assert api.json("/tables/orders/rows", where=f"client:eq:{trick[:100]}")["total"] == 0 if "\0" not in trick else True


@pytest.mark.parametrize(
    "query",
    [{"limit": value} for value in ("0", "-1", "1e9", "10001", "99999999999", "1.5", "١", "", "NaN")]
    + [{"after": value} for value in ("", "x", "A" * 3_000, "W10=")]
    + [
        {"where": value}
        for value in ("payment_amount:eq:x", "payment_amount:drop:1", "client", "client:in:a", "client:in:{}", "::", "has_purchased:eq:1")
    ]
    + [{"where": ["client:eq:a"] * 21}, {"format": "xlsx"}, {"format": ["csv", "json"]}, {"unknown": "1"}, {"limit": ["1", "2"]}]
    + [
        {"where": "client:in:" + json.dumps(["a"] * 1_001)},
        {"where": "client:contains:" + "a" * 101},
        {"where": "client:in:" + "[" * 3_000},
    ],
)
def test_values_that_do_not_fit_are_refused(api: Api, query: dict[str, object]) -> None:
    problem(api.get("/tables/orders/rows", **query), 400)


@pytest.mark.parametrize(
    "query", [{"as_of": "yesterday"}, {"as_of": "2024-13-01"}, {"as_of": "20240101"}, {"format": ""}, {"scope": ["a", "b"]}]
)
def test_wrong_parameters_of_reports_are_refused(api: Api, query: dict[str, object]) -> None:
    problem(api.get("/reports/stats/kpis", **query), 400)
    problem(api.get("/reports/stats/kpis@29d"), 404)


def test_nothing_is_changed_by_other_methods(api: Api) -> None:
    for method in ("post", "put", "patch", "delete"):
        answer = getattr(api.client, method)("/api/v1/reports", headers={"Authorization": f"Bearer {api.token}"})
        problem(answer, 405)


def test_a_hostile_scope_stays_inside_its_header(api: Api) -> None:
    scope = next(scope for scope in api.json("/shop")["scopes"] if not scope.isascii() or '"' in scope or "=1" in scope)
    answer = api.get("/reports/stats/kpis", scope=scope, format="csv")
    assert answer.status_code == 200 and answer.headers["X-Content-Type-Options"] == "nosniff"
    name = answer.headers["Content-Disposition"].removeprefix('attachment; filename="').removesuffix('"')
    assert name.isascii() and not set(name) & set('"\\/;\r\n') and answer.headers["X-Scope"].isascii()
    problem(api.get("/reports/stats/kpis", scope='x\r\nSet-Cookie: a=b";filename=x'), 404)


def test_too_many_requests_wait(shop: Shop) -> None:
    api = shop.api(api_burst=3, api_requests_per_minute=1)
    assert [api.get("/shop").status_code for _ in range(4)] == [200, 200, 200, 429]
    answer = api.get("/shop")
    problem(answer, 429)
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert shop.api(api_burst=3, api_requests_per_minute=1).get("/shop").status_code == 200  # another token
    problem(shop.api(["read:search"], api_burst=1).get("/shop"), 403)
    whole = shop.api(api_burst=12, api_requests_per_minute=1)
    assert [whole.get("/tables/downloads/file").status_code for _ in range(2)] == [200, 429]  # weighs ten requests


def test_the_use_of_a_token_is_noted(shop: Shop) -> None:
    shop.api().get("/shop")
    assert tokens_of(shop.database)[0].last_used_at is not None


def test_a_token_has_the_limits_of_its_owner(shop: Shop, api: Api) -> None:
    own, *others = (scope for scope in api.json("/shop")["scopes"] if scope.startswith("country=") and "__" not in scope)
    add_user(shop.database, "lim", PASSWORD, "viewer")
    set_limits(shop.database, "lim", [own])
    limited = shop.api(owner="lim")
    assert limited.json("/shop")["scopes"] == [own]
    values = {row["dimensions.country"] for row in limited.json("/tables/orders/rows", limit=1000)["rows"]}
    assert values == {own.partition("=")[2]}
    assert [table["name"] for table in limited.json("/tables")["tables"]] == ["orders"]
    assert limited.get("/reports/stats/kpis", scope=own).data == api.get("/reports/stats/kpis", scope=own).data
    refused = [problem(limited.get("/reports/stats/kpis", scope=scope), 404) for scope in (*others, "all", "country=Atlantis")]
    assert len({json.dumps(facts) for facts in refused}) == 1
    for path in ("/tables/downloads/rows", "/tables/downloads/file", "/tables/rfm_segments/rows", "/tables/orders/file"):
        answer = limited.get(path, scope=others[0]) if path.endswith("file") else limited.get(path)
        problem(answer, 404)
    rows = limited.get("/reports/stats/kpis", scope="*", format="csv").get_data(as_text=True).splitlines()[1:]
    assert rows and all(row.startswith(own) for row in rows)
