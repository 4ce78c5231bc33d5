"""A list as its URL says it: `/list/orders?hour=13&scope=country%3DFR&from=2024-02-01&to=2024-02-29&sort=-payment_amount&page=3`.

Nothing else carries state, so that a copied link works. `of` names the set (`analyses.core.members`), whose parameters stand beside it.
What does not exist is refused with a reason: a condition that was left out unseen would list other rows than those that are meant.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode

from ca_assets.analyses.core.members import ROW_KINDS, MemberSet, RowKind, member_sets
from ca_assets.on_demand.request import ListQuestion
from ca_dash.auth.security import safe_next
from ca_dash.components.states import Missing
from ca_dash.filters.url import ALL, MAX_PARAMETERS
from ca_dash.reports import ShopView

ROOT = "/list/"
DEFAULT_SETS: Mapping[RowKind, str] = {"orders": "orders", "customers": "buyers"}
OWN_PARAMETERS = ("of", "scope", "as_of", "from", "to", "sort", "page", "back")  # no set has a parameter of these names
PAGE_ROWS = 50
LONGEST_BACK = 2_000


@dataclass(frozen=True)
class ListState:
    """What a list's page shows. `sort`: a column (None: the list's own order); `page` from 1; `back`: the path that it was opened from."""

    members: MemberSet
    question: ListQuestion
    sort: str | None = None
    descending: bool = False
    page: int = 1
    back: str = ""

    @property
    def start(self) -> int:
        """Number of rows before the page."""
        return (self.page - 1) * PAGE_ROWS

    def at(self, page: int) -> ListState:
        """Another page of it."""
        return replace(self, page=page)

    def sorted_by(self, column: str, *, descending: bool) -> ListState:
        """Its first page in another order."""
        return replace(self, sort=column, descending=descending, page=1)


def kind_at(pathname: str | None) -> RowKind | None:
    """The rows of the list at a URL's path; None where there is no list."""
    path = "/" + (pathname or "/").strip("/")
    return next((kind for kind in ROW_KINDS if path == ROOT + kind), None)


def href(state: ListState, shop: ShopView | None) -> str:
    """The path and query of a list. `shop` decides what is its default; None: everything is said."""
    question = state.question
    pairs = {
        "of": question.members if question.members != DEFAULT_SETS[state.members.rows] else "",
        **dict(question.values),
        "scope": question.scope if question.scope != ALL else "",
        "from": question.days[0].isoformat() if question.days else "",
        "to": question.days[1].isoformat() if question.days else "",
        "as_of": question.last.isoformat() if shop is None or question.last != shop.report_date else "",
        "sort": f"{'-' if state.descending else ''}{state.sort}" if state.sort else "",
        "page": str(state.page) if state.page > 1 else "",
        "back": state.back,
    }
    query = urlencode([(name, text) for name, text in pairs.items() if text])
    return f"{ROOT}{state.members.rows}" + (f"?{query}" if query else "")


def parse(kind: RowKind, search: str | None, shop: ShopView) -> ListState:
    """The list of a URL's query. Raises Missing for what there is not."""
    pairs = parse_qsl((search or "").lstrip("?"), keep_blank_values=True)[:MAX_PARAMETERS]
    values = dict(pairs)
    own = {name: values.pop(name, "") for name in OWN_PARAMETERS}
    members = member_sets().get(own["of"] or DEFAULT_SETS[kind])
    if members is None or members.rows != kind:
        raise _no_list(f"there are no {kind} called {own['of'][:60]!r}")
    try:
        members.parse(values)
        question = ListQuestion(members.name, _scope(own, shop), _last(own, shop), _days(own, members), tuple(sorted(values.items())))
        page = _page(own["page"])
    except ValueError as error:
        raise _no_list(str(error)) from None
    sort = own["sort"]
    return ListState(members, question, sort.lstrip("-") or None, sort.startswith("-"), page, _back(own["back"]))


def _no_list(reason: str) -> Missing:
    return Missing(
        "This link leads to no list", f"{reason[:1].upper()}{reason[1:]}. Open the list again from the chart that it belongs to."
    )


def _scope(own: Mapping[str, str], shop: ShopView) -> str:
    scope = own["scope"] or shop.default_scope
    if scope != shop.default_scope and scope not in shop.scopes:
        raise ValueError(f"there is no filter {scope[:60]!r}")
    return scope


def _last(own: Mapping[str, str], shop: ShopView) -> dt.date:
    """The day whose end the list is of: any that has data, by default the newest report date. ValueError, Missing."""
    newest = shop.report_date
    if newest is None:
        raise Missing("No data yet", "Load a shop: ca sources apply shop.yaml, then ca load; or try ca demo.")
    last = _date(own["as_of"]) if own["as_of"] else newest
    if not (shop.first_day or last) <= last <= newest:
        raise ValueError(f"there are no data as of {last}")
    return last


def _days(own: Mapping[str, str], members: MemberSet) -> tuple[dt.date, dt.date] | None:
    if not own["from"] and not own["to"]:
        return None
    if not members.has_days:
        raise ValueError("this list is not of some days alone")
    first, last = _date(own["from"]), _date(own["to"])
    if first > last:
        raise ValueError("the days end before they begin")
    return first, last


def _back(text: str) -> str:
    """A path on this server, nothing else."""
    return text if len(text) <= LONGEST_BACK and safe_next(text) == text else ""


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text[:60]!r} is no day; write it as 2024-02-29") from None


def _page(text: str) -> int:
    if not text:
        return 1
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and int(text) >= 1):
        raise ValueError(f"{text[:60]!r} is no page")
    return int(text)
