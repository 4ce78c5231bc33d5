"""A shop with every source: two currencies, refunds, promotions, baskets, deliveries, nights when clocks change, hostile rows."""

from __future__ import annotations

import datetime as dt
import random

from ca_assets_tests.shops.builder import SampleShop

COUNTRIES = ("FR", "DE", "\U0001f600", "é", "", "IT", '"q""uote"', "=1+1")
# The night of 27 October has the hour from 01:00 twice, that of 31 March has it not at all.
TIMES = (
    "2024-10-27 01:30",
    "2024-10-27T00:59:59.999999",
    "2024-10-27 01:30:00+01:00",
    "2024-10-27T01:30Z",
    "2024-03-31 01:30",
    "2024-10-28",
)
START = dt.datetime(2024, 10, 20, 9, 30)
HEAD = "id,client,start,end,amount,discount,bought,promo,currency,refund,refunded,country,basket"
HOSTILE = (
    "s1,c1,2024-10-21 10:00,,20,,yes,,,,,FR,1",  # its id comes twice
    "h1,c1,2024-02-30,,1,,yes,,,,,FR,1",
    "h2,c1,2024-10-21 24:00,,1,,yes,,,,,FR,1",
    "h3,c1,2024-10-21,,1e309,,yes,,,,,FR,1",
    "h4,c1,2024-10-21,,-1,,yes,,,,,FR,1",
    "h5,c1,2024-10-21,,nan,,yes,,,,,FR,1",
    "h6,c1,2024-10-21,,+.5e1,,TRUE,,,,,FR,1",
    "h7,c1,2024-10-21,,5,,maybe,,,,,FR,1",
    "h8,c1,2024-10-21,,,,no,,,,,FR,1",
    "h9,c1,2024-10-21,,5,,yes,__other__,,,,FR,1",
    "h10,\u3000c1\u2003,2024-10-21,,5,,yes,,,,,FR,\tn ",
    "h11,c\0,2024-10-21,,5,,yes,,,,,FR,0",
    'h12,"c\n1",2024-10-21,,5,,yes,,,,,FR,0',
    "h13,c1,2024-10-21,,5,,yes",
    "h14,c1,1989-12-31,,5,,yes,,,,,FR,0",
    "h15,c1,2099-06-01 12:00,,5,,yes,,,,,FR,0",
    "h16,c1,2024-10-21T10:00:00.1234567 UTC,2024-10-21 11:00+0530,5,,yes,,,,,FR,0",
    "h17,c1,2024-10-21,,7,,no,,,,,FR,0",  # an amount without a purchase
    "H17,C1,2024-10-21,,1e-400,,y,,,,,fr,0",
)


def full_shop(sessions: int = 160) -> SampleShop:
    """The shop, the same each time."""
    dice = random.Random(11)
    rows = [_session(dice, number) for number in range(sessions)]
    return SampleShop(
        name="Full",
        timezone="Europe/London",
        week_start="sunday",
        currency="GBP",
        settings={"scope_values": 2, "top": 3, "pair_orders": 2, "churn_repeat_customers": 2, "rfm_minimum": 4}
        | {"survival_days": 30, "conversion_window_days": 5},
        sessions=_lines(HEAD, *rows, *HOSTILE, rows[3]),
        customers=_lines("client,download,signup,news", *(_customer(dice, number) for number in range(25)), "c1,x,,"),
        baskets=_lines("id,product,price,category,quantity,title", *(_line(dice, sessions) for _ in range(3 * sessions))),
        deliveries=_lines("id,delivered,packed,lat,lon", *(_delivery(dice, number) for number in range(0, sessions, 5))),
        dimensions=["country"],
        actions=["basket"],
        customer_actions=["news"],
        options={
            "customers": {"date_format": "%d %b %Y %I:%M:%S.%f %p"},
            "baskets": {"decimal": ",", "thousands": "."},
            "deliveries": {"timezone": "America/New_York"},
        },
    )


def _lines(*rows: str) -> bytes:
    return "\n".join([*rows, ""]).encode()


def _session(dice: random.Random, number: int) -> str:
    moment = START + dt.timedelta(minutes=dice.randrange(0, 60 * 24 * 21, 30))
    start = dice.choice(TIMES) if number % 9 == 0 else moment.isoformat(" ", "minutes")
    is_order = dice.random() < 0.6
    refund, refunded = (
        (str(dice.randrange(1, 9)), (moment + dt.timedelta(days=3)).isoformat()) if is_order and number % 7 == 0 else ("", "")
    )
    promo, money = dice.choice(("", "", "P1", "P2", "p2", "ü", "Z")), dice.choice(("", "GBP", "GBP", "EUR"))
    amounts = [f"{dice.randrange(1, 9999) / 100}" if is_order else "0", dice.choice(("", "0.1", "0.2", "1.005"))]
    flags = [dice.choice(("yes", "t", "1") if is_order else ("no", "F", "0")), dice.choice(COUNTRIES), dice.choice("01")]
    client = f"c{dice.randrange(30)}"
    return ",".join([f"s{number}", client, start, "", *amounts, flags[0], promo, money, refund, refunded, flags[1], flags[2]])


def _customer(dice: random.Random, number: int) -> str:
    first = START + dt.timedelta(hours=dice.randrange(-48, 24 * 12))
    later = [(first + dt.timedelta(minutes=dice.randrange(600))).strftime("%d %b %Y %I:%M:%S.%f %p") for _ in range(2)]
    return ",".join(
        [f"c{number}", first.strftime("%d %B %Y %I:%M:%S.5 %p").replace(" October ", " oct ").replace(" November ", " NOV "), *later]
    )


def _line(dice: random.Random, sessions: int) -> str:
    sku = dice.choice(("tea", "cup", "pot", "Ünï", "\U0001f600", "a b"))
    price = dice.choice(('"1,5"', '"1.234,05"', "7", '"0,1"'))
    return ",".join(
        [f"s{dice.randrange(sessions + 3)}", sku, price, dice.choice(("", "drinks", "Ä")), dice.choice(("", "2", '"0,5"')), sku.upper()]
    )


def _delivery(dice: random.Random, number: int) -> str:
    moment = START + dt.timedelta(hours=dice.randrange(24 * 25))
    return ",".join([f"s{number}", moment.isoformat(), dice.choice(("", moment.isoformat())), "51.5", "-0.1"])
