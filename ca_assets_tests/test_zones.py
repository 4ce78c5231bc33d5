"""The pinned zone database: what it has, and its offsets as tables."""

from __future__ import annotations

import datetime as dt

import pytest

from ca_assets.shop import Calendar, ShopError
from ca_assets.zones import PERIOD_MICROS, changes_of, offset_table, table_end, zone_names, zone_of

SECOND = 1_000_000


def looked_up(zone: str, moment: dt.datetime, *, is_wall: bool) -> int:
    """Hours by which the table says that the zone's clock is ahead (of an instant, or of a wall time that counts as UTC)."""
    table, micros = offset_table(zone, is_wall=is_wall), int(moment.replace(tzinfo=dt.UTC).timestamp()) * SECOND
    step = min(max((micros - table.begin) // table.length, 0), len(table.change) - 1)
    return (table.before if micros < table.change[step] else table.after)[step] // (3600 * SECOND)


def test_names_are_those_of_the_package() -> None:
    assert {"Europe/London", "UTC", "Pacific/Apia"} < zone_names() and "localtime" not in zone_names()
    with pytest.raises(KeyError):
        zone_of("localtime")


def test_a_country_that_keeps_summer_time() -> None:
    assert changes_of("America/Vancouver")[-1].at // SECOND == int(dt.datetime(2026, 3, 8, 10, tzinfo=dt.UTC).timestamp())
    assert dt.datetime(2026, 11, 11, 7, 30, tzinfo=dt.UTC).astimezone(Calendar(timezone="America/Vancouver").zone).day == 11
    assert table_end("Europe/London") == PERIOD_MICROS[1] < table_end("America/Vancouver") == table_end("UTC")


@pytest.mark.parametrize("zone", ["Europe/London", "Africa/Casablanca", "Pacific/Apia", "America/Argentina/Tucuman", "Antarctica/Troll"])
def test_the_table_says_what_the_zone_says(zone: str) -> None:
    for change in changes_of(zone):
        for second in (-86_400 * 3, -1, 0, 1, 86_400 * 3):
            moment = dt.datetime.fromtimestamp(change.at // SECOND + second, dt.UTC)
            ahead = moment.astimezone(zone_of(zone)).utcoffset()
            assert looked_up(zone, moment, is_wall=False) == (ahead or dt.timedelta()) // dt.timedelta(hours=1)


def test_wall_times_twice_and_never() -> None:
    spring, autumn = dt.datetime(2024, 3, 31, 1, 30), dt.datetime(2024, 10, 27, 1, 30)
    assert (looked_up("Europe/London", spring, is_wall=True), looked_up("Europe/London", autumn, is_wall=True)) == (0, 0)
    assert looked_up("Pacific/Apia", dt.datetime(2011, 12, 30), is_wall=True) == -10  # a day that never was: 24 hours later


def test_days_that_never_were() -> None:
    samoa, day = Calendar(timezone="Pacific/Apia"), dt.date(2011, 12, 30)
    assert samoa.missing_days(dt.date(2000, 1, 1), dt.date(2024, 1, 1)) == (day,)
    assert samoa.day_before(dt.date(2011, 12, 31)) == dt.date(2011, 12, 29)
    assert Calendar(timezone="Pacific/Kwajalein").missing_days(dt.date(1993, 1, 1), dt.date(1994, 1, 1)) == (dt.date(1993, 8, 21),)
    assert Calendar(timezone="Europe/London").missing_days(dt.date(1990, 1, 1), dt.date(2099, 1, 1)) == ()
    with pytest.raises(ShopError, match="2011-12-30 is no day in Pacific/Apia"):
        samoa.require_day(day)
