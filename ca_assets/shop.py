"""shop.yaml as a typed value (docs/contract, section 10): calendar, currency, report settings, sources and their mapping.

Belongs here: what the file may say, its defaults, and errors that name the key and the remedy.
Does not belong here: reading source data (`sources`), process settings such as URLs and folders (`settings`).
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from string import ascii_lowercase, ascii_uppercase
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from ca_assets.contracts.reserved import RESERVED_STEPS
from ca_assets.event_sources import KIND as EVENTS
from ca_assets.event_sources import EventsConfig, with_event_sources
from ca_assets.recipes.expand import expand_recipes
from ca_assets.recipes.recipe import RecipeError
from ca_assets.shop_values import Constant, Encoding, Words
from ca_assets.source_kinds import database_kinds, driver_modules
from ca_assets.zones import changes_of, zone_names, zone_of

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
PLACEHOLDER, PASSWORD_OPTION = re.compile(r"\$\{\w+\}"), re.compile(r"(?i)password=[^&]")
DATABASE_KINDS = database_kinds()
DATABASE_ONLY, FILES_ONLY, CSV_ONLY = ("url", "table", "credentials"), ("path",), ("encoding", "skip_rows", "delimiter")
WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class ShopError(ValueError):
    """shop.yaml cannot be used; the message names the key and what to do, in one or two lines."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _known_zone(name: str) -> str:
    if name == "localtime":
        raise ValueError("'localtime' is whatever zone this machine is set to, so figures would move with it; name it, as in Europe/London")
    if name not in zone_names():
        raise ValueError(f"{name!r} is not an IANA time zone; use a name such as Europe/London")
    return name


Zone = Annotated[str, AfterValidator(_known_zone)]


class Calendar(_Strict):
    """The business calendar: IANA time zone and first day of the week."""

    timezone: Zone = "UTC"
    week_start: Weekday = "monday"

    @property
    def zone(self) -> ZoneInfo:
        """The time zone as the standard library's object, from the pinned zone database."""
        return zone_of(self.timezone)

    @property
    def week_start_index(self) -> int:
        """0 for Monday .. 6 for Sunday."""
        return WEEKDAYS.index(self.week_start)

    def day_start(self, day: dt.date) -> dt.datetime:
        """The first instant of a business day, as an aware UTC datetime (01:00 where midnight does not exist)."""
        naive = dt.datetime.combine(day, dt.time())
        first = naive.replace(tzinfo=self.zone, fold=0).astimezone(dt.UTC)
        if first.astimezone(self.zone).replace(tzinfo=None) == naive:
            return first
        return _gap_end(naive, self.zone)  # midnight does not exist: the day begins where the clock jumps

    def has_day(self, day: dt.date) -> bool:
        """Whether the day has an instant: 2011-12-30 had none in Samoa, which changed sides of the date line."""
        return self.day_start(day) < self.day_start(day + dt.timedelta(days=1))

    def missing_days(self, first: dt.date, last: dt.date) -> tuple[dt.date, ...]:
        """The days first..last without an instant, in order."""
        jumps = (dt.date(1970, 1, 1) + dt.timedelta(microseconds=change.wall) for change in changes_of(self.timezone) if change.is_day_long)
        return tuple(day for day in (jump - dt.timedelta(days=1) for jump in jumps) if first <= day <= last and not self.has_day(day))

    def as_of(self, report_date: dt.date) -> dt.datetime:
        """The first instant of the day after `report_date`: rows with a moment before it are known (UTC)."""
        return self.day_start(report_date + dt.timedelta(days=1))

    def day_before(self, day: dt.date) -> dt.date:
        """The last real day before a day."""
        before = day - dt.timedelta(days=1)
        return before if self.has_day(before) else self.day_before(before)

    def require_day(self, day: dt.date) -> None:
        """ShopError when there was no such day."""
        if not self.has_day(day):
            raise ShopError(f"{day} is no day in {self.timezone}: its clocks were moved over it; give the day before or after")


def _gap_end(naive: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The instant at which the clock jumps over `naive` (bisection to the microsecond between the offsets around it)."""
    low = (naive - dt.timedelta(days=1)).replace(tzinfo=zone).astimezone(dt.UTC)
    high = (naive + dt.timedelta(days=1)).replace(tzinfo=zone).astimezone(dt.UTC)
    while high - low > dt.timedelta(microseconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone).replace(tzinfo=None) < naive:
            low = middle
        else:
            high = middle
    return high


class ReportSettings(_Strict):
    """The settings of docs/contract (section 10 and models.md), with its defaults; and how many days late rows of a database may come."""

    cohort_horizon: int = Field(15, ge=1, le=400)
    conversion_window_days: int = Field(30, ge=1, le=3650)
    conversion_steps: tuple[str, ...] | None = None
    survival_days: int = Field(365, ge=1, le=3650)
    scope_values: int = Field(50, ge=1, le=1000)
    top: int = Field(100, ge=1, le=10000)
    pair_orders: int = Field(5, ge=1)
    churn_repeat_customers: int = Field(5, ge=1)
    rfm_minimum: int = Field(100, ge=1)
    clv_weeks: int = Field(26, ge=1, le=104)
    clv_minimum: int = Field(500, ge=1)
    clv_days: int = Field(180, ge=1, le=3650)
    ab_window_days: int = Field(7, ge=1, le=365)
    search_floor: float = Field(0.4, ge=0, le=1)
    late_data_days: int = Field(7, ge=0, le=3650)


def _as_mapping(value: Any) -> Any:
    """A list of names means that ours and the source's agree."""
    return {name: name for name in value} if isinstance(value, list) else value


Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^\w[\w -]*$")]
Names = Annotated[dict[Name, str], BeforeValidator(_as_mapping)]


def _no_reserved_step(actions: dict[str, str]) -> dict[str, str]:
    for name, column in actions.items():
        if name in RESERVED_STEPS:
            raise ValueError(
                f"{name!r} is a step that every funnel has already, and both would be added up; "
                f"give the action another name, as in `{name}_action: {column}`"
            )
    return actions


Actions = Annotated[Names, AfterValidator(_no_reserved_step)]


def _no_currency_dimension(dimensions: dict[str, str]) -> dict[str, str]:
    if "currency" in dimensions:
        raise ValueError("'currency' is a dimension by itself where orders have two; map the column under `columns`, or name it otherwise")
    return dimensions


Dimensions = Annotated[Names, AfterValidator(_no_currency_dimension)]


def _known_kind(kind: str) -> str:
    known = driver_modules()
    if kind not in known:
        raise ValueError(f"{kind!r} is no kind of source; use one of {', '.join(known)}")
    return kind


SourceKind = Annotated[str, AfterValidator(_known_kind)]


class SourceConfig(_Strict):
    """One source: where it is, how its values are written, and our column names matched to its own (ours: theirs).

    Databases: `url` (best `${NAME}`, a secret), and `table` or `query`; BigQuery also `credentials` (`${NAME}` of a service account's key).
    Files: `path`, and `query` where their rows are not yet ours: one SELECT over the table `source`. Events: `path`, or `url` and `table`.
    """

    kind: SourceKind
    path: str | None = None
    url: str | None = None
    credentials: Annotated[str, Field(pattern=r"^\$\{\w+\}$")] | None = None
    query: str | None = None
    table: str | None = None
    timezone: Zone | None = None
    date_format: str | dict[str, str] | None = None
    decimal: Literal[".", ","] = "."
    thousands: Literal[".", ",", " ", "'", "_"] | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    encoding: Encoding | None = None
    skip_rows: int = Field(0, ge=0, le=1000)
    null_values: Words = ()
    true_values: Words = ()
    false_values: Words | Literal["*"] = ()
    versions: Literal["by_file"] | None = None
    guest_clients: Words = ()
    constants: dict[str, Constant] = {}
    columns: dict[str, str] = {}
    dimensions: Dimensions = {}
    actions: Actions = {}
    events: EventsConfig = EventsConfig()  # type: ignore[call-arg]

    @property
    def is_events(self) -> bool:
        """Whether its rows are built of events."""
        return self.kind == EVENTS

    @property
    def is_database(self) -> bool:
        """Whether its rows come from a server, which is asked for them, rather than from files."""
        return self.kind in DATABASE_KINDS

    @property
    def has_query(self) -> bool:
        """Whether its columns are those of a table or a query that runs when it is read: of a database, or of files with a `query`."""
        return self.is_database or (self.query is not None and not self.is_events)

    @property
    def is_read_together(self) -> bool:
        """Whether any of its files may change rows that come of others, so that all are read when one changed."""
        return self.query is not None or self.is_events

    @model_validator(mode="after")
    def _consistent(self) -> SourceConfig:
        _check_keys_of_kind(self)
        if self.is_database or (self.is_events and self.url):
            _check_database(self)
        elif not self.path:
            raise ValueError(f"kind {self.kind} needs `path`")
        if self.versions and (self.is_database or self.query):
            what = "a database" if self.is_database else "the result of `query`"
            raise ValueError(f"`versions` is about files, of which {what} has none; map `updated_at` instead, or leave it out")
        _check_fit(self)
        if self.thousands == self.decimal:
            raise ValueError("`thousands` and `decimal` are the same sign; name two different ones")
        return self

    def format_of(self, column: str) -> str | None:
        """The format of times of our `column` (an action: of its own name); None: ISO."""
        if isinstance(self.date_format, dict):
            return self.date_format.get(column.removeprefix("actions."))
        return self.date_format


def _check_keys_of_kind(config: SourceConfig) -> None:
    """No key that the kind cannot use: it would be ignored in silence."""
    keys: tuple[str, ...] = FILES_ONLY if config.is_database or (config.is_events and config.url) else DATABASE_ONLY
    keys += CSV_ONLY if config.kind != "csv" else ()
    keys += ("versions", *(("query",) if config.path else ())) if config.is_events else ("events",)
    keys += ("credentials",) if config.kind != "bigquery" else ()
    for key in keys:
        if key in config.model_fields_set and getattr(config, key) is not None:
            raise ValueError(f"`{key}` cannot be used with kind {config.kind}; leave it out")


def _check_fit(config: SourceConfig) -> None:
    """What fits a source to its values names columns that are mapped, each in one way."""
    both = [name for name in config.constants if name in config.columns]
    if both:
        raise ValueError(f"{both[0]!r} is under `constants` and under `columns`: one of them gives its value; leave the other out")
    if isinstance(config.date_format, dict):
        unknown = [name for name in config.date_format if name not in {*config.columns, *config.actions, *config.constants}]
        if unknown:
            raise ValueError(
                f"`date_format` has a format for {unknown[0]!r}, which is not mapped; its keys are our names of mapped columns"
            )


def _check_database(config: SourceConfig) -> None:
    """A database needs a url without a password in it, and either a table or a query."""
    if not config.url:
        raise ValueError(
            f"kind {config.kind} needs `url`: write `url: ${{SHOP_DATABASE_URL}}` and set that variable, or `ca connections add`"
        )
    if (config.table is None) == (config.query is None):
        raise ValueError(f"kind {config.kind} needs either `table` or `query`")
    if _has_password(config.url):
        raise ValueError(
            "`url` holds a password, which does not belong in this file: set it as an environment variable (or `ca connections add`) "
            "and write `url: ${SHOP_DATABASE_URL}`"
        )


def _has_password(url: str) -> bool:
    """Whether a password is written out in a url, before its host or as an option; `${NAME}` is none."""
    plain = PLACEHOLDER.sub("", url)
    given = plain.partition("://")[2].rpartition("@")[0].partition(":")[2]
    return bool(given) or bool(PASSWORD_OPTION.search(plain))


class SourcesConfig(_Strict):
    """The four sources; sessions are required. `product_activity`: of events alone, never in shop.yaml."""

    sessions: SourceConfig
    customers: SourceConfig | None = None
    baskets: SourceConfig | None = None
    deliveries: SourceConfig | None = None
    product_activity: SourceConfig | None = None

    @model_validator(mode="before")
    @classmethod
    def _of_events(cls, sources: Any) -> Any:
        return with_event_sources(sources)


def _capitals(code: str) -> str:
    """A code of a currency: eur is EUR."""
    return code.translate(str.maketrans(ascii_lowercase, ascii_uppercase))


class Shop(_Strict):
    """A whole shop.yaml. `folder` is what relative paths are relative to (the file's own folder)."""

    name: str = "My shop"
    calendar: Calendar = Calendar()
    currency: Annotated[str, Field(min_length=1, max_length=16), AfterValidator(_capitals)] = "EUR"
    settings: ReportSettings = ReportSettings()  # type: ignore[call-arg]
    sources: SourcesConfig
    folder: Path = Path()

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Our names of the mapped dimensions, in mapped order."""
        return tuple(self.sources.sessions.dimensions)

    @property
    def actions(self) -> tuple[str, ...]:
        """Our names of the mapped session actions, in funnel order."""
        return tuple(self.sources.sessions.actions)

    @property
    def customer_actions(self) -> tuple[str, ...]:
        """Our names of the mapped customer actions, in funnel order (none without a customers source)."""
        return tuple(self.sources.customers.actions) if self.sources.customers else ()

    def mapped(self, source: str, column: str) -> bool:
        """Whether our `column` of `source` (sessions, customers, …) is mapped."""
        config: SourceConfig | None = getattr(self.sources, source)
        return config is not None and (column in config.columns or column in config.constants)


def parse_shop(text: str, folder: Path) -> Shop:
    """Read a shop.yaml's text, recipes in it expanded; ShopError names the key that is wrong and the remedy."""
    try:
        raw = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ShopError(f"shop.yaml is not valid YAML: {' '.join(str(error).split())}") from None
    if not isinstance(raw, dict):
        raise ShopError("shop.yaml is empty or not a mapping; begin with `sources:` (see examples/shop.yaml)")
    try:
        return Shop(**{**expand_recipes(raw), "folder": folder})
    except ValidationError as error:
        raise ShopError(_first_problems(error)) from None
    except (TypeError, RecipeError) as error:
        raise ShopError(f"shop.yaml: {error}") from None


def load_shop(path: Path) -> Shop:
    """Read a shop.yaml file; ShopError when it is missing or wrong."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ShopError(f"{path} does not exist") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ShopError(f"{path} cannot be read: {error}") from None
    try:
        return parse_shop(text, path.resolve().parent)
    except ShopError as error:
        raise ShopError(str(error).replace("shop.yaml", path.name, 1)) from None


def _words(kind: str, message: str) -> str:
    if kind == "extra_forbidden":
        return "no such key; correct its spelling or leave it out (examples/shop.yaml has every key)"
    return message.removeprefix("Value error, ")


def _first_problems(error: ValidationError) -> str:
    problems = [f"{'.'.join(map(str, e['loc']))}: {_words(e['type'], e['msg'])}" for e in error.errors()[:3]]
    return "shop.yaml: " + "; ".join(problems)
