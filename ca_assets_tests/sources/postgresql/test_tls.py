"""TLS as libpq's sslmode in the url says it: a server that has it is spoken to with it, one with a wrong certificate is refused."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ca_assets.sources.errors import SourceError
from ca_assets_tests.servers.postgresql import PostgreSQL, serving
from ca_assets_tests.sources.postgresql.customers_table import KINDS, Source


@pytest.fixture(name="tls_server", scope="module")
def _tls_server(postgresql: PostgreSQL) -> Iterator[PostgreSQL]:  # the session's one says whether there is PostgreSQL at all
    with serving() as server:
        for name in ("server", "other"):
            _certificate(server.folder, name)
        server.execute(f"ALTER SYSTEM SET ssl_cert_file = '{server.folder}/server.crt'")
        server.execute(f"ALTER SYSTEM SET ssl_key_file = '{server.folder}/server.key'")
        server.execute("ALTER SYSTEM SET ssl = on")
        server.execute("SELECT pg_reload_conf()")
        yield server


def _certificate(folder: Path, name: str) -> None:
    """A key and a certificate for 127.0.0.1 that vouches for itself."""
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}", "-addext"]
    files = ["-keyout", folder / f"{name}.key", "-out", folder / f"{name}.crt"]
    subprocess.run([*words, "subjectAltName=IP:127.0.0.1", *files], check=True, capture_output=True)
    owner = folder.stat()
    for ending in ("key", "crt"):
        os.chown(folder / f"{name}.{ending}", owner.st_uid, owner.st_gid)
        (folder / f"{name}.{ending}").chmod(0o600)


@pytest.mark.parametrize("kind", KINDS)
def test_the_mode_of_the_url_holds(tls_server: PostgreSQL, tmp_path: Path, kind: str) -> None:
    source = Source(tls_server, tmp_path)
    url, folder = source.url, tls_server.folder
    query = "SELECT ssl::text AS client, now() AS seen FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
    for mode, is_encrypted in (
        ("require", "true"),
        ("disable", "false"),
        (f"verify-full&sslrootcert={folder}/server.crt", "true"),
    ):
        source.url = f"{url}?sslmode={mode}"
        assert [row["client"] for row in source.rows(kind, query=query)] == [is_encrypted]
    source.url = f"{url}?sslmode=verify-full&sslrootcert={folder}/other.crt"
    with pytest.raises(
        SourceError, match=r"certificate verify failed; add sslmode=require .* sslrootcert=FILE for its authority"
    ) as caught:
        source.rows(kind, query=query)
    assert tls_server.password not in str(caught.value)
