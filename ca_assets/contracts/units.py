"""What the values of a report's column are, so that a page can write a cell or an axis without guessing from the column's name; and the
length of a report's periods. Data only, for every reader.
"""

from __future__ import annotations

from typing import Literal, get_args

Grain = Literal["daily", "weekly", "monthly"]
GRAINS: tuple[Grain, ...] = get_args(Grain)

Unit = Literal[
    "count",  # a whole number of things that can be added up: orders, customers, rows
    "quantity",  # like a count, but not always whole: units sold by weight
    "money",  # an amount in the currency of the scope
    "rate",  # numerator / denominator of one row, 0 to 1, or a bound of its interval: written as per cent
    "share",  # a part of a whole, 0 to 1: written as per cent
    "change",  # a relative change: +0.1 is 10 % more
    "ratio",  # any other quotient: orders per customer, sessions per day, lift
    "minutes",  # elapsed real minutes
    "degrees",  # of latitude or longitude
    "hours",  # elapsed real hours
    "days",  # a number of calendar days
    "weeks",  # a number of calendar weeks
    "date",  # a calendar day in the shop's time zone
    "time",  # an instant (UTC)
    "hour_of_day",  # 0 to 23 on the shop's clock
    "number",  # a place in an order, or a number that names something: never added up, no thousands separators
    "text",
    "flag",  # true or false
    "by_row",  # depends on the row: the unit of the metric that the row's key names
]
UNITS: tuple[Unit, ...] = get_args(Unit)
UNITS_OF_TYPE: dict[str, frozenset[Unit]] = {
    "int": frozenset({"count", "days", "weeks", "hour_of_day", "number"}),
    "float": frozenset({"quantity", "money", "rate", "share", "change", "ratio", "minutes", "degrees", "hours", "days", "weeks", "by_row"}),
    "bool": frozenset({"flag"}),
    "date": frozenset({"date"}),
    "time": frozenset({"time"}),
    "str": frozenset({"text"}),
}
