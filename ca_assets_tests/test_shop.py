"""shop.yaml: defaults, mapping forms, and errors that name the key and the remedy."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from ca_assets.contracts.reserved import RESERVED_STEPS
from ca_assets.shop import Calendar, ShopError, SourceConfig, load_shop, parse_shop

SMALLEST = """
sources:
  sessions:
    kind: csv
    path: sessions.csv
    columns: {id: order_id, client: customer, session_start_date: at, payment_amount: amount, has_purchased: bought}
"""


def problem(text: str) -> str:
    with pytest.raises(ShopError) as caught:
        parse_shop(text, Path())
    return str(caught.value)


def test_smallest_file_has_the_contracts_defaults() -> None:
    shop = parse_shop(SMALLEST, Path("/shop"))
    assert (shop.calendar.timezone, shop.calendar.week_start, shop.settings.cohort_horizon, shop.settings.top) == ("UTC", "monday", 15, 100)
    assert shop.dimensions == shop.actions == shop.customer_actions == ()
    assert not shop.mapped("sessions", "promotion_id")
    assert not shop.mapped("baskets", "id")


def test_dimensions_and_actions_are_lists_or_mappings() -> None:
    text = SMALLEST + "    dimensions: [country, device]\n    actions: {basket: added, checkout: saw}\n"
    shop = parse_shop(text, Path())
    assert shop.dimensions == ("country", "device")
    assert shop.sources.sessions.dimensions["country"] == "country"
    assert list(shop.sources.sessions.actions.items()) == [("basket", "added"), ("checkout", "saw")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("- a", "not a mapping"),
        ("sources: [", "not valid YAML"),
        ("calendar: {timezone: Mars/Olympus}\n" + SMALLEST, "IANA"),
        ("calendar: {week_start: someday}\n" + SMALLEST, "week_start"),
        ("colour: red\n" + SMALLEST, "colour"),
        (SMALLEST.replace("    path: sessions.csv\n", ""), "path"),
        (SMALLEST + '    decimal: ","\n    thousands: ","\n', "thousands"),
        ("settings: {top: 0}\n" + SMALLEST, "top"),
    ],
)
def test_errors_name_the_key_or_the_remedy(text: str, words: str) -> None:
    message = problem(text)
    assert words in message
    assert "\n" not in message


@pytest.mark.parametrize("zone", ["calendar: {timezone: localtime}\n" + SMALLEST, SMALLEST + "    timezone: localtime\n"])
def test_the_machine_s_own_zone_is_no_time_zone(zone: str) -> None:
    message = problem(zone)
    assert "timezone: 'localtime' is whatever zone this machine is set to" in message and "Europe/London" in message


CUSTOMERS = "  customers: {kind: csv, path: c.csv, columns: {client: c, download_date: d}, actions: %s}\n"


@pytest.mark.parametrize("step", sorted(RESERVED_STEPS))
def test_no_action_has_the_name_of_a_step(step: str) -> None:
    message = problem(SMALLEST + f"    actions: {{basket: added, {step}: flag}}\n")
    assert f"sources.sessions.actions: {step!r} is a step that every funnel has" in message and f"`{step}_action: flag`" in message
    message = problem(SMALLEST + CUSTOMERS % f"[{step}]")
    assert f"sources.customers.actions: {step!r} is a step" in message and f"`{step}_action: {step}`" in message


def test_actions_of_other_names_are_accepted() -> None:
    shop = parse_shop(SMALLEST + "    actions: {purchased_action: purchased}\n" + CUSTOMERS % "[newsletter]", Path())
    assert (shop.actions, shop.customer_actions) == (("purchased_action",), ("newsletter",))


@pytest.mark.parametrize("path", sorted((Path(__file__).parents[1] / "examples").rglob("shop.yaml")), ids=lambda path: path.parent.name)
def test_example_shops_can_be_read(path: Path) -> None:
    assert load_shop(path).sources.sessions.columns


def test_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ShopError, match="does not exist"):
        load_shop(tmp_path / "shop.yaml")


@pytest.mark.parametrize(
    ("zone", "day", "start"),
    [
        ("Europe/London", dt.date(2024, 3, 31), "2024-03-31T00:00:00+00:00"),
        ("Europe/London", dt.date(2024, 4, 1), "2024-03-31T23:00:00+00:00"),
        ("America/Sao_Paulo", dt.date(2018, 11, 4), "2018-11-04T03:00:00+00:00"),  # midnight does not exist: 01:00 local
        ("America/Havana", dt.date(2024, 11, 3), "2024-11-03T04:00:00+00:00"),  # midnight occurs twice: the earlier one
        ("Pacific/Apia", dt.date(2011, 12, 30), "2011-12-30T10:00:00+00:00"),  # a day that never was
        ("Asia/Kathmandu", dt.date(2024, 1, 1), "2023-12-31T18:15:00+00:00"),
    ],
)
def test_a_day_begins_at_its_first_instant(zone: str, day: dt.date, start: str) -> None:
    assert Calendar(timezone=zone).day_start(day).isoformat() == start
    assert Calendar(timezone=zone).as_of(day - dt.timedelta(days=1)).isoformat() == start


def _database(url: str) -> str:
    return f"sources: {{sessions: {{kind: postgresql, table: s, url: '{url}'}}}}"


@pytest.mark.parametrize(
    "url", ["postgresql://me:hush@h/d", "postgresql://me:a${B}@h/d", "postgresql://h/d?user=me&password=hush", "redshift://me:h@sh@h/d"]
)
def test_a_password_in_the_file_is_refused_and_not_repeated(url: str) -> None:
    said = problem(_database(url))
    assert "`url` holds a password" in said and "${SHOP_DATABASE_URL}" in said and "hush" not in said


@pytest.mark.parametrize("url", ["${SHOP}", "postgresql://me:${PW}@h/d", "postgresql://me@h/d?sslmode=require", "bigquery://project/set"])
def test_secrets_by_name_are_no_passwords(url: str) -> None:
    assert parse_shop(_database(url), Path()).sources.sessions.url == url


def test_a_database_needs_its_url_and_one_of_table_and_query() -> None:
    assert "needs `url`" in problem("sources: {sessions: {kind: postgresql, table: s}}")
    assert "either `table` or `query`" in problem("sources: {sessions: {kind: bigquery, url: '${X}'}}")
    assert "either `table` or `query`" in problem("sources: {sessions: {kind: redshift, url: '${X}', table: t, query: SELECT 1}}")


@pytest.mark.parametrize(
    ("kind", "key", "value"),
    [
        ("csv", "url", "${SHOP}"),
        ("parquet", "table", "orders"),
        ("parquet", "encoding", "latin-1"),
        ("parquet", "delimiter", ";"),
        ("postgresql", "skip_rows", 1),
        ("postgresql", "path", "orders.csv"),
        ("postgresql", "credentials", "${KEY}"),
    ],
)
def test_a_key_that_the_kind_cannot_use(kind: str, key: str, value: object) -> None:
    where = {"url": "${SHOP}", "table": "orders"} if kind == "postgresql" else {"path": "s"}
    with pytest.raises(ValueError, match=f"`{key}` cannot be used with kind {kind}"):
        SourceConfig.model_validate({"kind": kind, **where, key: value})
