"""The provider of logins (OpenID Connect) that the settings name: which one, who we are there, and whom of its people it lets in.

Belongs here: whether what is set fits together. Does not belong here: speaking with the provider (`ca_dash.auth.provider`).
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from ca_assets.settings.process import ProcessSettings

CALLBACK = "/login/sso/callback"  # the path that providers lead back to: it must be registered there, after CA_PUBLIC_URL


class SignOnError(RuntimeError):
    """The settings of the login do not fit together; the message names the variable and says what to set."""


@dataclass(frozen=True)
class Provider:
    """Where people log in. `callback`: the URL that it leads back to; `domains`: in lower case."""

    issuer: str
    client_id: str
    client_secret: str | None = field(repr=False)
    label: str
    scopes: str
    domains: frozenset[str]
    ca_file: Path | None
    leeway_seconds: int
    home: str  # our address, which a log-out at the provider leads back to

    @property
    def callback(self) -> str:
        """The redirect URI."""
        return f"{self.home}{CALLBACK}"


def provider_of(settings: ProcessSettings) -> Provider | None:
    """The provider that is set; None where there is none. Raises SignOnError."""
    if not settings.oidc_issuer:
        if not settings.password_login:
            raise SignOnError("CA_PASSWORD_LOGIN=false lets nobody in without CA_OIDC_ISSUER: set it, or switch the password login on")
        return None
    if not settings.oidc_client_id:
        raise SignOnError("CA_OIDC_ISSUER is set without CA_OIDC_CLIENT_ID: set the id that the provider has for this application")
    if not settings.public_url:
        raise SignOnError(f"CA_OIDC_ISSUER needs CA_PUBLIC_URL: the provider leads back to that address, followed by {CALLBACK}")
    if "openid" not in settings.oidc_scopes.split():
        raise SignOnError("CA_OIDC_SCOPES must have openid among them")
    if not is_protected(settings.oidc_issuer):
        raise SignOnError("CA_OIDC_ISSUER must begin with https://: whoever can read the way could log in as anybody")
    secret = settings.oidc_client_secret
    return Provider(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=secret.get_secret_value() if secret else None,
        label=settings.oidc_label,
        scopes=settings.oidc_scopes,
        domains=frozenset(domain.strip().lower().lstrip("@") for domain in settings.oidc_create_domains.split(",") if domain.strip()),
        ca_file=settings.oidc_ca_file,
        leeway_seconds=settings.oidc_leeway_seconds,
        home=settings.public_url.rstrip("/"),
    )


def is_protected(url: object) -> bool:
    """Whether nobody can read or change what is sent to a URL on its way: https, or this machine itself."""
    try:
        parts = urlsplit(url if isinstance(url, str) else "")
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme == "https":
        return bool(host)
    try:
        is_here = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
    return parts.scheme == "http" and is_here
