"""The command line in this process, on a tea shop that is loaded once per session and copied for tests that change it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ca_assets.cli.main import cli
from ca_assets.settings.process import process_settings
from ca_assets_tests.shops.tea_shop import TEA


@dataclass(frozen=True)
class Home:
    """An installation: its CA_HOME and its shop's folder."""

    root: Path

    @property
    def home(self) -> Path:
        return self.root / "home"

    @property
    def shop(self) -> Path:
        return self.root / "shop"

    def ca(self, *words: str, fails: bool = False, exits: int = 0, text: str | None = None) -> Result:
        """Run `ca`; a failure must be one line on standard error with an exit code, and nothing else may fail.

        `exits`: the code of an answer that is no error but no.
        """
        before = os.environ.get("CA_HOME")
        os.environ["CA_HOME"] = str(self.home)
        process_settings.cache_clear()
        try:
            result = CliRunner().invoke(cli, list(words), input=text)
        finally:
            os.environ.pop("CA_HOME") if before is None else os.environ.update(CA_HOME=before)
            process_settings.cache_clear()
        assert (result.exit_code != 0) is fails if not exits else result.exit_code == exits, result.output
        assert isinstance(result.exception, SystemExit | None), result.exception
        if fails:
            assert result.stderr.splitlines()[-1].startswith("Error: "), result.stderr
        return result

    def export(self, folder: Path) -> dict[str, str]:
        """All exported files as sorted lines."""
        self.ca("export", "--all", "--windows", "--scope", "*", "--out", str(folder))
        return {str(f.relative_to(folder)): "\n".join(sorted(f.read_text().splitlines())) for f in folder.rglob("*.csv")}


def _loaded(root: Path) -> Home:
    TEA.write(root / "shop")
    home = Home(root)
    home.ca("sources", "apply", str(home.shop / "shop.yaml"))
    home.ca("load")
    return home


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Only to be read."""
    return _loaded(tmp_path_factory.mktemp("loaded"))


@pytest.fixture
def own(loaded: Home, tmp_path: Path) -> Iterator[Home]:
    """A copy of the loaded one, to be changed; the shop is applied from its own folder."""
    home = Home(tmp_path / "own")
    shutil.copytree(loaded.root, home.root)
    home.ca("sources", "apply", str(home.shop / "shop.yaml"))
    yield home


@pytest.fixture
def empty(tmp_path: Path) -> Home:
    """Nothing applied yet."""
    return Home(tmp_path / "empty")
