"""Who did something: the account, the browser, and where in the shop it happened; no more of a person than the settings allow."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from django.utils.crypto import salted_hmac

from oscar_hooks.conf import HookSettings, hook_settings
from oscar_hooks.values import text, without_nothing

ANONYMOUS_COOKIE: Final = "ajs_anonymous_id"  # of Segment's browser client, and of this app's middleware
ID_LENGTH: Final = 100
CAMPAIGN: Final = {"utm_source": "source", "utm_medium": "medium", "utm_campaign": "name", "utm_term": "term", "utm_content": "content"}
SALT: Final = "oscar_hooks."


@dataclass(frozen=True)
class Shopper:
    """The ids of a message (one of the two is always there) and its context."""

    user_id: str | None
    anonymous_id: str | None
    context: dict[str, Any] = field(default_factory=dict)


def shopper_of_request(request: Any, user: Any = None, email: str | None = None) -> Shopper:
    """Who made a request. `user` where the signal names one (who registers is not yet logged in), `email` where a guest gave one."""
    settings = hook_settings()
    user_id = account_id(user if user is not None else getattr(request, "user", None)) or guest_id(email, settings)
    return Shopper(user_id, anonymous_id(request, user_id), context_of(request, settings))


def shopper_of_order(order: Any) -> Shopper:
    """Whose order it is, when no request says it: a refund is made by the staff, and a command by nobody."""
    user_id = str(order.user_id) if order.user_id else guest_id(order.guest_email, hook_settings())
    return Shopper(user_id, None if user_id else keyed(f"order:{order.number}"), {"channel": "server"})


def account_id(user: Any) -> str | None:
    """The primary key of an account; None for who is not logged in."""
    return str(user.pk) if user is not None and user.is_authenticated else None


def guest_id(email: str | None, settings: HookSettings) -> str | None:
    """A guest's id: a hash of the address, keyed by the shop's SECRET_KEY, so that nobody else can try addresses."""
    return f"guest-{keyed(email.strip().lower())}" if email and settings.guest_ids else None


def anonymous_id(request: Any, user_id: str | None) -> str | None:
    """The browser's id: its cookie; else a keyed hash of the session. Who has neither and is not logged in is new at each click."""
    value = cookie_value(request) or getattr(request, "oscar_hooks_anonymous_id", None)
    if value:
        return text(value)[:ID_LENGTH]
    session_key = getattr(getattr(request, "session", None), "session_key", None)
    if session_key:
        return keyed(session_key)
    return None if user_id else str(uuid.uuid4())


def cookie_value(request: Any) -> str:
    """Segment's cookie; older browser clients write it quoted as JSON and for the URL."""
    value = unquote(request.COOKIES.get(ANONYMOUS_COOKIE, ""))
    if value.startswith('"'):
        try:
            value = str(json.loads(value))
        except ValueError:
            return ""
    return value.strip()


def context_of(request: Any, settings: HookSettings) -> dict[str, Any]:
    """Path, referring site without its query, campaign and browser. The address of the computer only where the shop chose so."""
    origin = urlsplit(request.META.get("HTTP_REFERER", ""))
    referrer = f"{origin.scheme}://{origin.netloc}{origin.path}" if origin.netloc else None
    campaign = without_nothing({name: request.GET.get(key) for key, name in CAMPAIGN.items()})
    context = {
        "channel": "server",
        "page": without_nothing({"path": request.path, "referrer": referrer}),
        "campaign": campaign or None,
        "userAgent": request.META.get("HTTP_USER_AGENT"),
        "ip": request.META.get("REMOTE_ADDR") if "ip" in settings.personal else None,
    }
    return without_nothing(context)


def traits_of(user: Any) -> dict[str, Any]:
    """What is said of an account: when it was made, and what the settings allow."""
    personal = hook_settings().personal
    name = user.get_full_name() if "name" in personal else None
    return without_nothing({"createdAt": user.date_joined, "email": user.email if "email" in personal else None, "name": name})


def keyed(value: str) -> str:
    """A hash that only this shop can make."""
    return str(salted_hmac(SALT, value, algorithm="sha256").hexdigest()[:32])
