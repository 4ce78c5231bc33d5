"""`compose.yaml` as the tests read it: its services, their environment, and the words that each of ours is started with."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
OURS = ("app", "code", "web", "daemon", "collector")
_DEFAULTED = re.compile(r"\$\{\w+:-([^}]*)\}")


def compose() -> dict[str, Any]:
    """The file, with the defaults of its variables."""
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(_DEFAULTED.sub(r"\1", text))
    return found


def services() -> dict[str, dict[str, Any]]:
    """Services by name."""
    found: dict[str, dict[str, Any]] = compose()["services"]
    return found


def entry_point() -> list[str]:
    """The image's ENTRYPOINT."""
    line = next(line for line in (ROOT / "deploy" / "Dockerfile").read_text().splitlines() if line.startswith("ENTRYPOINT "))
    return [str(word) for word in yaml.safe_load(line.removeprefix("ENTRYPOINT "))]


def with_ports(words: list[str], ports: dict[str, int]) -> list[str]:
    """A command with other ports (by those that the file names) and on the loopback address."""
    shown = [str(word) for word in words]
    return ["127.0.0.1" if word == "0.0.0.0" else str(ports.get(word, word)) for word in shown]
