"""What is left out of an event before it is written: names, addresses, phone numbers, e-mail addresses, IP addresses, query strings.

The lists are settings. A hashed value is a keyed hash (HMAC-SHA256) of its trimmed lower-case text: a customer stays the same customer, and
without the key of this installation nobody can find out who by trying addresses.
Belongs here: rules on values. Does not belong here: which events are good (`messages`).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from typing import Any

EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}\.[^@\s.]{2,63}")
EMAIL_WITHIN = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,255}")
USER_INFO = re.compile(r"(?<=://)[^/@]*@")
TRAITS = "traits"
QUERY_NAMES = ("search",)  # a page's query string without its address
KEEP, DROP, HASH, ENTER_TRAITS, QUERY = range(5)
REMEMBERED_NAMES = 4_096
LONGEST_NAME = 64
LONGEST_SCHEME = 16


class Privacy:
    """The rules of an installation: names that are dropped, names whose values are hashed, and the key of the hash."""

    def __init__(self, dropped: Iterable[str], hashed: Iterable[str], key: bytes) -> None:
        drops = {_plain(name) for name in dropped}
        self._dropped = {name for name in drops if not name.startswith(f"{TRAITS}.")}
        self._dropped_traits = {name.removeprefix(f"{TRAITS}.") for name in drops}
        self._hashed = {_plain(name) for name in hashed}
        self._key = key
        self._rules: tuple[dict[str, int], dict[str, int]] = ({}, {})  # by name: outside of traits, and in them

    def clean(self, message: dict[str, Any]) -> dict[str, Any]:
        """The event without what must not be kept; the one given stays as it is."""
        return self._object(message, is_traits=False)

    def hashed(self, text: str) -> str:
        """What stands for a text: `hashed-` and 32 hexadecimal digits."""
        return f"hashed-{hmac.new(self._key, text.strip().lower().encode(), hashlib.sha256).hexdigest()[:32]}"

    def clean_text(self, text: str) -> str:
        """A text of unknown content, its e-mail addresses hashed."""
        return EMAIL_WITHIN.sub(lambda match: self.hashed(match.group()), text)

    def _object(self, values: dict[str, Any], *, is_traits: bool) -> dict[str, Any]:
        """Runs for every value of every event: scalars are decided here, without a call."""
        cleaned, rules = {}, self._rules[is_traits]
        for name, value in values.items():
            rule = rules.get(name)
            if rule is None:
                rule = self._rule(name, is_traits)
            if rule == KEEP:
                kind = type(value)
                is_plain = kind is not dict and kind is not list and not (kind is str and ("/" in value or "@" in value))
                cleaned[name] = value if is_plain else self._value(value, is_traits=is_traits)
            elif rule != DROP and (other := self._changed(rule, value)) is not None:
                cleaned[name] = other
        return cleaned

    def _changed(self, rule: int, value: Any) -> Any:
        """A value of a name that has a rule; None: it goes."""
        if rule == ENTER_TRAITS:
            return self._value(value, is_traits=True)
        if rule == QUERY:
            return f"?{kept}" if isinstance(value, str) and (kept := _campaign(value.lstrip("?"))) else ""
        return self.hashed(value) if isinstance(value, str) and value else None

    def _value(self, value: Any, *, is_traits: bool) -> Any:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, dict):
            return self._object(value, is_traits=is_traits)
        if isinstance(value, list):
            return [self._value(item, is_traits=is_traits) for item in value]
        return value

    def _text(self, text: str) -> str:
        if text.startswith("/") or "://" in text[:LONGEST_SCHEME]:  # an address, not a text that mentions one
            return clean_url(text)
        if "@" in text and EMAIL.fullmatch(text.strip()):
            return self.hashed(text)  # whatever its name is: also an id that is an address
        return text

    def _rule(self, name: str, is_traits: bool) -> int:
        plain, rule = _plain(name), KEEP
        if plain in self._hashed:
            rule = HASH
        elif plain in (self._dropped_traits if is_traits else self._dropped):
            rule = DROP
        elif plain == TRAITS:
            rule = ENTER_TRAITS
        elif plain in QUERY_NAMES:
            rule = QUERY
        if len(name) <= LONGEST_NAME:  # names come from outside: what is remembered of them must not grow for ever
            rules = self._rules[is_traits]
            if len(rules) >= REMEMBERED_NAMES:
                rules.clear()
            rules[name] = rule
        return rule


def clean_url(text: str) -> str:
    """An address without fragment, without user and password, and of its query only the campaign's `utm_…`."""
    address, mark, query = text.partition("#")[0].partition("?")
    address = USER_INFO.sub("", address, count=1)
    kept = _campaign(query) if mark else ""
    return f"{address}?{kept}" if kept else address


def _campaign(query: str) -> str:
    """The `utm_…` parts of a query string, but for values that hold an e-mail address."""
    parts = query.partition("#")[0].split("&")
    return "&".join(part for part in parts if part[:4].lower() == "utm_" and "@" not in part and "%40" not in part)


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "").replace(" ", "")
