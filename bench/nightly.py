"""Whole loads as a night does them: `ca load` of the bench shop through Dagster, again with one more day, and again with nothing new.

Each load is a process of its own; seconds per asset are those of Dagster's event log.
"""

from __future__ import annotations

import shutil
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bench.clock import Clock
from bench.growing import add_day, folders_of
from bench.shops import END, make_shop, shop_folder
from bench.task import run_task
from ca_assets.cleaning.incremental import SETTLED_SECONDS

Result = dict[str, Any]


def measure_nightly(cache: Path, sessions: int) -> Result:
    """Three loads into one fresh home (which `bench.pages` then serves)."""
    home = nightly_home(cache, sessions)
    shutil.rmtree(home, ignore_errors=True)
    shop = folders_of(make_shop(cache, sessions, "parquet"), shop_folder(cache, sessions) / "growing")
    results = {"first load": _measured("first load", home, shop, END)}
    added = add_day(shop, END)
    next_day = END + timedelta(days=1)
    results["one day more"] = _measured("one day more", home, shop, next_day) | {"sessions_added": added}
    results["nothing new"] = _measured("nothing new", home, shop, next_day)
    return results


def nightly_home(cache: Path, sessions: int) -> Path:
    """The CA_HOME of these loads."""
    return shop_folder(cache, sessions) / "home-nightly"


def _measured(title: str, home: Path, shop: Path, as_of: date) -> Result:
    time.sleep(SETTLED_SECONDS + 0.5)  # files are hours old at night; here they were just written, and such are read again
    result = run_task("nightly", {"shop": str(shop), "as_of": as_of.isoformat()}, {"CA_HOME": str(home)})
    steps = ", ".join(f"{name} {seconds:.1f}" for name, seconds in result["assets"].items())
    print(f"{title:22}{result['seconds']:8.1f} s{result['cpu_seconds']:8.1f} CPU s{result['peak_gb']:7.2f} GB  s: {steps}", flush=True)
    return result


def nightly(clock: Clock, *, shop: str, as_of: str) -> Result:
    """The task: apply the shop.yaml and load it, as the two commands do. CA_HOME is in the environment."""
    from ca_assets.cli.commands.load import command
    from ca_assets.cli.runs import open_instance
    from ca_assets.settings.database import open_database
    from ca_assets.settings.shops import apply_shop

    apply_shop(open_database(), Path(shop))
    with clock.piece("load"):
        command.main(["--as-of", as_of], standalone_mode=False)
    with open_instance() as instance:
        return {"assets": _asset_seconds(instance)}


def _asset_seconds(instance: Any) -> dict[str, float]:
    """Seconds per step of the newest run, in the order in which they began."""
    run = instance.get_runs(limit=1)[0]
    stats = sorted(instance.get_run_step_stats(run.run_id), key=lambda step: step.start_time)
    return {step.step_key.replace("__", "/"): step.end_time - step.start_time for step in stats}
