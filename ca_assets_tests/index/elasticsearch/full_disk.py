"""`python -m ca_assets_tests.index.elasticsearch.full_disk`: an Elasticsearch on a full disk, and what `ca load` and `ca health` say.

Not a test of the suite: Elasticsearch looks at its disk every ten seconds, so it takes a minute or two. Needs root, which mounts the small
file system. Two states: above the high watermark (no new index is taken) and above the flood stage (Elasticsearch blocks writing); after
each the space is freed, and the next load must be right. Ends with 1 when anything is not as it should be.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ca_assets.index.elasticsearch.client import ElasticClient
from ca_assets.settings.process import ProcessSettings
from ca_assets_tests.kill.leftovers import leftovers
from ca_assets_tests.servers.elasticsearch import start
from ca_assets_tests.servers.small_disk import fill, small_disk
from ca_assets_tests.shops.editions import Edition

MEGABYTES = 200
PREFIX = "full-"
WATERMARKS = {"low": "70mb", "high": "50mb", "flood_stage": "30mb"}  # free space that must be left
LEFT = {"high watermark": 40_000_000, "flood stage": 15_000_000}


def main() -> None:
    """Run it in a temp folder."""
    disk = "cluster.routing.allocation.disk"
    settings = {f"{disk}.watermark.{name}": value for name, value in WATERMARKS.items()}
    settings |= {f"{disk}.threshold_enabled": True, "cluster.info.update.interval": "10s"}
    with tempfile.TemporaryDirectory(prefix="ca-full-") as folder, small_disk(Path(folder) / "disk", MEGABYTES) as place:
        Path(folder).chmod(0o755)  # Elasticsearch runs as another user
        cluster = start(place=place, **{name.replace(".", "__"): value for name, value in settings.items()})
        try:
            is_right = Story(Path(folder), place, cluster.url).tell()
        finally:
            cluster.stop()
    sys.exit(not is_right)


class Story:
    """An installation that publishes to the server, and its disk."""

    def __init__(self, folder: Path, place: Path, url: str) -> None:
        self.folder, self.place, self.number = folder, place, 1
        self.settings = ProcessSettings(home=folder / "home", index_url=url, index_prefix=PREFIX)
        index = {"CA_HOME": str(folder / "home"), "CA_INDEX_URL": url, "CA_INDEX_PREFIX": PREFIX}
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("CA_")} | index

    def tell(self) -> bool:
        """All of it; whether everything was right."""
        self._ca("sources", "apply", str(Edition(self.number).write(self.folder / "shop")))
        self._ca("load")
        found = [self._full(name, left) for name, left in LEFT.items()]
        return all(found)

    def _full(self, name: str, left: int) -> bool:
        before, filler = self._exported(), fill(self.place, left)
        print(f"--- {name}: {left:,} bytes left", flush=True)
        time.sleep(12)  # until Elasticsearch has looked
        self.number += 1
        Edition(self.number).write(self.folder / "shop")
        failed = self._ca("load")
        self._ca("health")
        is_kept = self._exported() == before
        filler.unlink()
        self._wait(lambda: "yes" in self._ca("health", is_told=False).stdout)
        done = self._ca("load")
        left_over = list(leftovers(self.settings))
        is_new = self._exported().count(f",{Edition(self.number).price}.0,") >= Edition(self.number).orders
        print(f"kept while full: {is_kept}; right afterwards: {is_new}; left over: {left_over}", flush=True)
        return bool(failed.returncode and is_kept and not done.returncode and is_new and not left_over)

    def _ca(self, *words: str, is_told: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "ca_assets.cli", *words], capture_output=True, text=True, env=self.environment, check=False
        )
        if is_told:
            lines = [line for line in (done.stdout + done.stderr).splitlines() if not line.startswith("  ") or "health" in words]
            print(f"$ ca {' '.join(words)}  (ends with {done.returncode})\n" + "\n".join(lines), flush=True)
        return done

    def _exported(self) -> str:
        out = self.folder / "orders.csv"
        out.unlink(missing_ok=True)
        self._ca("export", "orders", "--out", str(out), is_told=False)
        return out.read_text() if out.exists() else ""

    def _wait(self, is_so: Callable[[], bool]) -> None:
        """Until Elasticsearch has ended its block."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and (not is_so() or self._blocks()):
            time.sleep(1)

    def _blocks(self) -> bool:
        return bool(ElasticClient(self.settings).call("GET", f"/{PREFIX}*/_settings/index.blocks.*", flat_settings=True))


if __name__ == "__main__":
    main()
