"""The shops that are measured: seeded demo shops with three dimensions, baskets and promotions, kept in a cache folder."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from ca_assets.demo.generate import generate

END = date(2026, 11, 20)
DIMENSION_VALUES = (8, 3, 200)
LINES_PER_BASKET = 7.0
SEED = 7
DEFAULT_CACHE = Path.home() / ".cache" / "customer_analytics" / "bench"


def shop_folder(cache: Path, sessions: int) -> Path:
    """The folder of all that belongs to one size."""
    return cache / f"{sessions}-{SEED}"


def make_shop(cache: Path, sessions: int, form: Any) -> Path:
    """The shop.yaml of a demo shop as `csv` or `parquet`, made unless it is there already (truth.json is written last)."""
    folder = shop_folder(cache, sessions) / str(form)
    if not (folder / "truth.json").exists():
        print(f"making {sessions:,} sessions as {form} in {folder}", flush=True)
        sizes: dict[str, Any] = {"customers": sessions // 10, "dimension_values": DIMENSION_VALUES, "lines_per_basket": LINES_PER_BASKET}
        generate(folder, sessions, SEED, end=END, format=form, **sizes)
    return folder / "shop.yaml"
