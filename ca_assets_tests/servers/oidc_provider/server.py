"""Starts the provider, and logs in there as a browser would. npm installs it once, by the lock file, outside of the clone.

Belongs here: installing, starting, stopping, its login forms. What it answers: `provider.mjs`.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import requests
from filelock import FileLock

from ca_assets_tests.servers.processes import Children, children, free_port

HERE = Path(__file__).parent
FILES = ("package.json", "package-lock.json", "provider.mjs")
CLIENT, SECRET = "analytics", "a secret of the test client"
START_SECONDS = 30


class NoProvider(RuntimeError):
    """The provider cannot be installed or started; the message says why."""


@dataclass(frozen=True)
class OidcProvider:
    """A running provider, which leads back to `home`."""

    issuer: str
    home: str
    running: Children

    def people(self, **claims: Mapping[str, Any]) -> None:
        """What it knows of people, by their subjects: claims such as `email` and `email_verified`."""
        self._put("people", json.dumps(claims))

    def forge(self, what: str) -> None:
        """What is done to its ID tokens from now on (a name of `provider.mjs`); empty: nothing."""
        self._put("forge", what)

    def log_in(self, url: str, subject: str) -> str:
        """Follow an authorization URL as this person, in a browser of his own; returns the address that it leads back to."""
        browser = requests.Session()
        answer = browser.get(url, allow_redirects=False, timeout=START_SECONDS)
        for _ in range(12):
            if 300 <= answer.status_code < 400:
                target = urljoin(answer.url, answer.headers["Location"])
                if target.startswith(self.home):
                    return target
                answer = browser.get(target, allow_redirects=False, timeout=START_SECONDS)
                continue
            action = re.search(r'action="([^"]+)"', answer.text)
            prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
            if not action or not prompt:
                raise NoProvider(f"no form at {answer.url}: {answer.status_code} {answer.text[:500]}")
            form = {"prompt": prompt[1]} | ({"login": subject, "password": "any"} if prompt[1] == "login" else {})
            answer = browser.post(urljoin(answer.url, action[1]), data=form, allow_redirects=False, timeout=START_SECONDS)
        raise NoProvider("it goes round in circles")

    def stop(self) -> None:
        """End it: whoever asks finds nobody."""
        self.running.stop("provider")

    def _put(self, path: str, text: str) -> None:
        requests.put(f"{self.issuer}/{path}", data=text.encode(), timeout=START_SECONDS).raise_for_status()


@contextmanager
def oidc_provider(folder: Path, home: str, callback: str) -> Iterator[OidcProvider]:
    """A provider for the block; its log is in the folder. Raises NoProvider."""
    program, port = _installed(), free_port()
    with children(folder / "provider.log") as running:
        running.start("provider", ["node", str(program), str(port), f"{home}{callback}", f"{home}/login"], {"PATH": _path()})
        deadline = time.monotonic() + START_SECONDS
        issuer = f"http://127.0.0.1:{port}"
        while not _answers(issuer):
            if time.monotonic() > deadline or running.running["provider"].poll() is not None:
                raise NoProvider(running.said())
            time.sleep(0.05)
        yield OidcProvider(issuer, home, running)


def _answers(issuer: str) -> bool:
    try:
        return requests.get(f"{issuer}/.well-known/openid-configuration", timeout=2).ok
    except requests.RequestException:
        return False


def _path() -> str:
    node = shutil.which("node")
    if not node or not shutil.which("npm"):
        raise NoProvider("npm is not installed; `make test-tools` installs it")
    return str(Path(node).parent)


def _installed() -> Path:
    """The program in a folder where its packages are, made at the first call."""
    _path()
    digest = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in FILES)).hexdigest()[:16]
    folder = Path.home() / ".cache" / "customer_analytics" / f"oidc-provider-{digest}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not (folder / "done").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            for name in FILES:
                shutil.copy(HERE / name, folder / name)
            done = subprocess.run(
                ["npm", "ci", "--silent", "--ignore-scripts", "--no-audit"], cwd=folder, capture_output=True, text=True, check=False
            )
            if done.returncode:
                raise NoProvider(f"npm cannot get oidc-provider: {done.stderr.strip()[-500:]}")
            (folder / "done").touch()
    return folder / "provider.mjs"
