"""Rows of the sample shop as figures get them, and styles to draw them in."""

from __future__ import annotations

import pandas as pd

from ca_assets.analyses.core.family import spec_of
from ca_assets.contracts.report_path import ReportPath
from ca_assets_tests.dash import sample_reports
from ca_dash.figures.base import Style

STYLE = Style("light", "EUR")


def frame(path: str) -> pd.DataFrame:
    """A report's rows for the whole shop."""
    report = ReportPath.parse(path)
    sets = {made.name: made for made in sample_reports.report_sets({"all": 1.0})}
    return sets[report.name].tables[report.windowed_type].drop(["scope"]).to_pandas(date_as_object=False)


def style_for(path: str, **choices: str) -> Style:
    """The style in which a report's figures are drawn: in its own periods."""
    return Style("light", "EUR", grain=spec_of(path).grain or "daily", choices=choices, names={"SKU-00": "Assam 250 g"})
