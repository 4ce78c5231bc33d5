"""Optional: gives each browser an id of its own, for shops without Segment's browser client, which sets the same cookie.

Without either, the clicks of a visitor who has no session yet cannot be told from those of others. It is a cookie: ask for consent where
the law wants it, by leaving this out or by a subclass whose `may_set` asks.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, Final

from django.utils.cache import patch_vary_headers

from oscar_hooks.shopper import ANONYMOUS_COOKIE

YEAR_SECONDS: Final = 365 * 24 * 3600


class AnonymousIdMiddleware:
    """Sets the cookie with the first answer, and the id for that request already."""

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        """Answer as the shop does, with a cookie for who has none."""
        if request.COOKIES.get(ANONYMOUS_COOKIE) or not self.may_set(request):
            return self.get_response(request)
        request.oscar_hooks_anonymous_id = str(uuid.uuid4())
        response = self.get_response(request)
        # Readable by the page's scripts, as Segment's own: it is not a secret and gives no access.
        response.set_cookie(
            ANONYMOUS_COOKIE, request.oscar_hooks_anonymous_id, max_age=YEAR_SECONDS, samesite="Lax", secure=request.is_secure()
        )
        patch_vary_headers(response, ("Cookie",))  # a cache must not hand one visitor's id to the next
        return response

    def may_set(self, request: Any) -> bool:
        """Whether this visitor may get the cookie."""
        return True
