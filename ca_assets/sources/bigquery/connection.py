"""From a source's `url` and `credentials` to a client of BigQuery: what the url may say, who we are there, time-outs and limits.

`bigquery://project[/dataset]?location=EU&api_endpoint=https://…&storage_endpoint=https://…`. Dagster's BigQuery resource is not used:
this layer knows nothing of Dagster, and the resource takes neither an endpoint nor a key without writing that key to a file and changing
the process's environment. It makes the same `google.cloud.bigquery.Client`. Belongs here: the connection. What is asked over it does not.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, unquote, urlsplit

from google.auth.credentials import AnonymousCredentials, Credentials
from google.auth.exceptions import DefaultCredentialsError
from google.cloud import bigquery
from google.oauth2 import service_account
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from ca_assets.shop import SourceConfig
from ca_assets.sources.databases import fill_placeholders
from ca_assets.sources.driver import Reading
from ca_assets.sources.errors import ErrorCode, SourceError

FORM = "bigquery://project/dataset?location=EU"
OPTIONS = ("location", "api_endpoint", "storage_endpoint")


class Limits(BaseSettings):
    """Limits from the environment (`CA_BIGQUERY_…`): bytes that a query may bill (default: the project's own limit), seconds that a
    job may take (and that a request may stay without an answer), seconds of retrying after transient errors."""

    model_config = SettingsConfigDict(env_prefix="CA_BIGQUERY_", extra="ignore", frozen=True)

    max_bytes: int | None = Field(default=None, ge=1)
    job_seconds: float = Field(default=600, gt=0)
    retry_seconds: float = Field(default=120, gt=0)


@dataclass(frozen=True)
class Address:
    """What the url says: project, default dataset, location of its jobs, and endpoints other than Google's public ones."""

    project: str
    dataset: str | None
    location: str | None
    endpoint: str | None
    storage_endpoint: str | None = None

    @property
    def is_plain(self) -> bool:
        """Whether the endpoint speaks without TLS (this machine only)."""
        return (self.endpoint or "").startswith("http://")

    @property
    def has_storage(self) -> bool:
        """Whether a storage API is known: Google's public one does not belong to an endpoint of somebody's own."""
        return self.endpoint is None or self.storage_endpoint is not None


@dataclass(frozen=True)
class Connection:
    """A client, who it is (None: the default of the machine), where it asks, and within which limits."""

    client: bigquery.Client
    credentials: Credentials | None
    address: Address
    limits: Limits

    def with_retry_limit(self, seconds: float) -> Connection:
        """The same, retrying for so many seconds at most."""
        return replace(self, limits=self.limits.model_copy(update={"retry_seconds": min(seconds, self.limits.retry_seconds)}))


@contextmanager
def connected(name: str, config: SourceConfig, reading: Reading) -> Iterator[Connection]:
    """A client for the source, closed with the block; nothing is asked yet. SourceError for a url, credentials or limits that are wrong."""
    limits = _limits(name)
    address = parse_address(name, fill_placeholders(name, config.url or "", reading))
    credentials = _credentials(name, config, address, reading)
    options = {"api_endpoint": address.endpoint} if address.endpoint else None
    try:
        client = bigquery.Client(address.project, credentials, location=address.location, client_options=options)
    except DefaultCredentialsError as error:
        said = " ".join(str(error).split())[:200]
        hint = (
            "set `credentials: ${NAME}` (the text of a service account's key) "
            "or application default credentials (GOOGLE_APPLICATION_CREDENTIALS, `gcloud auth application-default login`)"
        )
        raise SourceError(name, ErrorCode.ACCESS_DENIED, f"no Google account to read with ({said})", hint=hint) from None
    with closing(client):
        yield Connection(client, credentials, address, limits)


def _limits(name: str) -> Limits:
    try:
        return Limits()
    except ValidationError as error:
        first = error.errors()[0]
        what = f"CA_BIGQUERY_{str(first['loc'][0]).upper()} in the environment is wrong: {first['msg']}"
        raise SourceError(name, ErrorCode.BAD_CONFIG, what) from None


def parse_address(name: str, url: str) -> Address:
    """The parts of a url. SourceError when it is none of BigQuery's."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise SourceError(name, ErrorCode.BAD_CONFIG, "the url cannot be read", hint=f"write {FORM}") from None
    if parts.scheme != "bigquery" or not re.fullmatch(r"[\w.:-]+", parts.netloc):
        hint = f"write {FORM} (who we are there: `credentials: ${{NAME}}`)"
        raise SourceError(name, ErrorCode.BAD_CONFIG, "the url is not one of BigQuery's", hint=hint)
    dataset = unquote(parts.path.strip("/"))
    if "/" in dataset:
        hint = f"write {FORM} and name the table under `table`"
        raise SourceError(name, ErrorCode.BAD_CONFIG, "the url has more than a project and a dataset", hint=hint)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    unknown = sorted(set(options) - set(OPTIONS))
    if unknown:
        hint = f"it may have {', '.join(OPTIONS)}"
        raise SourceError(name, ErrorCode.BAD_CONFIG, f"the url has {unknown[0]!r}, which is not known", hint=hint)
    endpoints = (_endpoint(name, option, options.get(option)) for option in OPTIONS[1:])
    return Address(parts.netloc, dataset or None, options.get("location") or None, *endpoints)


def _endpoint(name: str, option: str, endpoint: str | None) -> str | None:
    if not endpoint:
        return None
    try:
        parts = urlsplit(endpoint)
        host = parts.hostname or ""
        is_url = parts.port != 0
    except ValueError:
        host, is_url = "", False
    if not is_url or not host or parts.scheme not in ("http", "https") or "@" in parts.netloc or "\\" in endpoint:
        what = f"{option} in the url is not an address such as https://bigquery.googleapis.com"
        raise SourceError(name, ErrorCode.BAD_CONFIG, what)
    if parts.scheme == "http" and not _is_loopback(host):
        what = f"{option} {parts.scheme}://{parts.netloc} would send rows and credentials in the clear"
        raise SourceError(name, ErrorCode.BAD_CONFIG, what, hint="use https")
    return endpoint.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _credentials(name: str, config: SourceConfig, address: Address, reading: Reading) -> Credentials | None:
    """The key's account; nobody for an endpoint of this machine; None for the machine's default account.

    Nothing of the key's text may show in a message.
    """
    if not config.credentials:
        return AnonymousCredentials() if address.is_plain else None  # type: ignore[no-untyped-call]
    text = fill_placeholders(name, config.credentials, reading)
    try:
        return service_account.Credentials.from_service_account_info(json.loads(text))  # type: ignore[no-untyped-call,no-any-return]
    except (ValueError, TypeError, KeyError, AttributeError):
        hint = "it must be the whole text of the JSON file that Google made for the account"
        raise SourceError(
            name, ErrorCode.ACCESS_DENIED, f"what {config.credentials} stands for is not the key of a service account", hint=hint
        ) from None
