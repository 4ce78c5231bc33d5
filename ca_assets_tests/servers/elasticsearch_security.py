"""What an Elasticsearch with security on needs: an authority of our own, a certificate for 127.0.0.1, and a user, all made here.

Belongs here: making these files and the settings that name them. The password is kept as Elasticsearch's file realm wants it (PBKDF2).
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import ipaddress
import os
import ssl
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

ROUNDS = 10_000
USER, PASSWORD = "keeper", "tr0ub4dor&3 ünï"
LIMITED = "reader"  # may log in, and nothing else


@dataclass(frozen=True)
class Secured:
    """A secured server: the authority's certificate, and who may do everything."""

    ca_file: Path
    user: str = USER
    password: str = PASSWORD

    @property
    def context(self) -> ssl.SSLContext:
        """Trusts the authority alone."""
        return ssl.create_default_context(cafile=str(self.ca_file))

    @property
    def header(self) -> str:
        """Basic authorization of the user."""
        return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()


def secure(conf: Path) -> tuple[Secured, dict[str, object]]:
    """Put certificate, key, users and roles into a configuration folder; the settings that go with them."""
    authority, key = _authority("test authority")
    ca_file = conf / "ca.pem"
    ca_file.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    _certificate(conf, authority, key)
    (conf / "users").write_text(f"{USER}:{_hash(PASSWORD)}\n{LIMITED}:{_hash(PASSWORD)}\n")
    (conf / "users_roles").write_text(f"superuser:{USER}\n")
    tls = {"enabled": True, "certificate": "server.pem", "key": "server.key"}
    return Secured(ca_file), {
        "xpack.security.enabled": True,
        "xpack.security.authc.api_key.enabled": True,
        **{f"xpack.security.http.ssl.{name}": value for name, value in tls.items()},
    }


def foreign_authority(folder: Path) -> Path:
    """PEM file of an authority that signed nothing here."""
    file = folder / "foreign.pem"
    file.write_bytes(_authority("somebody else")[0].public_bytes(serialization.Encoding.PEM))
    return file


def _hash(password: str) -> str:
    salt = os.urandom(32)
    made = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ROUNDS, 32)
    return "{PBKDF2}" + "$".join([str(ROUNDS), *(base64.b64encode(each).decode() for each in (salt, made))])


def _builder(subject: str, issuer: str, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now, names = dt.datetime.now(dt.UTC), [x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]) for name in (subject, issuer)]
    builder = x509.CertificateBuilder().subject_name(names[0]).issuer_name(names[1]).public_key(key.public_key())
    span = dt.timedelta(days=1)
    return builder.serial_number(x509.random_serial_number()).not_valid_before(now - span).not_valid_after(now + span)


def _authority(name: str) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(name, name, key).add_extension(x509.BasicConstraints(True, 0), True)
    return builder.sign(key, hashes.SHA256()), key


def _certificate(conf: Path, authority: x509.Certificate, signer: ec.EllipticCurvePrivateKey) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = authority.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = _builder("server", str(issuer), key).add_extension(address, False).sign(signer, hashes.SHA256())
    (conf / "server.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    forms = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (conf / "server.key").write_bytes(key.private_bytes(*forms))
