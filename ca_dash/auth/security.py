"""What every answer of the server carries and every form must prove: headers, CSRF tokens, safe redirects, set-up rights."""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask, Request, Response, abort, request, session
from flask.sessions import SecureCookieSessionInterface
from werkzeug.middleware.proxy_fix import ProxyFix

from ca_assets.settings.secrets import secret_file

FORWARDED = ("X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Forwarded", "Via")


class TlsAwareCookies(SecureCookieSessionInterface):
    """The session's cookie is `Secure` exactly for visitors who came over TLS: on a loopback address plain HTTP must work too."""

    def get_cookie_secure(self, app: Flask) -> bool:
        """Whether this request came over TLS (behind a proxy: to the proxy)."""
        return request.is_secure


def trust_proxies(server: Flask, hops: int) -> None:
    """Believe the X-Forwarded headers of so many proxies before us (`CA_PROXY_HOPS`); of none by default: anybody can send them."""
    if hops:
        server.wsgi_app = ProxyFix(server.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def content_security_policy(script_hashes: Sequence[str]) -> str:
    """Everything from this server only. Inline styles are needed by plotly and Mantine; inline scripts only by their hash."""
    directives = {
        "default-src": "'self'",
        "script-src": " ".join(["'self'", *dict.fromkeys(script_hashes)]),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def add_headers(server: Flask, script_hashes: Sequence[str]) -> None:
    """Give every answer of a server its security headers; what shows data is kept by no cache; the API says so itself.

    A page asks for dozens of figures as JSON, in which browsers run nothing: the headers about documents would be half of those bytes.
    """
    policy = content_security_policy(script_hashes)

    @server.after_request
    def _headers(response: Response) -> Response:
        response.headers["X-Content-Type-Options"] = "nosniff"
        if response.mimetype != "application/json":
            response.headers["Content-Security-Policy"] = policy
            response.headers["X-Frame-Options"] = "DENY"
            response.headers["Referrer-Policy"] = "same-origin"
            response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
            response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        if not request.path.startswith(("/_dash-component-suites/", "/assets/", "/login/static/", "/api/")):
            response.headers["Cache-Control"] = "no-store"
        return response


def csrf_token() -> str:
    """The token of this session, made at first use."""
    if "csrf" not in session:
        session["csrf"] = secrets.token_urlsafe(24)
    return str(session["csrf"])


def check_csrf() -> None:
    """End the request with 400 unless its form carries this session's token."""
    expected, given = session.get("csrf"), request.form.get("csrf", "")
    if not expected or not hmac.compare_digest(str(expected).encode(), given.encode()):
        abort(400, "This form is too old. Go back, load the page again and repeat.")


def safe_next(target: str | None) -> str:
    """Where to go after logging in: a path on this server, or the first page when it could lead elsewhere."""
    target = target or "/"
    parts = urlsplit(target)
    is_local = target.startswith("/") and not target.startswith("//") and not parts.scheme and not parts.netloc
    return target if is_local and "\\" not in target and target.isprintable() else "/"


def is_loopback(request: Request) -> bool:
    """Whether the request surely comes from this machine itself: loopback address, local host name, and no proxy before us.

    The host name is checked against DNS rebinding, the proxy headers because behind a proxy every request looks local.
    """
    if any(header in request.headers for header in FORWARDED):
        return False
    host = (urlsplit(f"//{request.host}").hostname or "").lower()
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return False
    return address.is_loopback and host in {"localhost", "127.0.0.1", "::1"}


def setup_token(home: Path) -> str:
    """The one-time token that a remote visitor needs for the set-up page: kept in `CA_HOME/setup_token`, readable by its owner."""
    return secret_file(home / "setup_token", 18)
