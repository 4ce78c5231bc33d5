"""TLS as the url's ssl-mode says it, and a server that falls silent in the middle of an answer."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ca_assets.sources.errors import ErrorCode, SourceError
from ca_assets.sources.open import open_source
from ca_assets_tests.servers.mariadb import MariaDB, serving
from ca_assets_tests.sources.mysql.customers_table import Source

ROWS = 300_000
CIPHER = "SELECT VARIABLE_VALUE AS client, NOW() AS seen FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME = 'Ssl_cipher'"


@pytest.fixture(name="certificates", scope="module")
def _certificates() -> Iterator[Path]:
    """`server` and `other`: keys and certificates for 127.0.0.1 that vouch for themselves, where the server's user may read them."""
    with tempfile.TemporaryDirectory(prefix="ca-certificates-") as made:
        folder = Path(made)
        for name in ("server", "other"):
            words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}", "-addext"]
            files = ["-keyout", folder / f"{name}.key", "-out", folder / f"{name}.crt"]
            subprocess.run([*words, "subjectAltName=IP:127.0.0.1", *files], check=True, capture_output=True)
        for path in (folder, *folder.iterdir()):
            path.chmod(0o755)
        yield folder


@pytest.fixture(name="tls_server", scope="module")
def _tls_server(mariadb: MariaDB, certificates: Path) -> Iterator[MariaDB]:  # the session's one says whether there is MariaDB at all
    with serving(None, f"--ssl-cert={certificates}/server.crt", f"--ssl-key={certificates}/server.key") as server:
        yield server


def test_the_mode_of_the_url_holds(tls_server: MariaDB, certificates: Path, tmp_path: Path) -> None:
    source = Source(tls_server, tmp_path)
    url = source.url
    for mode, is_encrypted in (
        ("REQUIRED", True),
        ("DISABLED", False),
        (f"VERIFY_IDENTITY&ssl-ca={certificates}/server.crt", True),
    ):
        source.url = f"{url}?ssl-mode={mode}"
        assert [bool(row["client"]) for row in source.rows(query=CIPHER)] == [is_encrypted], mode
    source.url = f"{url}?ssl-mode=VERIFY_CA&ssl-ca={certificates}/other.crt"
    with pytest.raises(SourceError, match="ssl-ca=FILE for its authority") as caught:
        source.rows(query=CIPHER)
    assert caught.value.code == ErrorCode.UNREACHABLE and tls_server.password not in str(caught.value)


def test_a_server_that_falls_silent_ends_the_reading(tmp_path: Path, mariadb: MariaDB, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped while rows are on their way: the reading ends with an error, and the server, which goes on, is read again."""
    monkeypatch.setenv("CA_SOURCE_SILENCE_SECONDS", "0.5")
    monkeypatch.setenv("CA_SOURCE_CONNECT_SECONDS", "2")
    with serving() as server:
        source = Source(server, tmp_path)
        source.execute(f"CREATE TABLE t AS SELECT CONCAT(seq, REPEAT('x', 400)) AS client, NOW() AS seen FROM seq_1_to_{ROWS}")

        def stop(_name: str, _rows: int) -> None:
            os.kill(server.process.pid, signal.SIGSTOP)

        try:
            with pytest.raises(SourceError) as caught:
                open_source("customers", source.config(), source.reading(stop))
        finally:
            os.kill(server.process.pid, signal.SIGCONT)
        assert caught.value.code == ErrorCode.UNREACHABLE
        assert source.raw().rows == ROWS
