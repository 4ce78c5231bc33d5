"""Figures of deliveries: outlines, marks of slow places, clusters, and no word to any server."""

from __future__ import annotations

import pandas as pd
import pytest

from ca_assets_tests.dash.delivery_rows import delivery
from ca_assets_tests.dash.sample_reports import days
from ca_dash.components.states import Missing
from ca_dash.figures import delivery as figures
from ca_dash.figures.base import Style

REPORTS = {name: pd.DataFrame(rows) for name, rows in delivery(days(), 1.0).items()}


def test_slow_cells_are_outlined_and_counted() -> None:
    fig = figures.weekday_hour(data=REPORTS["ride_weekday_hour"], style=Style(week_start=6))
    heat = fig.data[0]
    assert heat.x[0] == "Sun" and len(heat.z) == 24 and {len(row) for row in heat.z} == {7}
    friday = list(heat.x).index("Fri")
    assert {(shape.x0, shape.y0) for shape in fig.layout.shapes} == {(friday - 0.47, hour - 0.46) for hour in (17, 18)}
    assert heat.z[17][friday] == 1.0 and "12 deliveries" not in heat.customdata[0][0]
    assert "too few" in heat.customdata[6][0] or "no deliveries" in heat.customdata[6][0]
    assert fig.layout.meta["note"] == "minutes; 2 slow hours outlined"


def test_slow_places_stand_alone_and_others_are_gathered() -> None:
    data = REPORTS["ride_locations"]
    fig = figures.locations(data=data, style=Style())
    assert [(trace.type, trace.name) for trace in fig.data] == [("scatter", figures.USUAL), ("scatter", figures.ABNORMAL)]
    assert sorted(fig.data[1].meta["at"]) == sorted(data[data["is_abnormal"]]["geohash"])
    many = pd.concat([data.assign(latitude=data["latitude"] + i / 100, geohash=f"x{i}") for i in range(20)], ignore_index=True)
    gathered = figures.clusters(many[~many["is_abnormal"]])
    assert len(gathered) < figures.MOST_POINTS
    assert gathered["deliveries"].sum() == many[~many["is_abnormal"]]["deliveries"].sum()
    assert gathered["locations"].sum() == (~many["is_abnormal"]).sum()
    assert [trace.name for trace in figures.locations(data=many, style=Style()).data] == [figures.CLUSTERS, figures.ABNORMAL]


def test_lateness_says_that_it_is_too_early() -> None:
    data = REPORTS["lateness"]
    assert list(figures.lateness(data=data, style=Style()).data[0].x) == ["On time", "Late"]
    with pytest.raises(Missing, match="Too early"):
        figures.lateness(data=data.assign(mature=0), style=Style())


def test_tables_leave_out_what_is_not_mapped() -> None:
    rows = REPORTS["abnormal_transactions"].assign(prepare_minutes=None, ride_minutes=None)
    shown = figures.transactions(data=rows, style=Style()).data
    assert "prepare_minutes" not in shown and "deliver_minutes" in shown
    assert set(shown["slow"]) == {"hour, location", "hour, location, customer"}
    assert shown["rule"].str.startswith("1: ").sum() == 15
