"""Texts as they are compared in a search: without case, accents, width and doubled blanks."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """NFKC, casefold, no combining marks, one blank between words (docs/contract, section 16); a text of marks alone stays as it is."""
    if text.isascii():
        return " ".join(text.lower().split()) or text
    decomposed = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join(unicodedata.normalize("NFKC", bare).casefold().split()) or text
