"""Who may ask: the token of a request, its scope, its rate. The session of a browser counts for nothing here, and a token for no page.

All tokens that are not good now are refused in the same words, so that an answer tells nothing about which there are.
"""

from __future__ import annotations

import datetime as dt
import re

from flask import Request

from ca_assets.settings.database import Database, User
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.tokens import PREFIX, ApiToken, Rate, take, valid_token
from ca_dash.api.problems import Problem
from ca_dash.auth.security import is_loopback

SECRET_PARAMETERS = {"token", "access_token", "api_key", "apikey", "key", "authorization", "bearer", "auth"}
LOOKS_LIKE_TOKEN = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{20,}}")
BEARER = re.compile(rf"Bearer +({PREFIX}[A-Za-z0-9_-]{{20,200}})", re.IGNORECASE)
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="CustomerAnalytics API"'}


def caller(request: Request, database: Database, settings: ProcessSettings) -> tuple[ApiToken, User]:
    """The token of a request with its owner. Raises Problem."""
    _require_no_token_in_url(request)
    if not (request.is_secure or settings.api_plain_http or is_loopback(request)):
        raise Problem(403, "the API answers over HTTPS only, because a token that is sent in the clear is lost; see docs/api.md")
    match = BEARER.fullmatch(request.headers.get("Authorization", "").strip())
    known = valid_token(database, match[1]) if match else None
    if known is None:
        raise Problem(401, "send a valid token as the header “Authorization: Bearer ca_…”; it may be expired or revoked", CHALLENGE)
    return known


def require_scope(token: ApiToken, scope: str) -> None:
    """Raises Problem unless the token has the scope."""
    if scope not in token.scope_names:
        raise Problem(403, f"this token has not the scope {scope}; it has {token.scopes}", CHALLENGE)


def require_rate(database: Database, token: ApiToken, settings: ProcessSettings, cost: int) -> None:
    """Count the request; raises Problem with the seconds to wait when there were too many."""
    rate = Rate(settings.api_requests_per_minute, settings.api_burst)
    seconds = take(database, token.id, rate, cost, dt.datetime.now(dt.UTC))
    if seconds:
        raise Problem(429, f"this token has sent too many requests; wait {seconds} s", {"Retry-After": str(seconds)})


def _require_no_token_in_url(request: Request) -> None:
    """URLs end in logs and histories."""
    named = any(name.lower() in SECRET_PARAMETERS for name in request.args)
    if named or LOOKS_LIKE_TOKEN.search(request.full_path):
        raise Problem(400, "a token does not belong into a URL, which is kept in logs: revoke it, and send another one as a header")
