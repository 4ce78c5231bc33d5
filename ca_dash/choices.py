"""What pages let readers choose besides scope, range and as of. A choice is a key of the URL; its first option is the default.

A panel's report may hold a choice's name in braces (`cohorts/{cohort}_{event}`), a figure reads it from its Style.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Choice:
    """A choice: its key in the URL, its title, its options as (value, text). Many or long options are a list, few are buttons."""

    name: str
    title: str
    options: tuple[tuple[str, str], ...]
    is_list: bool = False
    idle_with: tuple[str, str] | None = None  # this choice decides nothing while another one (name, value) is chosen

    @property
    def default(self) -> str:
        """The value when the URL names none."""
        return self.options[0][0]

    @property
    def values(self) -> tuple[str, ...]:
        """All values."""
        return tuple(value for value, _ in self.options)


COHORT = Choice("cohort", "Cohorts by", (("weekly", "Week"), ("daily", "Day")), idle_with=("value", "revenue"))
EVENT = Choice(
    "event",
    "From and to",
    (
        ("0_1", "Download → 1st order"),
        ("1_2", "1st → 2nd order"),
        ("2_3", "2nd → 3rd order"),
        ("3_4", "3rd → 4th order"),
    ),
    is_list=True,
    idle_with=("value", "revenue"),
)
VALUE = Choice("value", "Show", (("share", "Share"), ("customers", "Customers"), ("revenue", "Revenue per customer")))
MEASURE = Choice("measure", "Measure", (("orders", "Orders"), ("units", "Units"), ("line_value", "Line value")))
CHOICES: Mapping[str, Choice] = {choice.name: choice for choice in (COHORT, EVENT, VALUE, MEASURE)}


def text_of(choice: Choice, value: str) -> str:
    """What an option is called."""
    return dict(choice.options).get(value, value)
