"""`ca users`, help, and errors that nobody foresaw."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click

from ca_assets.cli.main import cli
from ca_assets.cli.output import safe
from ca_assets_tests.cli.conftest import Home


def test_control_and_direction_characters_are_shown_as_escapes() -> None:
    assert safe("a\x1b[2J\u202e\r\nb é 👩\u200d🚀") == "a\\x1b[2J\\u202e\\r\\nb é 👩\u200d🚀"


def test_users(empty: Home) -> None:
    empty.ca("users", "add", "ann", "--role", "editor", text="correct horse\ncorrect horse\n")
    assert "already" in empty.ca("users", "add", "ann", "--password", "correct horse", fails=True).stderr
    assert "10" in empty.ca("users", "add", "bob", "--password", "nine char", fails=True).stderr
    empty.ca("users", "passwd", "ann", "--password", "another one")
    assert "no user" in empty.ca("users", "passwd", "eve", "--password", "another one", fails=True).stderr
    listed = empty.ca("users", "list").stdout
    assert "editor" in listed and "another" not in listed


def test_every_command_has_help(empty: Home) -> None:
    names = cli.list_commands(click.Context(cli))
    assert len(names) >= 11
    for name in names:
        assert "Usage: " in empty.ca(name, "--help").stdout
    for command in ("check", "bench", "nonsense"):
        assert command not in empty.ca("--help").stdout


def test_wrong_use_ends_with_a_code(empty: Home) -> None:
    for words in (("nonsense",), ("load", "--as-of", "yesterday"), ("export", "orders", "--format", "xls"), ("demo", "--sessions", "0")):
        assert empty.ca(*words, fails=True).exit_code == 2


def test_a_home_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    words = [sys.executable, "-m", "ca_assets.cli", "sources", "list"]
    result = subprocess.run(words, env={**os.environ, "CA_HOME": str(tmp_path / "file")}, capture_output=True, text=True, check=False)
    assert result.returncode != 0 and len(result.stderr.splitlines()) == 1 and "CA_HOME" in result.stderr


def test_the_demo_loads(empty: Home) -> None:
    result = empty.ca("demo", "--sessions", "500", "--no-serve")
    assert "password" in result.stdout
    assert int(empty.ca("export", "orders").stdout.count("\n")) > 300
