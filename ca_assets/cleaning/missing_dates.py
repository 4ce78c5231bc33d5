"""Moments that stand for none: what databases and spreadsheets write where there is no date (docs/contract, section 2).

Belongs here: which texts and values these are. In which columns they are missing: every column of times but those in `REQUIRED_MOMENTS`.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import ibis

from ca_assets.cleaning.date_formats import date_pattern
from ca_assets.cleaning.parse import EPOCHS, OFFSET
from ca_assets.contracts.columns import Field

REQUIRED_MOMENTS = ("session_start_date", "delivery_date")  # there such a date is an error
DATES = ((0, 0, 0), (1, 1, 1), (1899, 12, 30), (1970, 1, 1))  # of MySQL, .NET and Java, spreadsheets, Unix
NOT_BEFORE = dt.datetime(1970, 1, 3, tzinfo=dt.UTC)  # their midnights in every zone lie before it


def is_missing_date(field: Field, text: Any, value: Any, date_format: str | None) -> Any | None:
    """Whether a cell (as in the source, and as it was read) stands for no date; None for columns in which none does."""
    if field.dtype != "time" or field.name in REQUIRED_MOMENTS:
        return None
    if not text.type().is_string():
        naive = [dt.datetime(*date) for date in DATES if date[0]]
        return text.cast("timestamp").isin([ibis.literal(moment) for moment in naive])
    # Looked at only where there is no moment or a very early one, which costs nothing where all dates are dates.
    is_early = value.isnull() | (value < ibis.literal(NOT_BEFORE))
    return is_early & text.re_search(_pattern(date_format))


def _pattern(date_format: str | None) -> str:
    """The regular expression of the texts of these dates at midnight."""
    if date_format is None:
        days = "|".join("-".join((f"{year:04}", f"{month:02}", f"{day:02}")) for year, month, day in DATES)
        return rf"\A(?:{days})(?:[T ]00:00(?::00(?:\.0+)?)?(?:{OFFSET})?)?\z"
    if date_format in EPOCHS:
        return rf"\A0+(?:\.(?:0+|0{{{EPOCHS[date_format]}}}\d*))?\z"  # cut to microseconds
    return "|".join(date_pattern(date_format, *date) for date in DATES)
