"""The command line with CA_INDEX_URL: an empty Elasticsearch is filled from the lake, and exports are those of the embedded index."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from ca_assets.settings.process import ProcessSettings
from ca_assets_tests.pipeline import files_of
from ca_assets_tests.shops.tea_shop import TEA


def ca(home: Path, *words: str, **environment: str) -> str:
    """Run `ca`; its output."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("CA_")}
    done = subprocess.run(
        [sys.executable, "-m", "ca_assets.cli", *words],
        capture_output=True,
        text=True,
        env={**env, "CA_HOME": str(home), **environment},
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout + done.stderr


def test_publish_fills_an_empty_elasticsearch_from_the_lake(elastic_settings: ProcessSettings, tmp_path: Path) -> None:
    home, there = tmp_path / "home", {"CA_INDEX_URL": str(elastic_settings.index_url), "CA_INDEX_PREFIX": elastic_settings.index_prefix}
    ca(home, "sources", "apply", str(TEA.write(tmp_path / "shop")))
    ca(home, "load")
    ca(home, "export", "--all", "--windows", "--scope", "*", "--out", str(tmp_path / "embedded"))
    assert "nothing yet" in ca(home, "health", **there)
    ca(home, "publish", **there)
    ca(home, "export", "--all", "--windows", "--scope", "*", "--out", str(tmp_path / "elastic"), **there)
    assert files_of(tmp_path / "elastic") == files_of(tmp_path / "embedded")
    health = json.loads(ca(home, "health", "--format", "json", **there))
    assert (health["is_writable"], health["version"], health["status"]) == (True, "8.19.8", "green")
    assert health["heap_bytes"] > 0 and health["free_bytes"] > 0
