"""`deploy/Caddyfile` in a real Caddy, over TLS: who logs in sees the application, only admins reach what stands for Dagster's pages."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from ca_assets.settings.users import add_user
from ca_assets_tests.dash.applications import PASSWORD, csrf_of, make_app, serve
from ca_assets_tests.deploy.compose import ROOT
from ca_assets_tests.servers.dagster import until
from ca_assets_tests.servers.processes import children, free_port

PAGE = {"Accept": "text/html"}
QUIET = "{\n\tskip_install_trust\n\tadmin off\n\tauto_https disable_redirects\n}\n"  # changes nothing on this machine


class Dagster(BaseHTTPRequestHandler):
    """Stands for Dagster's web server, and for the collector: tells which path arrived."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"Dagster {self.path}".encode())

    def log_message(self, *_: object) -> None:
        """Nothing."""


@dataclass(frozen=True)
class Proxy:
    """The proxy's address, and the certificate of the authority that it made."""

    url: str
    authority: Path

    def visitor(self) -> requests.Session:
        """A browser without a login that checks certificates."""
        session = requests.Session()
        session.verify = str(self.authority)
        session.trust_env = False
        session.headers.update(PAGE)
        return session

    def logged_in(self, name: str) -> requests.Session:
        """A browser after the login form."""
        session = self.visitor()
        page = session.get(f"{self.url}/login")
        form = {"name": name, "password": PASSWORD, "csrf": csrf_of(page.text)}
        answer = session.post(f"{self.url}/login", data=form, allow_redirects=False)
        assert answer.status_code == 302 and "Secure" in answer.headers["Set-Cookie"]
        return session


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[Proxy]:
    caddy = shutil.which("caddy")
    if caddy is None:
        if os.environ.get("CA_REQUIRE_ALL"):
            raise AssertionError("Caddy is not installed; `make test-tools` gets it")
        pytest.skip("Caddy is not installed; `make test-tools` gets it")
    app = make_app(tmp_path / "home", proxy_hops=1)[0]
    add_user(app.server.extensions["ca_auth"].database, "vic", PASSWORD, "viewer")
    dagster = ThreadingHTTPServer(("127.0.0.1", 0), Dagster)
    threading.Thread(target=dagster.serve_forever, daemon=True).start()
    for application in serve(app):
        port = free_port()
        text = (ROOT / "deploy" / "Caddyfile").read_text()
        for address in ("web:3000", "collector:8070"):
            text = text.replace(address, f"127.0.0.1:{dagster.server_port}")
        (tmp_path / "Caddyfile").write_text(QUIET + text.replace("app:8050", application.removeprefix("http://")))
        words = [caddy, "run", "--adapter", "caddyfile", "--config", str(tmp_path / "Caddyfile")]
        environment = {"SITE": f"localhost:{port}", "XDG_DATA_HOME": str(tmp_path), "HOME": str(tmp_path), "PATH": os.environ["PATH"]}
        with children(tmp_path / "log") as started:
            started.start("caddy", words, environment)
            found = Proxy(f"https://localhost:{port}", tmp_path / "caddy/pki/authorities/local/root.crt")
            until(lambda found=found: found.authority.exists() and _answers(found), 30, f"Caddy: {started.said()}")
            yield found
    dagster.shutdown()


def _answers(proxy: Proxy) -> bool:
    try:
        return proxy.visitor().get(f"{proxy.url}/healthz", timeout=5).text == "ok"
    except requests.RequestException:
        return False


def test_dagster_is_for_admins_only(proxy: Proxy) -> None:
    asked = proxy.visitor().get(f"{proxy.url}/dagster/runs?q=1", allow_redirects=False)
    assert (asked.status_code, asked.headers["Location"]) == (302, "/login?next=/dagster/runs?q%3D1")
    graphql = proxy.visitor().post(f"{proxy.url}/dagster/graphql", json={}, headers={"Accept": "application/json"})
    assert graphql.status_code == 401 and "Dagster" not in graphql.text
    viewer = proxy.logged_in("vic").get(f"{proxy.url}/dagster")
    assert viewer.status_code == 403 and "Dagster" not in viewer.text
    admin = proxy.logged_in("ada")
    assert admin.get(f"{proxy.url}/dagster/runs?q=1").text == "Dagster /dagster/runs?q=1"
    assert admin.get(f"{proxy.url}/dagster").text == "Dagster /dagster"
    assert "Dagster" not in proxy.visitor().get(f"{proxy.url}/DAGSTER/runs").text


def test_the_application_is_behind_tls_and_its_login(proxy: Proxy) -> None:
    first = proxy.visitor().get(f"{proxy.url}/", allow_redirects=False)
    assert (first.status_code, first.headers["Location"]) == (302, "/login?next=/")
    assert first.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert proxy.logged_in("vic").get(f"{proxy.url}/").status_code == 200


def test_events_need_no_login_and_metrics_stay_inside(proxy: Proxy) -> None:
    for path in ("/v1/batch", "/v1/projects/k/settings", "/ca.js"):
        assert proxy.visitor().get(f"{proxy.url}{path}").text == f"Dagster {path}"
    for path in ("/metrics", "/v1", "/v2/batch"):
        assert "Dagster" not in proxy.visitor().get(f"{proxy.url}{path}").text


def test_login_limits_count_the_address_not_what_is_claimed(proxy: Proxy) -> None:
    visitor = proxy.visitor()
    form = {"name": "vic", "password": "wrong", "csrf": csrf_of(visitor.get(f"{proxy.url}/login").text)}
    codes = [visitor.post(f"{proxy.url}/login", data=form, headers={"X-Forwarded-For": f"9.9.9.{i}"}).status_code for i in range(6)]
    assert codes == [401] * 5 + [429]
