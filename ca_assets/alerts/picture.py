"""A flag's series as a picture (PNG): what was counted, what was expected with its band, and the flagged period marked.

matplotlib draws without a browser, which plotly's export needs; the figure's pages stay plotly's. Colours are those of the light theme.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pandas as pd

from ca_assets.wording.format import label, number, rate, short
from ca_assets.wording.locales import Locale

SHOWN = {"daily": 60, "weekly": 40}  # periods up to the flagged one and a few behind it
BEHIND = 7
INK, MUTED, ACCENT, WARNING, BAND = "#1a1c23", "#6b7080", "#2f5fd0", "#c2410c", "#2f5fd0"


def flag_picture(flag: dict[str, Any], rows: pd.DataFrame, locale: Locale) -> bytes | None:
    """PNG of 900 × 380 pixels for a row of `flags` and its report's rows (`orders_daily`, `cohort_daily`, …); None without known values."""
    series = _series(flag, rows)
    if series["actual"].notna().sum() < 2:
        return None
    from matplotlib.figure import Figure  # half a second: only where a picture is drawn. `Figure` alone needs no display

    figure = Figure(figsize=(9, 3.8), dpi=100, layout="constrained")
    axes = figure.subplots()
    if {"expected_low", "expected_high"} <= set(series.columns):
        axes.fill_between(
            series["period"], series["expected_low"], series["expected_high"], color=BAND, alpha=0.14, lw=0, label="What is usual"
        )
    axes.plot(series["period"], series["expected"], color=MUTED, lw=1.3, ls="--", label="Expected")
    axes.plot(series["period"], series["actual"], color=ACCENT, lw=2, label=_title(flag))
    mark = series[series["period"] == pd.Timestamp(flag["period"])]
    axes.plot(mark["period"], mark["actual"], "o", ms=11, mfc="none", mec=WARNING, mew=2, label="Unusual")
    is_rate = "/" in str(flag["series"]) and flag["group"] == "funnel"
    axes.yaxis.set_major_formatter(lambda value, _: rate(value, 0, locale) if is_rate else short(value, locale) if value else number(0))
    axes.set_ylim(bottom=0)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#e5e7ef", lw=0.8)
    axes.tick_params(colors=INK, labelsize=9)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.14), ncols=4, frameon=False, fontsize=9, labelcolor=INK)
    png = BytesIO()
    figure.savefig(png, format="png")
    return png.getvalue()


def _title(flag: dict[str, Any]) -> str:
    """The series' name; a dollar sign would begin a formula in matplotlib."""
    series = str(flag["series"])
    name = f"First orders, offset {series}" if flag["group"] == "cohort" else " per ".join(label(step) for step in series.split("/"))
    return name.replace("$", r"\$")[:60]


def _series(flag: dict[str, Any], rows: pd.DataFrame) -> pd.DataFrame:
    """The flag's series around its period, by period."""
    if flag["group"] == "cohort":
        rows = rows[rows["offset"].astype(str) == str(flag["series"])].rename(columns={"cohort": "period"})
    else:
        rows = rows[rows["series"] == flag["series"]]
    rows = rows.assign(period=pd.to_datetime(rows["period"])).sort_values("period")
    place = int((rows["period"] <= pd.Timestamp(flag["period"])).sum())
    shown = rows.iloc[max(0, place - SHOWN[str(flag["grain"])]) : place + BEHIND].copy()
    for column in {"actual", "expected", "expected_low", "expected_high"} & set(shown.columns):
        shown[column] = pd.to_numeric(shown[column], errors="coerce")
    return shown
