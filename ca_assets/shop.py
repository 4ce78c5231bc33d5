"""shop.yaml as a typed value (REPORTS.md section 10): calendar, currency, report settings, sources and their mapping.

Belongs here: what the file may say, its defaults, and errors that name the key and the remedy.
Does not belong here: reading source data (`sources`), process settings such as URLs and folders (`settings`).
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
SourceKind = Literal["csv", "parquet", "postgresql", "bigquery", "redshift", "events"]
PLACEHOLDER, PASSWORD_OPTION = re.compile(r"\$\{\w+\}"), re.compile(r"(?i)password=[^&]")
DATABASE_KINDS = ("postgresql", "redshift", "bigquery")
WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
RESERVED_STEPS = frozenset({"sessions", "purchased", "download", "signup", "session", "purchase", "first_session", "first_purchase"})


class ShopError(ValueError):
    """shop.yaml cannot be used; the message names the key and what to do, in one or two lines."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Calendar(_Strict):
    """The business calendar: IANA time zone and first day of the week."""

    timezone: str = "UTC"
    week_start: Weekday = "monday"

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError(f"{name!r} is not an IANA time zone; use a name such as Europe/London")
        return name

    @property
    def zone(self) -> ZoneInfo:
        """The time zone as the standard library's object."""
        return ZoneInfo(self.timezone)

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

    def as_of(self, report_date: dt.date) -> dt.datetime:
        """The first instant of the day after `report_date`: rows with a moment before it are known (UTC)."""
        return self.day_start(report_date + dt.timedelta(days=1))


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
    """The settings of REPORTS.md section 10, with its defaults; and how many days late rows of a database may come (SPEC section 1)."""

    cohort_horizon: int = Field(15, ge=1, le=400)
    conversion_window_days: int = Field(30, ge=1, le=3650)
    conversion_steps: tuple[str, ...] | None = None
    survival_days: int = Field(365, ge=1, le=3650)
    scope_values: int = Field(50, ge=1, le=1000)
    top: int = Field(100, ge=1, le=10000)
    pair_orders: int = Field(5, ge=1)
    churn_repeat_customers: int = Field(5, ge=1)
    late_data_days: int = Field(7, ge=0, le=3650)


def _as_mapping(value: Any) -> Any:
    """A list of names means that ours and the source's agree."""
    return {name: name for name in value} if isinstance(value, list) else value


Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^\w[\w -]*$")]
Names = Annotated[dict[Name, str], BeforeValidator(_as_mapping)]


class SourceConfig(_Strict):
    """One source: where it is, how its values are written, and our column names matched to its own (ours: theirs).

    Databases: `url` (best `${NAME}`, a secret), and `table` or `query`; BigQuery also `credentials` (`${NAME}` of a service account's key).
    """

    kind: SourceKind
    path: str | None = None
    url: str | None = None
    credentials: Annotated[str, Field(pattern=r"^\$\{\w+\}$")] | None = None
    query: str | None = None
    table: str | None = None
    timezone: str | None = None
    date_format: str | None = None
    decimal: Literal[".", ","] = "."
    thousands: Literal[".", ",", " ", "'", "_"] | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    columns: dict[str, str] = {}
    dimensions: Names = {}
    actions: Names = {}

    @model_validator(mode="after")
    def _consistent(self) -> SourceConfig:
        if self.kind in ("csv", "parquet", "events") and not self.path:
            raise ValueError(f"kind {self.kind} needs `path`")
        if self.kind in DATABASE_KINDS:
            _check_database(self)
        if self.thousands == self.decimal:
            raise ValueError("`thousands` and `decimal` are the same sign; name two different ones")
        if self.timezone is not None and self.timezone not in available_timezones():
            raise ValueError(f"timezone {self.timezone!r} is not an IANA time zone")
        return self


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
    """The four sources; sessions are required."""

    sessions: SourceConfig
    customers: SourceConfig | None = None
    baskets: SourceConfig | None = None
    deliveries: SourceConfig | None = None


class Shop(_Strict):
    """A whole shop.yaml. `folder` is what relative paths are relative to (the file's own folder)."""

    name: str = "My shop"
    calendar: Calendar = Calendar()
    currency: Annotated[str, Field(min_length=1, max_length=16)] = "EUR"
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
        return config is not None and column in config.columns


def parse_shop(text: str, folder: Path) -> Shop:
    """Read a shop.yaml's text; ShopError names the key that is wrong and the remedy."""
    try:
        raw = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ShopError(f"shop.yaml is not valid YAML: {' '.join(str(error).split())}") from None
    if not isinstance(raw, dict):
        raise ShopError("shop.yaml is empty or not a mapping; begin with `sources:` (see examples/shop.yaml)")
    try:
        return Shop(**{**raw, "folder": folder})
    except ValidationError as error:
        raise ShopError(_first_problems(error)) from None
    except TypeError as error:
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
