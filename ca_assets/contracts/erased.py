"""Customers that were erased, as what a load must know of them: a keyed hash of each id and the pseudonym in its place. Never the id."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ErasedClients:
    """`pseudonyms` by keyed hash; `inner`, `outer`: the key of the hash, in two parts. Without any nothing is hashed."""

    inner: str = field(default="", repr=False)
    outer: str = field(default="", repr=False)
    pseudonyms: Mapping[str, str] = field(default_factory=dict)

    def key(self, client: str) -> str:
        """SHA-256(outer ‖ hex SHA-256(inner ‖ client)): nested as HMAC (RFC 2104), of texts, so that engines compute it too."""
        inner = hashlib.sha256((self.inner + client).encode()).hexdigest()
        return hashlib.sha256((self.outer + inner).encode()).hexdigest()


NOBODY = ErasedClients()
