"""A disk that is really full while `ca load` runs: a line says so, what was published stays readable, the next load is right."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from ca_assets.cli.main import cli
from ca_assets_tests.kill.loader import Loader
from ca_assets_tests.servers.small_disk import fill, small_disk
from ca_assets_tests.shops.editions import Edition

LEFT = (0, 900_000)  # bytes: nothing, and room for the beginning of a load


def load(loader: Loader, log: Path) -> tuple[int, str]:
    """A whole load in a process of its own: its end code, and all that it said."""
    code = loader.wait(loader.start(log))
    return code, log.read_text()


def orders(out: Path) -> str:
    """The published orders, as `ca export` gives them."""
    done = CliRunner().invoke(cli, ["export", "orders", "--out", str(out)])
    assert done.exit_code == 0, done.output
    return out.read_text()


def test_a_full_disk_is_told_and_nothing_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out, log = tmp_path / "orders.csv", tmp_path / "load.log"
    with small_disk(tmp_path / "disk", 48) as disk:
        monkeypatch.setenv("CA_HOME", str(disk / "home"))
        assert CliRunner().invoke(cli, ["sources", "apply", str(Edition(1).write(tmp_path / "shop"))]).exit_code == 0
        loader = Loader(os.environ)
        try:
            assert load(loader, log)[0] == 0
            before = orders(out)
            Edition(2).write(tmp_path / "shop")
            for left in LEFT:
                filler = fill(disk, left)
                code, said = load(loader, log)
                told = said.strip().splitlines()[-1]
                assert (code, told.startswith("Error: the disk of CA_HOME (")) == (1, True), said[-1500:]
                assert "is full" in told and "free space there, then run it again" in told and "Traceback" not in said
                assert orders(out) == before, "readers need no room"
                filler.unlink()
            assert load(loader, log)[0] == 0
        finally:
            loader.close()
        amounts = orders(out).count(f",{float(Edition(2).price)},")
    assert amounts >= Edition(2).orders
