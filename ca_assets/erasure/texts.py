"""Ids in texts: how they may be written, finding them, and putting pseudonyms in their place.

An id counts where it stands alone: `c1` is not in `c12`. One of digits only counts as a whole value or between quotation marks, since
the same digits may be an amount or a number of rows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import quote, quote_plus


class Texts:
    """Ids with their pseudonyms."""

    def __init__(self, pseudonyms: Mapping[str, str]) -> None:
        self.pseudonyms = dict(pseudonyms)
        self._forms = {form: new for client, new in pseudonyms.items() for form in forms(client)}

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile("|".join(map(_alone, sorted(self._forms, key=len, reverse=True))))

    @cached_property
    def _bytes_pattern(self) -> re.Pattern[bytes]:
        return re.compile(b"|".join(_alone(form).encode() for form in sorted(self._forms, key=len, reverse=True)))

    def value(self, value: Any) -> Any:
        """A value that is an id, or has one in its text, with the pseudonym; JSON values are gone through. Numbers stay."""
        if isinstance(value, str):
            return self.pseudonyms[value] if value in self.pseudonyms else self.text(value)
        if isinstance(value, list | tuple):
            return [self.value(one) for one in value]
        if isinstance(value, dict):
            return {self.value(key): self.value(one) for key, one in value.items()}
        return value

    def text(self, text: str) -> str:
        """A text with the pseudonyms; one that is JSON stays JSON."""
        if not self._may_have(text):
            return text
        if text[:1] in "{[":
            try:
                return json.dumps(self.value(json.loads(text)), ensure_ascii=text.isascii())
            except ValueError:
                pass  # of another kind
        return self._pattern.sub(lambda match: self._forms[match[0]], text)

    def is_in(self, text: str) -> bool:
        """Whether an id is a text, or stands in it."""
        return text in self.pseudonyms or (self._may_have(text) and bool(self._pattern.search(text)))

    def is_in_bytes(self, data: Any) -> bool:
        """Whether an id stands in bytes (of a file, mapped or read)."""
        return bool(self._bytes_pattern.search(data))

    def is_anywhere_in(self, data: Any) -> bool:
        """Whether an id's bytes are anywhere in bytes that are no text, where values may stand without anything between them."""
        return any(form.encode() in data if isinstance(data, bytes) else data.find(form.encode()) >= 0 for form in self._forms)

    def _may_have(self, text: str) -> bool:
        return any(form in text for form in self._forms)


def forms(client: str) -> set[str]:
    """How an id may be written: as it is, in CSV (quotation marks doubled), each of these in JSON, and in a URL."""
    plain = {client, client.replace('"', '""')}
    quoted = {json.dumps(text, ensure_ascii=is_ascii)[1:-1] for text in plain for is_ascii in (True, False)}
    return plain | quoted | {quote(client, safe=""), quote_plus(client)}


def _alone(form: str) -> str:
    if form.isdigit():
        return rf"(?<=[\"']){form}(?=[\"'])"
    before = r"(?<![0-9A-Za-z])" if form[:1].isalnum() else ""
    return f"{before}{re.escape(form)}{r'(?![0-9A-Za-z])' if form[-1:].isalnum() else ''}"
