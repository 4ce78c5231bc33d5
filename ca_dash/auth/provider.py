"""Speaking OpenID Connect with a provider: the authorization code flow with PKCE (RFC 7636), by Authlib.

What Authlib leaves to its callers is done here: the discovery document must be the issuer's own, its addresses protected, the signature
asymmetric, and the answer of this issuer (RFC 9207). Belongs here: proving who somebody is. Does not belong here: who may come in.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Mapping
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.base_client.errors import MismatchingStateError, OAuthError
from authlib.integrations.flask_client import FlaskOAuth2App, OAuth
from authlib.oauth2.rfc6749 import OAuth2Token
from flask import Flask, request, session
from joserfc.errors import JoseError
from werkzeug.wrappers import Response

from ca_assets.settings.people.identities import Person, verified_email
from ca_assets.settings.people.single_sign_on import Provider, is_protected

NAME = "sso"
STATES = f"_state_{NAME}_"  # how Authlib's entries in the session begin
METADATA_SECONDS, RETRY_SECONDS, TIMEOUT_SECONDS = 3_600, 10, 10
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint", "end_session_endpoint")
NEEDED = ENDPOINTS[:3]
ALGORITHMS = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
)  # the provider's key alone makes them
BROKEN = (AuthlibBaseError, JoseError, ValueError, KeyError, TypeError)  # what answers that are none end in
log = logging.getLogger(__name__)


class SignOnFailed(RuntimeError):
    """Nobody was proven to be anybody; the message is for who tried, `reason` one word for the log."""

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class _Client(FlaskOAuth2App):  # type: ignore[misc]
    """Authlib's client, whose discovery document is checked and read again each hour: keys and addresses change."""

    issuer = ""
    _failed_at = -float("inf")

    def load_server_metadata(self) -> dict[str, Any]:
        """The checked document. Raises requests.RequestException and SignOnFailed."""
        if time.time() - self.server_metadata.get("_loaded_at", 0) < METADATA_SECONDS:
            known: dict[str, Any] = self.server_metadata
            return known
        if time.monotonic() - self._failed_at < RETRY_SECONDS:
            raise requests.ConnectionError("it could not be reached a moment ago")
        try:
            self.server_metadata = self._discovered()
        except (requests.RequestException, SignOnFailed):
            self._failed_at = time.monotonic()
            raise
        return self.server_metadata

    def _discovered(self) -> dict[str, Any]:
        with self._get_session() as asking:
            answer = asking.request("GET", self._server_metadata_url, withhold_token=True)
            answer.raise_for_status()
            document = answer.json()
        if not isinstance(document, dict) or document.get("issuer") != self.issuer:
            raise SignOnFailed("The provider is not the one of CA_OIDC_ISSUER. An admin of the server must look at it.", "issuer")
        if not all(document.get(name) for name in NEEDED) or not all(
            is_protected(document[name]) for name in ENDPOINTS if name in document
        ):
            raise SignOnFailed("The provider's addresses are not protected. An admin of the server must look at it.", "endpoints")
        offered = document.get("id_token_signing_alg_values_supported") or ["RS256"]
        document["id_token_signing_alg_values_supported"] = [name for name in ALGORITHMS if name in offered]
        return document | {"_loaded_at": time.time()}

    def _get_oauth_client(self, **metadata: Any) -> Any:
        methods = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if self.client_secret is None:
            method = "none"
        else:
            method = "client_secret_basic" if "client_secret_basic" in methods else "client_secret_post"
        return super()._get_oauth_client(**{**metadata, "token_endpoint_auth_method": method})


class SignOn:
    """The login at one provider."""

    def __init__(self, server: Flask, provider: Provider) -> None:
        self.provider = provider
        options = {"scope": provider.scopes, "code_challenge_method": "S256", "default_timeout": TIMEOUT_SECONDS}
        if provider.ca_file:
            options["verify"] = str(provider.ca_file)
        client: _Client = OAuth(server).register(
            NAME,
            client_id=provider.client_id,
            client_secret=provider.client_secret,
            server_metadata_url=f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs=options,
            client_cls=_Client,
        )
        client.issuer = provider.issuer
        self._client = client

    def begin(self) -> Response:
        """Lead the browser to the provider. State, nonce and PKCE's verifier are in its session; earlier ones go. SignOnFailed."""
        for name in [name for name in session if name.startswith(STATES)]:
            session.pop(name)
        try:
            answer: Response = self._client.authorize_redirect(self.provider.callback)
        except (SignOnFailed, requests.RequestException, *BROKEN) as error:
            raise self._failure(error) from error
        return answer

    def finish(self) -> tuple[Person, str]:
        """Who the provider's answer, this request, proves, and its token that says so. Raises SignOnFailed."""
        issuer = request.args.get("iss")
        if issuer is not None and issuer != self.provider.issuer:
            raise SignOnFailed("The answer is of another provider. Begin again.", "mix-up")
        claims = {"iss": {"essential": True, "value": self.provider.issuer}, "aud": {"essential": True, "value": self.provider.client_id}}
        try:
            if not any(name == f"{STATES}{request.args.get('state')}" for name in session):
                raise MismatchingStateError
            token = self._client.authorize_access_token(claims_options=claims, leeway=self.provider.leeway_seconds)
            return self._person(token), str(token["id_token"])
        except (SignOnFailed, requests.RequestException, *BROKEN) as error:
            raise self._failure(error) from error

    def logout_url(self, id_token: str) -> str | None:
        """Where the session at the provider is ended; None where it offers no such thing, or cannot be asked."""
        try:
            if "end_session_endpoint" not in self._client.load_server_metadata():
                return None
        except (requests.RequestException, SignOnFailed):
            return None
        hints = {"id_token_hint": id_token, "client_id": self.provider.client_id}
        return str(self._client.create_logout_url(post_logout_redirect_uri=f"{self.provider.home}/login", **hints)["url"])

    def _person(self, token: OAuth2Token) -> Person:
        claims = token.get("userinfo")
        if claims is None or not isinstance(claims.get("sub"), str):
            raise SignOnFailed("The provider did not say who you are. Begin again.", "no id token")
        if "email" not in claims and "userinfo_endpoint" in self._client.server_metadata:
            told = self._client.userinfo(token=token)
            if told.get("sub") != claims["sub"]:
                raise SignOnFailed("The provider said two things about who you are. Begin again.", "subjects differ")
            claims = {**told, **claims}
        return _person_of(claims, self.provider.issuer)

    def _failure(self, error: Exception) -> SignOnFailed:
        """What to tell: nothing of the answer, which may hold tokens or be an attacker's text."""
        label = self.provider.label
        if isinstance(error, SignOnFailed):
            return error
        log.warning("the login at the provider failed: %s", type(error).__name__)
        if isinstance(error, MismatchingStateError):
            return SignOnFailed("This login took too long, or was begun in another window. Begin again.", "state")
        if isinstance(error, requests.RequestException):
            return SignOnFailed(f"{label} cannot be reached now. Try again in a minute; if it stays so, tell an admin.", "unreachable")
        if isinstance(error, OAuthError):
            code = str(error.error)
            if code == "access_denied":
                return SignOnFailed(f"The login was cancelled at {label}.", "cancelled")
            shown = code if re.fullmatch(r"[a-z_]{1,40}", code) else "error"
            return SignOnFailed(f"{label} refused the login ({shown}). Begin again.", shown)
        return SignOnFailed(f"The answer of {label} could not be verified. Begin again; if it stays so, tell an admin.", "not verified")


def _person_of(claims: Mapping[str, Any], issuer: str) -> Person:
    email = verified_email(claims.get("email"), claims.get("email_verified"))
    name = next((claims[key] for key in ("preferred_username", "name") if isinstance(claims.get(key), str)), "")
    told = claims.get("email")
    unverified = told[:320] if isinstance(told, str) and told.isprintable() and not email else ""
    return Person(issuer=issuer, subject=claims["sub"], email=email, unverified=unverified, name=name)
