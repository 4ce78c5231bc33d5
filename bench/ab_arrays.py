"""`python -m bench.ab_arrays`: the A/A runs of `bench.ab_tests` by the same functions, without files in between.

Loading takes most of the time of a run. Here the orders of the same worlds (same seeds) go as arrays to the functions that the family
calls: its p values are those of the loaded shop to the bit, which the first runs of each world are compared with (`--loaded`).
"""

from __future__ import annotations

import argparse
import json
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from bench.ab_tests import DEARER, FIRST, LABELS_ALONE, LEVEL, WORLDS, World, computed, share, shop_of
from ca_assets.analyses.ab_tests.effects import METRICS, effect_columns
from ca_assets.analyses.ab_tests.labels import ScopeLabels
from ca_assets.analyses.ab_tests.orders import DAY, Orders, scoped, windows

CHUNK, SEED, DAYS = 50, 7, (7, 28)
P = dict[str, NDArray[np.float64]]


def p_values(world: World, labelled: NDArray[np.bool_]) -> P:
    """By metric and days of the window the p value of each run."""
    amount = np.round(world.rng.lognormal(3, 0.6, len(world.of)) * np.where(labelled, DEARER, 1.0), 2)
    origin = int(FIRST.astype(np.int64))
    start = origin + (world.at * DAY).astype(np.int64)
    order = np.lexsort((world.of, start))
    of, start, amount, labelled = world.of[order], start[order], amount[order], labelled[order]
    clients, first, inverse = np.unique(of, return_index=True, return_inverse=True)
    place = np.argsort(np.argsort(first))
    key = clients[np.argsort(first)]
    download = origin + (world.begin * DAY).astype(np.int64) - np.where(world.begin > 0, 0, 200) * DAY
    day = (start - origin) // DAY
    run = world.run[of]
    no_table: Any = None  # only lists and names are read from it
    orders = Orders(no_table, start, day, day // 7, amount, place[inverse], key, download[key], {"run": run})
    rows = scoped(orders, "run", pa.table({"scope": world.run[clients], "key": clients, "first": start[first]}))
    row = np.empty(len(start), np.int64)
    row[rows.order] = np.arange(len(start))
    row = row[np.flatnonzero(labelled)]
    runs, of_run = np.arange(world.runs), rows.scope[row]
    size, one = np.bincount(of_run, minlength=world.runs), np.zeros(world.runs, np.int64)
    labels = ScopeLabels(runs, one, size, row, of_run, ("LABEL",), tuple(map(str, runs)), np.zeros(world.runs, bool))
    found: P = {}
    for days in DAYS:
        around = windows(rows, days, origin + world.days * DAY)
        for number, metric in enumerate(METRICS):
            found[f"{metric}, {days} days"] = effect_columns(rows, around, labels, number)["p"]
    return found


def difference_to_loaded(name: str) -> float:
    """The largest difference of a p value to that of the same world as a shop whose files were loaded; the first runs."""
    world, labelled = WORLDS[name](np.random.default_rng([SEED, 0]), CHUNK)
    effects = computed(shop_of(world, labelled, LABELS_ALONE), world.days)["promotion_effects"].to_pandas()
    effects.index = effects["scope"].str.partition("=")[2].astype(int)
    ours = p_values(*WORLDS[name](np.random.default_rng([SEED, 0]), CHUNK))
    return max(
        float(np.max(np.abs(rows["p_value"].reindex(range(CHUNK)).to_numpy() - ours[f"{metric}, {days} days"])))
        for (metric, days), rows in effects.groupby(["metric", "window_days"])
    )


def main() -> None:
    """Print the share of runs with p < .05, world by world."""
    parser = argparse.ArgumentParser(prog="python -m bench.ab_arrays", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=500, help="A/A runs of each world [default: %(default)s]")
    parser.add_argument("--worlds", default=",".join(WORLDS), help="with commas [default: %(default)s]")
    parser.add_argument("--loaded", action="store_true", help="load the first 50 runs as a shop and compare")
    arguments = parser.parse_args()
    for name in arguments.worlds.split(","):
        chunks = [
            p_values(*WORLDS[name](np.random.default_rng([SEED, first]), min(CHUNK, arguments.runs - first)))
            for first in range(0, arguments.runs, CHUNK)
        ]
        p = {test: np.concatenate([chunk[test] for chunk in chunks]) for test in chunks[0]}
        result = {test: share(int((values < LEVEL).sum()), int((~np.isnan(values)).sum())) for test, values in p.items()}
        loaded = {"largest difference to loaded": difference_to_loaded(name)} if arguments.loaded else {}
        print(json.dumps({name: result | loaded}, indent=2), flush=True)


if __name__ == "__main__":
    main()
