"""Sources to lake, and all report families of every scope against hand-written SQL on the same files; answers must be equal."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

from bench.compare import differences
from bench.shops import END, make_shop, shop_folder
from bench.task import run_task
from ca_assets.contracts.tables import LOAD_TABLES

Result = dict[str, Any]
MEASURES = ("seconds", "cpu_seconds", "peak_gb")


def measure_lake(cache: Path, sessions: int) -> Result:
    """CSV and Parquet to the lake: pieces of each, in a fresh home each time."""
    results = {}
    for form in ("csv", "parquet"):
        shop, home = make_shop(cache, sessions, form), shop_folder(cache, sessions) / f"home-{form}"
        shutil.rmtree(home, ignore_errors=True)
        results[form] = run_task("lake", {"shop": str(shop), "home": str(home)})
        _line(f"{form} to lake", results[form])
    return results


def measure_families(cache: Path, sessions: int, repeat: int, only: str = "") -> Result:
    """Both sides in turns; of each piece the time of the run that took the least CPU: what else the machine does only ever adds."""
    folder = shop_folder(cache, sessions)
    shop, home = make_shop(cache, sessions, "parquet"), folder / "home-parquet"
    if not (home / "lake" / LOAD_TABLES[-1].name).exists():
        print(f"loading {shop} into the lake of {home}, which the part `lake` else does", flush=True)
        run_task("lake", {"shop": str(shop), "home": str(home)})
    common = {"shop": str(shop), "home": str(home), "report_date": END.isoformat()}
    best: dict[str, Result] = {}
    for _ in range(repeat):
        for side in ("product", "by_hand"):
            answers = folder / side
            shutil.rmtree(answers, ignore_errors=True)
            done = run_task(side, common | {"answers": str(answers)} | ({"only": only} if side == "product" else {}))
            if side not in best or done["cpu_seconds"] < best[side]["cpu_seconds"]:
                best[side] = done
    shared = sorted(set(best["product"]["pieces"]) & set(best["by_hand"]["pieces"]))
    wrong = differences(folder / "product", folder / "by_hand", shared)
    rows = compared(best, shared)
    for row in rows:
        _pair(row)
    if wrong:
        sys.exit("The answers differ:\n" + "\n".join(wrong))
    return {"families": rows, "answers": best["product"]["reports"], "rows": best["product"]["rows"]}


def compared(best: dict[str, Result], shared: list[str]) -> list[Result]:
    """A row per piece with both sides, then their sum; ratios of seconds and CPU seconds."""
    rows = []
    for name, ours in best["product"]["pieces"].items():
        theirs = best["by_hand"]["pieces"].get(name)
        rows.append({"family": name, "product": ours, "by_hand": theirs})
    sums: Result = {"family": "sum"}
    for side in ("product", "by_hand"):
        chosen = [best[side]["pieces"][name] for name in shared]
        sums[side] = {m: (max if m == "peak_gb" else sum)(piece[m] for piece in chosen) for m in MEASURES}
    rows.append(sums)
    for row in rows:
        if row["by_hand"]:
            row["ratio"] = {m: row["product"][m] / row["by_hand"][m] for m in ("seconds", "cpu_seconds")}
    return rows


def _line(title: str, spent: Result) -> None:
    pieces = ", ".join(f"{name} {piece['cpu_seconds']:.1f}" for name, piece in spent["pieces"].items())
    print(f"{title:22}{spent['seconds']:8.1f} s{spent['cpu_seconds']:8.1f} CPU s{spent['peak_gb']:7.2f} GB  CPU s: {pieces}", flush=True)


def _pair(row: Result) -> None:
    ours, theirs = row["product"], row["by_hand"]
    text = f"{row['family']:22}{ours['seconds']:8.2f} s{ours['cpu_seconds']:8.2f} CPU s{ours['peak_gb']:7.2f} GB"
    if theirs:
        text += f"   by hand {theirs['seconds']:7.2f} s{theirs['cpu_seconds']:7.2f} CPU s   ratio {row['ratio']['cpu_seconds']:.2f} (CPU)"
    print(text, flush=True)
