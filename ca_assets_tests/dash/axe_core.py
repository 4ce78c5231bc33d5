"""axe-core, the accessibility engine, in a page of Playwright. Belongs here: getting its one file, running it, wording what it finds.

npm fetches the pinned package once into the cache folder outside of the clone; the file's digest is pinned too.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from filelock import FileLock
from playwright.sync_api import Page

VERSION = "4.14.1"
SHA256 = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
IMPACTS = ("serious", "critical")


class NoAxe(RuntimeError):
    """axe-core cannot be got; the message says why."""


def script() -> str:
    """The engine's source, fetched at the first call. Raises NoAxe."""
    file = Path.home() / ".cache" / "customer_analytics" / f"axe-core-{VERSION}.min.js"
    file.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(file.parent / "axe.lock"):
        if not file.exists():
            _fetch(file)
    source = file.read_bytes()
    if hashlib.sha256(source).hexdigest() != SHA256:
        raise NoAxe(f"{file} is not axe-core {VERSION}: remove it, the next run fetches it again")
    return source.decode()


def findings(page: Page, where: str, *, is_only_colours: bool = False) -> list[str]:
    """Serious and critical findings on the page as it is now: place, impact, rule, selector, what to mend. `script` must have run in it.

    `is_only_colours` looks at contrast alone: of what was scanned whole in the other colour scheme, nothing else can differ.
    The inside of charts is left out: to assistive tools a chart is one image with a name, and axe does not see the colours of SVG texts.
    """
    scope = "{ include: [['html']], exclude: [['.svg-container']] }"
    rules = ", runOnly: ['color-contrast', 'link-in-text-block']" if is_only_colours else ""
    options = f"{{ resultTypes: ['violations'], preload: false, iframes: false{rules} }}"
    violations = page.evaluate(f"() => axe.run({scope}, {options}).then(result => result.violations)")
    return [
        f"{where}: {violation['impact']} {violation['id']} {json.dumps(node['target'])} {' '.join(node['failureSummary'].split())}"
        for violation in violations
        if violation["impact"] in IMPACTS
        for node in violation["nodes"]
    ]


def _fetch(file: Path) -> None:
    if not shutil.which("npm"):
        raise NoAxe("npm is not installed; `make test-tools` installs it")
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", f"axe-core@{VERSION}", "--silent", "--pack-destination", folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
        if done.returncode:
            raise NoAxe(f"npm cannot get axe-core {VERSION}: {done.stderr.strip()[-500:]}")
        with tarfile.open(Path(folder) / f"axe-core-{VERSION}.tgz") as archive:
            member = archive.extractfile("package/axe.min.js")
            if member is None:
                raise NoAxe(f"axe-core {VERSION} has no axe.min.js")
            part = file.with_suffix(".part")
            part.write_bytes(member.read())
    part.replace(file)
