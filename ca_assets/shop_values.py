"""Types of values in shop.yaml that YAML or Python would else take for something that was not meant: words, encodings, constants."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator


def _quoted_words(value: Any) -> Any:
    """Texts only: YAML reads an unquoted null, yes or 0 as something else than the text that the source holds."""
    for word in value if isinstance(value, list) else ():
        if not isinstance(word, str):
            raise ValueError(f'{word!r} is not a text to YAML; put it in quotes, as in ["NULL", "yes", "0"]')
    return value


Words = Annotated[tuple[str, ...], BeforeValidator(_quoted_words)]


def _known_encoding(name: str) -> str:
    try:
        "".encode(name)
    except (LookupError, ValueError):
        raise ValueError(f"{name!r} is no encoding that Python knows; use utf-8, windows-1252, utf-16 or the like") from None
    return name


Encoding = Annotated[str, AfterValidator(_known_encoding)]


def _constant_text(value: Any) -> Any:
    """A constant is read as a text of the source would be: `true` is the text true."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


Constant = Annotated[str, BeforeValidator(_constant_text)]
