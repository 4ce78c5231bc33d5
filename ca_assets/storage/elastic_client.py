"""Requests to Elasticsearch: how the client is made from the settings, and what is done about an answer that is a failure.

Every request goes through `Store.call`, so that none ends in an error of the client's own, and each is asked again while Elasticsearch
cannot just now. No log or representation shows a password or key. Does not belong here: what is asked of Elasticsearch.
"""

from __future__ import annotations

import base64
import copy
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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
from ca_assets.storage.elastic_faults import Missing, NotNow, fault, of_shards
from ca_assets.storage.elastic_patience import PUBLISHER_SECONDS, patiently
from ca_assets.storage.index import IndexUnavailable

JSON = "application/vnd.elasticsearch+json; compatible-with=8"
NDJSON = "application/vnd.elasticsearch+x-ndjson; compatible-with=8"
DEFAULT_PORTS = {"http": 9200, "https": 443}

logging.getLogger("elastic_transport").setLevel(logging.ERROR)  # it logs each attempt with a stack trace; the error that ends is ours


class Store:
    """One Elasticsearch (cluster): a client per process, made at first use, so that it survives a fork."""

    def __init__(self, settings: IndexSettings, patience_seconds: float = PUBLISHER_SECONDS) -> None:
        self.settings = settings
        self.prefix = settings.index_prefix
        self.patience_seconds = patience_seconds
        self._urls, self._login = _places(settings)
        self._clients: dict[int, Elasticsearch] = {}

    def __repr__(self) -> str:
        return f"Store({self.shown!r})"

    @property
    def shown(self) -> str:
        """The URLs without user and password."""
        return ",".join(self._urls)

    def patient(self, seconds: float) -> Store:
        """The same one, with the same connections, that asks again for so many seconds."""
        other = copy.copy(self)
        other.patience_seconds = seconds
        return other

    def call(
        self, method: str, path: str, body: Any = None, *, kind: str = JSON, seconds: float | None = None, once: bool = False, **params: Any
    ) -> Any:
        """A request, again while Elasticsearch cannot just now (unless `once`); the decoded answer.

        Raises Missing (404), IndexUnavailable; AlreadyThere, Late (408); Overloaded (429), Away (503) when patience has ended.
        """
        query = {name: _text(value) for name, value in params.items()}
        target = path + ("?" + "&".join(f"{name}={quote(value, safe='*,.')}" for name, value in query.items()) if query else "")
        return patiently(lambda: self._ask(method, target, body, kind, seconds), 0 if once else self.patience_seconds)

    def whole(self, method: str, path: str, **params: Any) -> Any:
        """As `call`, for an answer that must be of all shards: one of which a shard is missing is asked for again. Raises as `call`."""

        return patiently(lambda: self._of_all_shards(method, path, params), self.patience_seconds)

    def _of_all_shards(self, method: str, path: str, params: dict[str, Any]) -> Any:
        answer = self.call(method, path, once=True, **params)
        if answer["_shards"]["failed"]:
            raise of_shards(self.shown, answer["_shards"].get("failures", ()))
        return answer

    def close_point(self, point: str) -> None:
        """End a point in time; one that cannot be ended now ends by itself. Raises IndexUnavailable."""
        with suppress(Missing, NotNow):
            self.call("DELETE", "/_pit", {"id": point}, once=True)

    def _ask(self, method: str, target: str, body: Any, kind: str, seconds: float | None) -> Any:
        headers = {"accept": JSON} | ({"content-type": kind} if body is not None else {})
        with self._faults():
            client = self.client() if seconds is None else self.client().options(request_timeout=seconds)
            return client.perform_request(method, target, headers=headers, body=body).body

    def client(self) -> Elasticsearch:
        """The process's client (no request is made)."""
        pid = os.getpid()
        if pid not in self._clients:
            self._clients.clear()
            self._clients[pid] = _client(self._urls, self._login, self.settings)
        return self._clients[pid]

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
        if isinstance(error, TlsError) and "WRONG_VERSION" in _cause(error):
            return f"{self.shown} answers without TLS; write http:// in CA_INDEX_URL, or switch TLS on there"
        if isinstance(error, TlsError):
            return f"the certificate of {self.shown} is refused ({_cause(error)}); name the authority that signed it in CA_INDEX_CA_FILE"
        if isinstance(error, ConnectionTimeout):
            seconds = self.settings.index_timeout_seconds
            return f"Elasticsearch at {self.shown} did not answer within {seconds:g} s; look at its load and its log, then run it again"
        if isinstance(error, ConnectionError):
            hint = " (https:// where it has TLS)" if self.shown.startswith("http:") and "closed" in _cause(error) else ""
            return f"Elasticsearch cannot be reached at {self.shown} ({_cause(error)}); start it, or look at CA_INDEX_URL{hint}"
        return f"Elasticsearch at {self.shown} gave no usable answer ({_cause(error)})"


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
        retry_on_status=(502, 504),  # of proxies; 429 and 503 are for `elastic_patience`
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
