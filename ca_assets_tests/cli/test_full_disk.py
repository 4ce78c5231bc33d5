"""A disk that is really full while `ca load` runs: a line says so, what was published stays readable, the next load is right."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from ca_assets_tests.kill.shop import Edition
from ca_assets_tests.servers.small_disk import fill, small_disk

LEFT = (0, 900_000)  # bytes


def ca(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("CA_")}
    return subprocess.run(
        [sys.executable, "-m", "ca_assets.cli", *words], capture_output=True, text=True, env={**env, "CA_HOME": str(home)}, check=False
    )


def exported(home: Path, out: Path) -> str:
    """The published orders, as readers get them."""
    done = ca(home, "export", "orders", "--out", str(out))
    assert done.returncode == 0, done.stderr
    return out.read_text()


def test_a_full_disk_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    """Full to the last byte, and with room for the beginning of a load only."""
    with small_disk(tmp_path / "disk", 48) as disk:
        home, out = disk / "home", tmp_path / "orders.csv"
        assert ca(home, "sources", "apply", str(Edition(1).write(tmp_path / "shop"))).returncode == 0
        assert ca(home, "load").returncode == 0
        before = exported(home, out)
        Edition(2).write(tmp_path / "shop")
        for leave in LEFT:
            filler = fill(disk, leave)
            failed = ca(home, "load")
            assert failed.returncode == 1, leave
            told = failed.stderr.strip().splitlines()[-1]
            assert told.startswith("Error: the disk of CA_HOME (") and "is full" in told and "free space there, then run it again" in told
            assert "Traceback" not in failed.stderr
            assert exported(home, out) == before, "readers need no room"
            filler.unlink()
        done = ca(home, "load")
        assert done.returncode == 0, done.stderr[-1500:]
        assert exported(home, out) != before
    assert out.read_text().count(f",{Edition(2).price}") >= Edition(2).orders
