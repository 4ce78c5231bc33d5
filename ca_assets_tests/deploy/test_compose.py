"""The compose file against the code: settings that exist, commands that exist, secrets that are made, nothing open that should not be."""

from __future__ import annotations

import os
import stat
import subprocess
import tomllib
from pathlib import Path

import click
import pytest

from ca_assets.cli.main import cli
from ca_assets.settings.process import ProcessSettings
from ca_assets_tests.deploy.compose import OURS, ROOT, compose, entry_point, services

KNOWN = {f"CA_{name.upper()}" for name in ProcessSettings.model_fields} | {"CA_SECRET_KEY"}


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_a_setting(name: str) -> None:
    given = services()[name]["environment"]
    assert {variable.removesuffix("_FILE") if variable not in KNOWN else variable for variable in given} <= KNOWN
    files = {value for variable, value in given.items() if variable.endswith("_FILE") and variable not in KNOWN}
    assert files == {f"/run/secrets/{secret}" for secret in services()[name]["secrets"]}


@pytest.mark.parametrize("name", OURS)
def test_every_command_and_check_is_understood(name: str) -> None:
    assert entry_point() == ["ca"]
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert scripts["ca"] == "ca_assets.cli.main:main"
    service = services()[name]
    kind, *check = service["healthcheck"]["test"]
    assert (kind, check[0]) == ("CMD", "ca")
    for words in (service["command"], check[1:]):
        command = cli.get_command(click.Context(cli), words[0])
        assert command is not None
        context = command.make_context(words[0], [str(word) for word in words[1:]])
        assert context.params["process"] == name
        assert context.params["check"] is (words is not service["command"])


def test_addresses_lead_to_services() -> None:
    environment = services()["web"]["environment"]
    assert environment["CA_CODE_SERVER"] == f"code:{services()['code']['command'][-1]}"
    assert environment["CA_INDEX_URL"].partition("://")[2].partition(":")[0] in services()
    proxied = (ROOT / "deploy" / "Caddyfile").read_text()
    for name in ("app", "web", "collector"):
        words = services()[name]["command"]
        assert f"{name}:{words[words.index('--port') + 1]}" in proxied
    prefix = services()["web"]["command"][-1]
    assert f"path {prefix} {prefix}/*" in proxied and "uri /auth/admin" in proxied


def test_only_the_proxy_is_reachable_and_nobody_is_root() -> None:
    for name, service in services().items():
        assert ("ports" in service) is (name == "proxy"), name
        assert service["mem_limit"] and service["healthcheck"]["test"] and service["restart"] == "unless-stopped"
        if name in OURS:
            assert (service["user"], service["read_only"], service["cap_drop"]) == ("1000:1000", True, ["ALL"])
            assert "outside" not in service["networks"]
        for condition in service.get("depends_on", {}).items():
            assert condition[0] in services() and condition[1] == {"condition": "service_healthy"}
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text()
    assert "USER 1000:1000" in dockerfile and "requirements.lock" in dockerfile


def test_what_is_kept_is_in_named_volumes() -> None:
    named = set(compose()["volumes"])
    home = services()["app"]["environment"]["CA_HOME"]
    assert all(f"ca_home:{home}" in services()[name]["volumes"] for name in OURS)
    used = {volume.partition(":")[0] for service in services().values() for volume in service["volumes"]}
    assert named <= used
    assert {volume for volume in used if volume[0] not in "./"} == named


def test_secrets_are_made_once_private_and_fit_together(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    script = [ROOT / "deploy" / "make-secrets", folder]
    subprocess.run(script, check=True)
    made = {file.name: file.read_text() for file in folder.iterdir()}
    assert set(made) == {Path(secret["file"]).name for secret in compose()["secrets"].values()} == set(compose()["secrets"])
    assert all(stat.S_IMODE((folder / name).stat().st_mode) == 0o400 for name in made)
    assert len({*made.values()}) == len(made) and len(made["secret_key"]) == 64
    database = services()["postgresql"]["environment"]["POSTGRES_DB"]
    assert made["settings_url"] == f"postgresql://ca:{made['postgresql_password']}@postgresql:5432/{database}"
    assert made["dagster_url"].endswith("/dagster")
    assert "CREATE DATABASE dagster;" in (ROOT / "deploy" / "postgresql" / "dagster.sql").read_text()
    subprocess.run(script, check=True)
    assert {file.name: file.read_text() for file in folder.iterdir()} == made
    if os.geteuid() == 0:
        assert {(folder / name).stat().st_uid for name in made} == {1000}


def test_secrets_are_in_no_commit_and_no_image() -> None:
    assert "/deploy/secrets/" in (ROOT / ".gitignore").read_text().splitlines()
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert ignored[0] == "*" and not any(line.startswith("!deploy") for line in ignored)
    copied = [
        line for line in (ROOT / "deploy" / "Dockerfile").read_text().splitlines() if line.startswith("COPY ") and "--from" not in line
    ]
    for word in {word for line in copied for word in line.split()[1:-1]}:
        assert (ROOT / word).exists() and f"!{word}" in ignored
