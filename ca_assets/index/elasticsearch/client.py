"""Requests to Elasticsearch: how the library's client is made from the settings, and which exception an error answer becomes.

Every request goes through `ElasticClient.call`, so that none ends in an error of the library's own, and each is retried (`retry`).
No log or representation shows a password or key. Does not belong here: what is requested.
"""

from __future__ import annotations

import base64
import copy
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import quote, unquote, urlsplit

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

from ca_assets.index.elasticsearch.errors import NotFound, error_from_response, error_from_shard_failures
from ca_assets.index.elasticsearch.retry import PUBLISHER_SECONDS, TRANSPORT_RETRY, TransientError, call_with_retry
from ca_assets.index.protocol import IndexUnavailable
from ca_assets.settings.process import IndexSettings

JSON = "application/vnd.elasticsearch+json; compatible-with=8"
NDJSON = "application/vnd.elasticsearch+x-ndjson; compatible-with=8"
DEFAULT_PORTS = {"http": 9200, "https": 443}

logging.getLogger("elastic_transport").setLevel(logging.ERROR)  # it logs each attempt with a stack trace; the error that ends is ours


class ElasticClient:
    """One Elasticsearch (cluster): a library client per process, made at first use, so that it survives a fork."""

    def __init__(self, settings: IndexSettings, retry_seconds: float = PUBLISHER_SECONDS) -> None:
        self.settings = settings
        self.prefix = settings.index_prefix
        self.retry_seconds = retry_seconds
        self._urls, self._login = _urls_and_login(settings)
        self._clients: dict[int, Elasticsearch] = {}

    def __repr__(self) -> str:
        return f"ElasticClient({self.display_url!r})"

    @property
    def display_url(self) -> str:
        """The URLs without user and password."""
        return ",".join(self._urls)

    def with_retry_seconds(self, seconds: float) -> ElasticClient:
        """The same one, over the same connections, that retries for so many seconds."""
        other = copy.copy(self)
        other.retry_seconds = seconds
        return other

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        content_type: str = JSON,
        timeout_seconds: float | None = None,
        retry: bool = True,
        **params: Any,
    ) -> Any:
        """The decoded answer to a request with query parameters, which is retried (`retry`) unless told otherwise.

        Raises NotFound (404), IndexUnavailable, AlreadyExists, WaitTimeout (408); after retries Overloaded (429), NodeUnavailable (503).
        """
        query = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in params.items()}
        target = path + ("?" + "&".join(f"{name}={quote(value, safe='*,.')}" for name, value in query.items()) if query else "")
        return call_with_retry(
            lambda: self._request(method, target, body, content_type, timeout_seconds), self.retry_seconds if retry else 0
        )

    def call_all_shards(self, method: str, path: str, **params: Any) -> Any:
        """As `call`, for an answer that must be of all shards: one of which a shard is missing is retried too. Raises as `call`."""

        def call() -> Any:
            """One try; a shard without an answer is an error that may pass."""
            answer = self.call(method, path, retry=False, **params)
            if answer["_shards"]["failed"]:
                raise error_from_shard_failures(self.display_url, answer["_shards"].get("failures", ()))
            return answer

        return call_with_retry(call, self.retry_seconds)

    def close_point_in_time(self, point_id: str) -> None:
        """Close a point in time; one that cannot be closed now expires. Raises IndexUnavailable."""
        with suppress(NotFound, TransientError):
            self.call("DELETE", "/_pit", {"id": point_id}, retry=False)

    def _request(self, method: str, target: str, body: Any, content_type: str, timeout_seconds: float | None) -> Any:
        headers = {"accept": JSON} | ({"content-type": content_type} if body is not None else {})
        with self._own_errors():
            library = self._library_client()
            if timeout_seconds is not None:
                library = library.options(request_timeout=timeout_seconds)
            return library.perform_request(method, target, headers=headers, body=body).body

    def _library_client(self) -> Elasticsearch:
        """The process's client (no request is made)."""
        pid = os.getpid()
        if pid not in self._clients:
            self._clients.clear()
            self._clients[pid] = _make_library_client(self._urls, self._login, self.settings)
        return self._clients[pid]

    @contextmanager
    def _own_errors(self) -> Iterator[None]:
        try:
            yield
        except ApiError as error:
            raise error_from_response(self.display_url, error.status_code, error.body) from error
        except UnsupportedProductError as error:
            raise IndexUnavailable(f"{self.display_url} answers, but is not Elasticsearch; look at CA_INDEX_URL") from error
        except TransportError as error:
            raise IndexUnavailable(self._unreachable_message(error)) from error

    def _unreachable_message(self, error: TransportError) -> str:
        url, cause = self.display_url, _innermost_cause(error)
        if isinstance(error, TlsError) and "WRONG_VERSION" in cause:
            return f"{url} answers without TLS; write http:// in CA_INDEX_URL, or switch TLS on there"
        if isinstance(error, TlsError):
            return f"the certificate of {url} is refused ({cause}); name the authority that signed it in CA_INDEX_CA_FILE"
        if isinstance(error, ConnectionTimeout):
            seconds = self.settings.index_timeout_seconds
            return f"Elasticsearch at {url} did not answer within {seconds:g} s; look at its load and its log, then run it again"
        if isinstance(error, ConnectionError):
            hint = " (https:// where it has TLS)" if url.startswith("http:") and "closed" in cause else ""
            return f"Elasticsearch cannot be reached at {url} ({cause}); start it, or look at CA_INDEX_URL{hint}"
        return f"Elasticsearch at {url} gave no usable answer ({cause})"


def _urls_and_login(settings: IndexSettings) -> tuple[list[str], tuple[str, str] | None]:
    """URLs without user and password, and these. Raises IndexUnavailable."""
    parts = [urlsplit(url.strip()) for url in (settings.index_url or "").split(",")]
    for part in parts:
        if part.scheme not in DEFAULT_PORTS or not part.hostname:
            raise IndexUnavailable("CA_INDEX_URL is not a URL such as https://search.example.org:9200")
    hosts = [f"[{part.hostname}]" if ":" in str(part.hostname) else str(part.hostname) for part in parts]
    urls = [
        f"{part.scheme}://{host}:{part.port or DEFAULT_PORTS[part.scheme]}{part.path.rstrip('/')}"
        for part, host in zip(parts, hosts, strict=True)
    ]
    login_in_url = next(((unquote(part.username), unquote(part.password or "")) for part in parts if part.username), None)
    password = settings.index_password
    return urls, (settings.index_user, password.get_secret_value()) if settings.index_user and password else login_in_url


def _make_library_client(urls: list[str], login: tuple[str, str] | None, settings: IndexSettings) -> Elasticsearch:
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
        **TRANSPORT_RETRY,
        request_timeout=settings.index_timeout_seconds,
        http_compress=False,  # on loopback or in one data centre compressing costs more than it saves
        connections_per_node=8,
        serializer=OrjsonSerializer(),
    )


def _innermost_cause(error: TransportError) -> str:
    """Text of the innermost error of the connection, without the library's wrapping."""
    inner: BaseException = error.errors[-1] if error.errors else error
    while inner.__cause__ is not None:
        inner = inner.__cause__
    return " ".join(str(inner).split())[:200]
