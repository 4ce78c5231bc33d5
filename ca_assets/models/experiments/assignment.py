"""Who is held out: by a fixed hash of the salt and the customer's id, so that anybody with both finds the same arms again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

SPACE = 2**64


def held_out(clients: Iterable[str], salt: str, holdout_share: float) -> NDArray[np.bool_]:
    """Whether each customer is held out: the first 8 bytes of SHA-256 of `salt`, a zero byte and the id, below share × 2^64.

    Independent of order and of who else there is; another salt gives arms that have nothing to do with these.
    """
    bound, prefix = int(holdout_share * SPACE), hashlib.sha256(salt.encode() + b"\0")

    def number(client: str) -> int:
        digest = prefix.copy()
        digest.update(client.encode())
        return int.from_bytes(digest.digest()[:8], "big")

    return np.fromiter((number(client) < bound for client in clients), dtype=bool)
