"""Anomalies against STL + MAD in the same run: `python -m bench.anomalies [--worlds 24] [--nab nab_dev.zip]`, a Markdown section.

Worlds are simulated (`bench.anomaly_worlds`) and scored by the functions that the family calls, as arrays of counts. STL + MAD is the
largest |z| of the residuals of log1p counts.
"""

from __future__ import annotations

import argparse
import datetime as dt
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score

from bench.anomaly_worlds import Flags, Floats, World, cohort_world, funnel_world, single_world
from ca_assets.analyses.anomalies.groups import THRESHOLDS
from ca_assets.models.anomalies.scores import Method, score_groups
from ca_assets.models.anomalies.transform import chance, chance_of_ratio, log_ratio, stabilized

RECENT, UNSCORED, HORIZON = 28, 56, 180
Make = Callable[..., World]


@dataclass(frozen=True)
class Kind:
    """A kind of group: how its worlds are made, and what must be reached: ratio of average precisions, false days, online recall."""

    name: str
    make: Make
    days: int
    online_days: int
    ratio: float
    false_days: float
    recall: float


KINDS = (
    Kind("funnel", funnel_world, 730, 730, 1.3, 0.013, 0.65),
    Kind("cohort", cohort_world, 500, 680, 1.15, 0.013, 0.60),
    Kind("orders", single_world, 730, 730, 0.92, 0.006, 0.40),
)


def series_of(kind: Kind, counts: Floats, past: int) -> tuple[Floats, Floats | None]:
    """Values of the models from counts (world, day, series), and what chance alone makes of them; as the family makes them."""
    if kind.name == "orders":
        return stabilized(counts), None
    mean = counts[:, :past].mean(axis=1)
    if kind.name == "cohort":
        return stabilized(counts), chance(mean)
    ratios = log_ratio(counts[..., 1:], counts[..., :-1])
    deviations = np.concatenate([chance(mean), chance_of_ratio(mean[:, 1:], mean[:, :-1])], axis=-1)
    return np.concatenate([stabilized(counts), ratios], axis=-1), deviations


def scores(kind: Kind, counts: Floats, recent: int) -> Floats:
    """Scores (world, day) as the family has them."""
    values, deviations = series_of(kind, counts, counts.shape[1] - recent)
    method = Method(7, recent, kind.name != "orders", kind.name == "orders")
    return score_groups(values, _scored(counts), method, chance=deviations).score


def yardstick(counts: Floats, recent: int) -> Floats:
    """STL + MAD on log1p counts."""
    return score_groups(np.log1p(counts), _scored(counts), Method(7, recent, is_single=True)).score


def _scored(counts: Floats) -> Flags:
    return np.broadcast_to(np.arange(counts.shape[1]) >= UNSCORED, counts.shape[:2])


def _stack(worlds: list[World]) -> Floats:
    return np.stack([world.counts for world in worlds])


def from_both_sides(kind: Kind, worlds: int) -> dict[str, float]:
    """Older days: average precision and its ratio to STL + MAD, false days, CPU seconds per group."""
    made = [kind.make(seed, kind.days) for seed in range(worlds)]
    counts, part = _stack(made), slice(UNSCORED, kind.days - RECENT)
    started = time.process_time()
    ours = scores(kind, counts, RECENT)[:, part]
    seconds = (time.process_time() - started) / worlds
    base = yardstick(counts, RECENT)[:, part]
    events = np.stack([world.is_event for world in made])[:, part]
    precision = [np.mean([average_precision_score(e, s) for e, s in zip(events, each, strict=True)]) for each in (base, ours)]
    false = float(np.mean(ours[~events] > THRESHOLDS[kind.name]))
    quiet = scores(kind, _stack([kind.make(1000 + seed, kind.days, 0) for seed in range(worlds)]), RECENT)[:, UNSCORED:]
    clean = float(np.mean(quiet > THRESHOLDS[kind.name]))
    return {
        "STL + MAD": float(precision[0]),
        "ours": float(precision[1]),
        "ratio": float(precision[1] / precision[0]),
        "clean": clean,
        "contaminated": false,
        "CPU s": seconds,
    }


def online(kind: Kind, worlds: int) -> dict[str, float]:
    """Fitted on all but the last 180 days, which are scored by what was before: recall of events, precision of days, false days."""
    first = kind.online_days - HORIZON
    made = [kind.make(seed, kind.online_days, 5, first) for seed in range(500, 500 + worlds)]
    abnormal = scores(kind, _stack(made), HORIZON) > THRESHOLDS[kind.name]
    events = np.stack([world.is_event for world in made])
    late = np.arange(kind.online_days) >= first
    hits = [abnormal[i, e.start : e.start + e.days].any() for i, world in enumerate(made) for e in world.events]
    flagged = abnormal & late
    return {
        "recall": float(np.mean(hits)),
        "precision": float((flagged & events).sum() / max(flagged.sum(), 1)),
        "false": float(abnormal[:, late][~events[:, late]].mean()),
    }


def nab(path: Path) -> tuple[float, float, int]:
    """Hourly series of the Numenta Anomaly Benchmark, period a day: mean average precision of STL + MAD and ours, number of series."""
    with zipfile.ZipFile(path) as archive, archive.open("nab_dev/series.csv") as file:
        rows = pd.read_csv(file, parse_dates=["timestamp"])
    precision: list[tuple[float, float]] = []
    for _, part in rows.groupby("series"):
        hours = part.set_index("timestamp").resample("1h").agg({"value": "mean", "in_window": "max"})
        values, windows = hours["value"].to_numpy(float)[None, :, None], hours["in_window"].fillna(False).to_numpy(bool)
        if not windows.any() or windows.all() or np.nanmedian(values) <= 0:
            continue
        method = Method(24, 0, is_single=True)
        scored = np.ones(values.shape[:2], dtype=bool)
        pair = []
        for scale in (np.log1p, lambda v: stabilized(v / (np.nanmedian(v) / 100))):
            score = np.nan_to_num(score_groups(scale(values), scored, method).score[0])
            pair.append(float(average_precision_score(windows, score)))
        precision.append((pair[0], pair[1]))
    base, ours = np.mean(precision, axis=0)
    return float(base), float(ours), len(precision)


def section(worlds: int, path: Path | None) -> str:
    """The figures as Markdown, with what was to be reached and whether it was."""
    lines = [
        f"{worlds} worlds of each kind, from both sides: average precision per world, share of days flagged in worlds without events "
        "(clean) and of quiet days in those with some.",
        "",
        "| group | STL + MAD | ours | ratio | to reach | clean | contaminated | CPU s per group |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for kind in KINDS:
        f = from_both_sides(kind, worlds)
        lines.append(
            f"| {kind.name} | {f['STL + MAD']:.3f} | {f['ours']:.3f} | {f['ratio']:.2f} | ≥ {kind.ratio} | "
            f"{_judged(f['clean'], kind.false_days)} | {_judged(f['contaminated'], 0.01)} | {f['CPU s']:.2f} |"
        )
    lines += ["", f"Online, the last {HORIZON} days by what was before:", ""]
    lines += ["| group | recall of events | to reach | precision of days | false days |", "|---|--:|--:|--:|--:|"]
    for kind in KINDS:
        f = online(kind, worlds)
        lines.append(
            f"| {kind.name} | {f['recall']:.2f} | ≥ {kind.recall} | {f['precision']:.2f} | {_judged(f['false'], kind.false_days)} |"
        )
    if path:
        base, ours, count = nab(path)
        lines += ["", f"nab_dev, {count} hourly series, one at a time: mean average precision {base:.3f} (STL + MAD), {ours:.3f} (ours)."]
    return "\n".join(lines)


def _judged(value: float, most: float) -> str:
    return f"{100 * value:.2f} %{'' if value <= most else f' (> {100 * most:.1f} %)'}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--worlds", type=int, default=24)
    parser.add_argument("--nab", type=Path)
    options = parser.parse_args()
    print(f"## Anomalies\n\n{dt.date.today()}\n\n{section(options.worlds, options.nab)}")
