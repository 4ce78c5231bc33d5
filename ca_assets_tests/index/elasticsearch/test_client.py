"""What people are told when Elasticsearch cannot be used, that no secret is shown, and how batches are split. Needs no Elasticsearch."""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import logging
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ca_assets.index.elasticsearch import bulk
from ca_assets.index.elasticsearch.client import ElasticClient
from ca_assets.index.elasticsearch.documents import BulkBatch, split_batch
from ca_assets.index.open import open_index
from ca_assets.index.protocol import IndexUnavailable
from ca_assets.settings.process import ProcessSettings

PASSWORD = "tr0ub4dor&3 ünï"


class Answers(BaseHTTPRequestHandler):
    """Speaks as Elasticsearch with a login: 401 without the right one, else its greeting."""

    def do_GET(self) -> None:
        """Answer anything."""
        seen.append(self.headers.get("authorization", ""))
        is_known = any(seen[-1].startswith(kind) for kind in expected)
        body = (
            {"version": {"number": "8.19.8"}} if is_known else {"error": {"type": "security_exception", "reason": "unable to authenticate"}}
        )
        data = json.dumps({**body, "status": 200 if is_known else 401}).encode()
        self.send_response(200 if is_known else 401)
        headers = {"X-elastic-product": "Elasticsearch", "Content-Type": "application/json", "Content-Length": str(len(data))}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


seen: list[str] = []
expected: list[str] = []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that signs itself, with its key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    builder = builder.not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = builder.add_extension(address, False).sign(key, hashes.SHA256())
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return file


@pytest.fixture
def tls_port(certificate: Path) -> Iterator[int]:
    """A server behind TLS."""
    seen.clear()
    expected[:] = ["Basic", "ApiKey"]
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def settings(**given: Any) -> ProcessSettings:
    return ProcessSettings(home=Path("/nowhere"), **given)


def greet(**given: Any) -> Any:
    return ElasticClient(settings(**given)).call("GET", "/")["version"]["number"]


def test_a_certificate_is_checked_by_the_named_authority(tls_port: int, certificate: Path) -> None:
    url = f"https://127.0.0.1:{tls_port}"
    with pytest.raises(IndexUnavailable, match=r"certificate .* is refused.*CA_INDEX_CA_FILE"):
        greet(index_url=url, index_user="u", index_password=PASSWORD)
    assert not seen, "no login was sent to a server that nobody vouches for"
    assert greet(index_url=url, index_user="u", index_password=PASSWORD, index_ca_file=certificate) == "8.19.8"
    assert seen[-1].startswith("Basic ")
    assert greet(index_url=url, index_api_key="a:b", index_ca_file=certificate) == "8.19.8"
    assert seen[-1].startswith("ApiKey ")
    assert greet(index_url=url, index_api_key="key", index_verify_certificates=False) == "8.19.8"


def test_a_login_inside_the_url_works_and_is_never_shown(tls_port: int, certificate: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    url = f"https://me:s3cret%40pw@127.0.0.1:{tls_port}"
    given = settings(index_url=url, index_ca_file=certificate)
    index = open_index(given)
    assert greet(index_url=url, index_ca_file=certificate) == "8.19.8"
    expected[:] = ["Never"]
    health = index.health()
    assert "refused the login" in health["problem"]
    with pytest.raises(IndexUnavailable) as error:
        index.current()
    texts = [repr(given), repr(index), str(health), str(error.value), repr(error.value.__cause__), caplog.text]
    assert not [text for text in texts if "s3cret" in text or "c2NyZXQ" in text or "s3cret%40" in text]


def test_secrets_in_settings_are_never_shown() -> None:
    given = settings(index_url="http://u:urlpw@h:1", index_user="u", index_password=PASSWORD, index_api_key="keykey")
    for text in (repr(given), str(given), repr(ElasticClient(given)), repr(open_index(given))):
        assert not any(secret in text for secret in (PASSWORD, "urlpw", "keykey"))


@pytest.mark.parametrize("url", ["ftp://x", "nonsense", "http://", "https://u:pw@"])
def test_a_wrong_url_is_told_without_showing_it(url: str) -> None:
    with pytest.raises(IndexUnavailable, match="CA_INDEX_URL is not a URL") as error:
        open_index(settings(index_url=url))
    assert "pw" not in str(error.value)


def test_nobody_there_is_one_line_and_health_does_not_raise() -> None:
    index = open_index(settings(index_url="http://127.0.0.1:9"))
    with pytest.raises(IndexUnavailable, match=r"cannot be reached at http://127.0.0.1:9 .*; start it"):
        index.current()
    health = index.health()
    assert (health["is_reachable"], health["is_writable"], health["generation"]) == (False, False, None)


def test_batches_in_memory_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many there are, at most one per connection and one more are in memory."""
    made, done = [0], [0]
    most: list[int] = []

    def accept(_client: object, _index: str, _batch: BulkBatch) -> None:
        most.append(made[0] - done[0])
        done[0] += 1

    def batches() -> Iterator[BulkBatch]:
        for _ in range(200):
            made[0] += 1
            yield BulkBatch(b"", 1)

    monkeypatch.setattr(bulk, "_post", accept)
    assert bulk.send_batches(ElasticClient(settings(index_url="http://127.0.0.1:9")), "i", batches()) == 200
    assert max(most) <= bulk.CONNECTIONS + 2


@pytest.mark.parametrize(("lines", "size"), [(2, 100), (2, 1), (1, 64), (1, 10_000)])
def test_a_batch_is_split_between_documents(lines: int, size: int) -> None:
    action = b'{"index":{}}\n' if lines == 2 else b'{"delete":{}}\n'
    documents = [action + b'{"x":"%s"}\n' % (b"y" * n) * (lines - 1) for n in range(12)]
    batch = BulkBatch(b"".join(documents), len(documents))
    pieces = split_batch(batch, size)
    assert b"".join(piece.data for piece in pieces) == batch.data
    assert sum(piece.documents for piece in pieces) == 12
    assert all(len(piece.data) <= size or piece.documents == 1 for piece in pieces)
    assert all(piece.data.startswith(action) for piece in pieces)
    assert (len(pieces) == 12) == (size == 1) and (len(pieces) == 1) == (size == 10_000)
