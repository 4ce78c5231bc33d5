"""A list and its URL: what is written is read again, and what does not exist is refused with a reason."""

from __future__ import annotations

import datetime as dt

import pytest

from ca_assets.analyses.core.members import ROW_KINDS, member_sets
from ca_assets.on_demand.request import ListQuestion
from ca_dash.components.states import Missing
from ca_dash.lists.url import DEFAULT_SETS, OWN_PARAMETERS, ListState, href, kind_at, parse
from ca_dash.reports import ShopView

NEWEST = dt.date(2024, 3, 13)
SHOP = ShopView("g", "Blue Kettle", "EUR", NEWEST, dt.date(2023, 9, 4), ("all", "country=DE", "country=a&b=c d"), (NEWEST,))
DAYS = (dt.date(2024, 2, 1), dt.date(2024, 2, 29))
PRODUCT = (("product", "Tea & “cake” =1+1 ?#%"),)
STATES = [
    ListState(member_sets()["orders"], ListQuestion("orders", "all", NEWEST)),
    ListState(member_sets()["orders"], ListQuestion("orders", "country=a&b=c d", DAYS[1], DAYS, (("hour", "13"), ("weekday", "0")))),
    ListState(member_sets()["product_orders"], ListQuestion("product_orders", "all", NEWEST, DAYS, PRODUCT), "payment_amount", True, 7),
    ListState(member_sets()["buyers"], ListQuestion("buyers", "country=DE", NEWEST), "client", back="/purchases?scope=country%3DDE"),
    ListState(
        member_sets()["cohort"],
        ListQuestion("cohort", "all", NEWEST, None, (("cohort", "2024-01-01"), ("event", "0_1"), ("grain", "weekly"), ("offset", "3"))),
    ),
]
HOSTILE = {
    "?hour=24": "'24' is no value of 'hour'",
    "?hour=1e3": "is no value",
    "?hour=٣": "is no value",
    "?hour=-1": "is no value",
    "?of=nothing": "no orders called 'nothing'",
    "?of=buyers": "no orders called 'buyers'",
    "?of=product_orders&product=": "is no value",
    "?hours=3": "There is no 'hours' here",
    "?%3Cscript%3E=1": "There is no '<script>' here",
    "?scope=country%3DXX": "no filter 'country=XX'",
    "?from=2024-02-30&to=2024-03-01": "is no day",
    "?from=2024-02-03&to=2024-02-01": "end before they begin",
    "?from=2024-02-03": "'' is no day",
    "?as_of=2024-03-14": "no data as of 2024-03-14",
    "?as_of=2023-09-03": "no data as of",
    "?page=0": "is no page",
    "?page=1;DROP": "is no page",
    f"?page={'9' * 400}": "is no page",
}


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.question.members)
@pytest.mark.parametrize("shop", [SHOP, None], ids=["short", "whole"])
def test_what_is_written_is_read_again(state: ListState, shop: ShopView | None) -> None:
    path, _, query = href(state, shop).partition("?")
    kind = kind_at(path)
    assert kind == state.members.rows
    assert parse(state.members.rows, f"?{query}", SHOP) == state


@pytest.mark.parametrize(("search", "reason"), HOSTILE.items())
def test_what_does_not_exist_is_refused(search: str, reason: str) -> None:
    with pytest.raises(Missing) as refusal:
        parse("orders", search, SHOP)
    assert reason in refusal.value.remedy


def test_what_a_set_needs_is_said() -> None:
    for search, reason in (("?of=cohort&event=0_1&grain=weekly", "'cohort' is missing"), ("?of=bridge&move=lapsed&month=x", "is no value")):
        with pytest.raises(Missing) as refusal:
            parse("customers", search, SHOP)
        assert reason in refusal.value.remedy
    with pytest.raises(Missing) as refusal:
        parse("customers", "?of=churn&state=lapsed&from=2024-01-01&to=2024-01-02", SHOP)
    assert "not of some days" in refusal.value.remedy


def test_paths_of_lists() -> None:
    assert [kind_at(path) for path in ("/list/orders", "/list/customers/", "/list", "/list/products", "/orders", None)] == [
        "orders",
        "customers",
        None,
        None,
        None,
        None,
    ]


def test_sets_can_be_named_in_a_url() -> None:
    """A set has no parameter of the URL's own names, and each kind of rows has the set that is meant without a name."""
    for name, members in member_sets().items():
        assert members.name == name and members.title
        assert not {parameter.name for parameter in members.parameters} & set(OWN_PARAMETERS)
    assert {kind: member_sets()[DEFAULT_SETS[kind]].rows for kind in ROW_KINDS} == {kind: kind for kind in ROW_KINDS}
