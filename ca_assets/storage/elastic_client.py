"""Requests to Elasticsearch: how the client is made from the settings, and its faults in words for people.

Every request goes through `Store.call`, so that none ends in an error of the client's own. No message, log or representation
shows a password or key. Does not belong here: what is asked of Elasticsearch.
"""

from __future__ import annotations

import base64
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import SplitResult, quote, unquote, urlsplit

from elastic_transport import TlsError
from elasticsearch import (
    ApiError,
    ConnectionError,
    ConnectionTimeout,
    Elasticsearch,
    OrjsonSerializer,
    TransportError,
    UnsupportedProductError,
)

from ca_assets.settings.index_settings import IndexSettings
from ca_assets.storage.index import IndexUnavailable

JSON = "application/vnd.elasticsearch+json; compatible-with=8"
NDJSON = "application/vnd.elasticsearch+x-ndjson; compatible-with=8"
DEFAULT_PORTS = {"http": 9200, "https": 443}
FULL_DISK = ("flood", "disk usage", "read-only-allow-delete", "read_only_allow_delete")  # in the reason of a write block


logging.getLogger("elastic_transport").setLevel(logging.ERROR)  # it logs each attempt with a stack trace; the error that ends is ours


class Missing(LookupError):
    """Elasticsearch answered 404: an index, alias or document is not there."""


class Overloaded(IndexUnavailable):
    """Elasticsearch asks to send less (429): try again later."""


class Late(IndexUnavailable):
    """What was waited for did not happen in time (408)."""


class Store:
    """One Elasticsearch (cluster): a client per process, made at first use, so that it survives a fork."""

    def __init__(self, settings: IndexSettings) -> None:
        self.settings = settings
        self.prefix = settings.index_prefix
        self._urls, self._login = _places(settings)
        self._client: tuple[int, Elasticsearch] | None = None

    def __repr__(self) -> str:
        return f"Store({self.shown!r})"

    @property
    def shown(self) -> str:
        """The URLs without user and password."""
        return ",".join(self._urls)

    def call(self, method: str, path: str, body: Any = None, *, kind: str = JSON, seconds: float | None = None, **params: Any) -> Any:
        """One request; the decoded answer. Raises Missing (404), Overloaded (429), IndexUnavailable."""
        query = {name: _text(value) for name, value in params.items()}
        target = path + ("?" + "&".join(f"{name}={quote(value, safe='*,.')}" for name, value in query.items()) if query else "")
        headers = {"accept": JSON} | ({"content-type": kind} if body is not None else {})
        with self._faults():
            client = self.client() if seconds is None else self.client().options(request_timeout=seconds)
            return client.perform_request(method, target, headers=headers, body=body).body

    def client(self) -> Elasticsearch:
        """The process's client (no request is made)."""
        if self._client is None or self._client[0] != os.getpid():
            self._client = (os.getpid(), _client(self._urls, self._login, self.settings))
        return self._client[1]

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except ApiError as error:
            raise fault(self.shown, error.status_code, error.body) from error
        except UnsupportedProductError as error:
            raise IndexUnavailable(f"{self.shown} answers, but is not Elasticsearch; look at CA_INDEX_URL") from error
        except TransportError as error:
            raise IndexUnavailable(self._unreachable(error)) from error

    def _unreachable(self, error: TransportError) -> str:
        if isinstance(error, TlsError):
            return f"the certificate of {self.shown} is refused ({_cause(error)}); name the authority that signed it in CA_INDEX_CA_FILE"
        if isinstance(error, ConnectionTimeout):
            seconds = self.settings.index_timeout_seconds
            return f"Elasticsearch at {self.shown} did not answer within {seconds:g} s; look at its load and its log, then run it again"
        if isinstance(error, ConnectionError):
            return f"Elasticsearch cannot be reached at {self.shown} ({_cause(error)}); start it, or look at CA_INDEX_URL"
        return f"Elasticsearch at {self.shown} gave no usable answer ({_cause(error)})"


def fault(place: str, status: int, body: Any) -> Exception:
    """An answer of failure (HTTP status, decoded body) as an exception with words for people."""
    kind, reason = reason_of(body)
    if kind == "cluster_block_exception" or "blocked by" in reason:
        return IndexUnavailable(blocked(place, reason))
    if "context_missing" in kind:
        return IndexUnavailable(f"reading from Elasticsearch at {place} was interrupted (a node went, or it took too long); read again")
    if status == 404:
        return Missing(reason or "not found")
    if status == 429:
        return Overloaded(f"Elasticsearch at {place} is overloaded ({reason[:200]}); run it again later, or give it more memory")
    if status == 408:
        return Late(f"Elasticsearch at {place} did not reach the wanted state in time")
    words = {
        401: f"{place} refused the login; check CA_INDEX_USER and CA_INDEX_PASSWORD, or CA_INDEX_API_KEY",
        403: f"{place} does not allow this to the user of CA_INDEX_USER or CA_INDEX_API_KEY: {reason[:300]}",
    }
    return IndexUnavailable(words.get(status, f"Elasticsearch at {place} refused a request ({status} {kind}): {reason[:500]}"))


def blocked(place: str, reason: str) -> str:
    """What to do about a write block."""
    if any(word in reason for word in FULL_DISK):
        return (
            f"the disk of Elasticsearch at {place} is full, so it refuses to write (flood-stage watermark); free or add disk space,"
            " then run it again. The block ends by itself; if it does not, set index.blocks.read_only_allow_delete to null"
        )
    return f"Elasticsearch at {place} refuses to write: {reason[:300]}; remove the block, then run it again"


def reason_of(body: Any) -> tuple[str, str]:
    """(type, reason) of an answer's error, with its innermost cause."""
    error = body.get("error", body) if isinstance(body, dict) else body
    if not isinstance(error, dict):
        return "", str(error or "")
    root = (error.get("root_cause") or [error])[0]
    cause = error
    while isinstance(cause.get("caused_by"), dict):
        cause = cause["caused_by"]
    texts = dict.fromkeys(str(each.get("reason")) for each in (error, root, cause) if each.get("reason"))
    return str(root.get("type") or error.get("type") or ""), ": ".join(texts)


def _places(settings: IndexSettings) -> tuple[list[str], tuple[str, str] | None]:
    """URLs without user and password, and these. Raises IndexUnavailable."""
    parts = [urlsplit(url.strip()) for url in (settings.index_url or "").split(",")]
    for part in parts:
        if part.scheme not in DEFAULT_PORTS or not part.hostname:
            raise IndexUnavailable("CA_INDEX_URL is not a URL such as https://search.example.org:9200")
    urls = [f"{p.scheme}://{_host(p)}:{p.port or DEFAULT_PORTS[p.scheme]}{p.path.rstrip('/')}" for p in parts]
    inside = next(((unquote(p.username), unquote(p.password or "")) for p in parts if p.username), None)
    password = settings.index_password
    return urls, (settings.index_user, password.get_secret_value()) if settings.index_user and password else inside


def _host(part: SplitResult) -> str:
    return f"[{part.hostname}]" if ":" in str(part.hostname) else str(part.hostname)


def _client(urls: list[str], login: tuple[str, str] | None, settings: IndexSettings) -> Elasticsearch:
    options: dict[str, Any] = {}
    if settings.index_api_key:
        options["api_key"] = settings.index_api_key.get_secret_value()
    elif login:
        encoded = base64.b64encode(":".join(login).encode()).decode()  # the client itself takes ASCII only
        options["headers"] = {"authorization": f"Basic {encoded}"}
    if urls[0].startswith("https"):
        options["verify_certs"] = settings.index_verify_certificates
        options["ssl_show_warn"] = False
        if settings.index_ca_file:
            options["ca_certs"] = str(settings.index_ca_file)
    return Elasticsearch(
        urls,
        **options,
        request_timeout=settings.index_timeout_seconds,
        http_compress=False,  # on loopback or in one data centre compressing costs more than it saves
        connections_per_node=8,
        max_retries=3,
        retry_on_status=(502, 503, 504),
        serializer=OrjsonSerializer(),
    )


def _cause(error: TransportError) -> str:
    """The innermost error of the connection, without the client's wrapping."""
    inner: BaseException = error.errors[-1] if error.errors else error
    while inner.__cause__ is not None:
        inner = inner.__cause__
    return " ".join(str(inner).split())[:200]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
