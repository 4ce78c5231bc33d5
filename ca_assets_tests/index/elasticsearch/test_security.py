"""A real Elasticsearch with security on: TLS by an authority of our own, users, API keys, and what people are told when these are wrong."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from ca_assets.index.elasticsearch.client import ElasticClient
from ca_assets.index.open import open_index
from ca_assets.index.protocol import IndexUnavailable
from ca_assets.lake.lake import Lake
from ca_assets.settings.process import ProcessSettings
from ca_assets_tests.index.elasticsearch.support import publish_all, rows_of
from ca_assets_tests.index.test_index_contract import value
from ca_assets_tests.servers.elasticsearch import Node, NoServer, start
from ca_assets_tests.servers.elasticsearch_security import LIMITED, PASSWORD, USER, foreign_authority
from ca_assets_tests.servers.elasticsearch_shared import or_skip

PREFIX = "shop-"
ENOUGH = {"cluster": ["monitor"], "indices": [{"names": [f"{PREFIX}*"], "privileges": ["all"]}]}  # stated in docs/deployment.md
READ_ONLY = {"cluster": [], "indices": [{"names": [f"{PREFIX}*"], "privileges": ["read", "view_index_metadata"]}]}


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    """A secured server."""
    try:
        cluster = start(heap="400m", is_secured=True)
    except NoServer as error:
        or_skip(error)
    yield cluster.nodes[0]
    cluster.stop()


@pytest.fixture
def secured(node: Node, settings: ProcessSettings) -> Iterator[ProcessSettings]:
    """Settings of its user; its indexes are removed afterwards."""
    assert node.secured
    login = {"index_user": USER, "index_password": PASSWORD, "index_ca_file": node.secured.ca_file}
    made = ProcessSettings(home=settings.home, index_url=node.url, index_prefix=PREFIX, **login)
    yield made
    ElasticClient(made).call("DELETE", f"/{PREFIX}*", expand_wildcards="all")


def changed(given: ProcessSettings, **other: Any) -> ProcessSettings:
    """The settings with others; validated, so that secrets are secrets."""
    names = ("home", "index_url", "index_prefix", "index_user", "index_password", "index_api_key", "index_ca_file")
    return ProcessSettings(**{name: getattr(given, name) for name in names} | other)


def api_key(given: ProcessSettings, role: dict[str, Any]) -> str:
    """A key that may do what the role says, as Elasticsearch encodes it."""
    made = ElasticClient(given).call("POST", "/_security/api_key", {"name": "k", "role_descriptors": {"k": role}})
    return str(made["encoded"])


def with_key(given: ProcessSettings, role: dict[str, Any]) -> ProcessSettings:
    return changed(given, index_user=None, index_password=None, index_api_key=api_key(given, role))


def test_a_user_publishes_and_reads_over_tls(secured: ProcessSettings, full_lake: Lake) -> None:
    index = open_index(secured)
    publish_all(index, full_lake, "g1")
    assert ([row["id"] for row in rows_of(index)], value(index)) == (["a", "b", "c"], 1)
    health = index.health()
    assert (health["is_reachable"], health["is_writable"], health["problem"]) == (True, True, None)
    login = f"{quote(USER)}:{quote(PASSWORD, safe='')}@"
    inside = changed(secured, index_user=None, index_password=None, index_url=str(secured.index_url).replace("//", f"//{login}"))
    assert value(open_index(inside)) == 1
    assert value(open_index(changed(inside, index_ca_file=None, index_verify_certificates=False))) == 1


def test_an_api_key_needs_no_more_than_the_documents_say(secured: ProcessSettings, full_lake: Lake) -> None:
    writer = open_index(with_key(secured, ENOUGH))
    publish_all(writer, full_lake, "g1")
    publish_all(writer, full_lake, "g2")
    assert ([row["id"] for row in rows_of(writer, where={"client": "cb"})], value(writer)) == (["b"], 1)
    assert (writer.health()["is_writable"], writer.health()["problem"]) == (True, None)
    reader = open_index(with_key(secured, READ_ONLY))
    assert ([row["id"] for row in rows_of(reader)], value(reader), len(rows_of(reader, where={"client": "cb"}))) == (["a", "b", "c"], 1, 1)
    with pytest.raises(IndexUnavailable, match="does not allow this to the user of CA_INDEX_USER or CA_INDEX_API_KEY"):
        publish_all(reader, full_lake, "g3")
    assert open_index(secured).current() == "g2"


def test_wrong_logins_and_certificates_show_no_secret(secured: ProcessSettings, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    plain = str(secured.index_url).replace("https", "http")
    wrong = [
        (changed(secured, index_password="guessed"), "refused the login; check CA_INDEX_USER"),
        (changed(secured, index_user=None, index_password=None), "refused the login; check CA_INDEX_USER"),
        (changed(secured, index_user=None, index_password=None, index_api_key="Z3Vlc3NlZA=="), "refused the login.*CA_INDEX_API_KEY"),
        (changed(secured, index_user=LIMITED), "does not allow this to the user"),
        (changed(secured, index_ca_file=foreign_authority(tmp_path)), "certificate of .* is refused.*CA_INDEX_CA_FILE"),
        (changed(secured, index_ca_file=None), "certificate of .* is refused.*CA_INDEX_CA_FILE"),
        (changed(secured, index_url=plain), r"cannot be reached.*start it, or look at CA_INDEX_URL \(https:// where it has TLS\)"),
    ]
    for given, told in wrong:
        index = open_index(given)
        with pytest.raises(IndexUnavailable, match=told) as error:
            index.current()
        texts = [str(error.value), repr(error.value.__cause__), repr(index), str(index.health()), caplog.text]
        assert not [text for text in texts for secret in (PASSWORD, "guessed", "Z3Vlc3NlZA") if secret in text]
        assert index.health()["problem"]


def test_https_to_a_server_without_tls_is_told(elasticsearch: str, settings: ProcessSettings) -> None:
    index = open_index(changed(settings, index_url=elasticsearch.replace("http:", "https:")))
    with pytest.raises(IndexUnavailable, match="answers without TLS; write http:// in CA_INDEX_URL"):
        index.current()
