"""Addresses of the search: `/search?q=tea` has all hits, `/search/product?value=4711` is the page of one term."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode

from ca_assets.analyses.search_terms.specs import Subject

ROOT = "/search"
KINDS = {"product": "Products", "client": "Customers", "promotion": "Promotions", "dimension": "Filters"}
NOUNS = {"product": "product", "client": "customer", "promotion": "promotion", "dimension": "filter"}
LONGEST = 20_000  # characters of a query


def kind_of(pathname: str | None) -> str | None:
    """The kind of term whose page is at a path, empty at the page of all hits; None where there is neither."""
    path = "/" + (pathname or "/").strip("/")
    return next((kind for kind in ("", *KINDS) if path == (f"{ROOT}/{kind}" if kind else ROOT)), None)


def text_of(search: str | None) -> str:
    """What is searched for."""
    return _first(search, "q")


def subject_of(kind: str, search: str | None) -> Subject:
    """What a term's page is about."""
    return Subject(kind, _first(search, "value"))


def href(kind: str, value: str) -> str:
    """The address of a term's page."""
    return f"{ROOT}/{kind}?{urlencode({'value': value})}"


def results_href(text: str) -> str:
    """The address of the page of all hits."""
    return f"{ROOT}?{urlencode({'q': text})}"


def _first(search: str | None, name: str) -> str:
    return parse_qs((search or "").lstrip("?")[:LONGEST], keep_blank_values=True).get(name, [""])[0]
