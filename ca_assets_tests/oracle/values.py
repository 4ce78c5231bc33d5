"""One text of a source → a text, a boolean or a number (docs/contract, section 2), or `Bad` with the reason.

Nothing here knows about columns being required, nor about rows; `moments` has the times.
"""

from __future__ import annotations

import math
import re
from unicodedata import category

LARGEST_AMOUNT = 1e15
RESERVED = ("__none__", "__other__")
# The characters with the Unicode property White_Space (str.strip() would also take U+001C..U+001F), and the byte order mark.
WHITE_SPACE = (
    "\t\n\x0b\x0c\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
)
TRUE = ("true", "t", "yes", "y", "1")
FALSE = ("false", "f", "no", "n", "0")
ALL_OTHERS = "*"
BLANKS = "".join(chr(code) for code in range(0x10000) if category(chr(code)) == "Zs")
# What a sign of shop.yaml for thousands stands for, where that is more than itself.
THOUSANDS = {" ": BLANKS, "'": "'\u2019"}


class Bad(ValueError):
    """The text cannot be that value."""


def trimmed(text: str) -> str | None:
    """Without white space around it; None when nothing is left."""
    return text.strip(WHITE_SPACE) or None


def read_text(text: str) -> str:
    """A text that may stay."""
    if "\0" in text:
        raise Bad("NUL in a text")
    if text in RESERVED:
        raise Bad(f"{text} is reserved")
    return text


def read_currency(text: str) -> str:
    """A currency code: a–z become A–Z, other letters stay."""
    return "".join(chr(ord(sign) - 32) if "a" <= sign <= "z" else sign for sign in read_text(text))


def read_bool(text: str, true_words: list[str] | None = None, false_words: list[str] | None = None) -> bool:
    """The source's own words, then true/false, t/f, yes/no, y/n, 1/0, all in any case; then `*`, which is all others."""
    low = text.lower()
    for words, value in ((true_words, True), (false_words, False)):
        if _any_case(text) in (_any_case(word) for word in words or () if word != ALL_OTHERS):
            return value
    if low in TRUE and text.isascii():
        return True
    if low in FALSE and text.isascii():
        return False
    for words, value in ((true_words, True), (false_words, False)):
        if ALL_OTHERS in (words or ()):
            return value
    raise Bad("not a boolean")


def _any_case(text: str) -> str:
    """In small letters, of which Greek has two for one capital."""
    return text.lower().replace("\u03c2", "\u03c3")


def read_number(text: str, decimal: str = ".", thousands: str | None = None) -> float:
    """ASCII sign, digits (thousands signs in groups of three), one decimal sign, exponent; finite; a currency may stand around it."""
    signs = THOUSANDS.get(thousands or "", thousands or "")
    plain = _without_currency(text)
    match = re.fullmatch(rf"([+-]?)([0-9{re.escape(signs)}]*)(?:{re.escape(decimal)}([0-9]*))?([eE][+-]?[0-9]+)?", plain)
    if match is None:
        raise Bad("not a number")
    sign, whole, fraction, exponent = match.groups()
    groups = re.split(f"[{re.escape(signs)}]", whole) if signs else [whole]
    if len(groups) > 1 and not (1 <= len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])):
        raise Bad("thousands signs not in groups of three")
    whole = "".join(groups)
    if not whole and not fraction:
        raise Bad("a number without digits")
    value = float(f"{sign}{whole or 0}.{fraction or 0}{exponent or ''}")
    if not math.isfinite(value):
        raise Bad("not finite")
    return value


def _without_currency(text: str) -> str:
    """The number without the one sign or code that may stand behind it, before it, or between it and its sign."""
    if length := _currency(text[-3:], text[-1:]):
        return _without_blank(text[:-length], -1)
    sign, rest = (text[:1], text[1:]) if text[:1] in ("+", "-") else ("", text)
    if length := _currency(rest[:3], rest[:1]):
        rest = _without_blank(rest[length:], 0)
    return sign + rest


def _currency(letters: str, sign: str) -> int:
    """How many characters a currency takes here: a code three, a sign one."""
    if re.fullmatch("[A-Z]{3}", letters):
        return 3
    return int(sign != "" and category(sign) == "Sc")


def _without_blank(text: str, place: int) -> str:
    """Without one blank at its beginning (place 0) or end (−1)."""
    if not text or text[place] not in BLANKS:
        return text
    return text[1:] if place == 0 else text[:-1]
