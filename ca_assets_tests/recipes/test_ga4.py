"""Google Analytics' export to BigQuery: its figures are those of the events themselves, months are asked for, an empty dataset is said."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from ca_assets.shop import SourceConfig, parse_shop
from ca_assets.sources.driver import Reading, Span
from ca_assets.sources.errors import ErrorCode, SourceError
from ca_assets.sources.open import check_source, open_source
from ca_assets_tests.recipes.sample import DATASET, Sample, rows_of
from ca_assets_tests.servers.bigquery import BigQueryServer

SAMPLE = Sample("ga4")
MAY = dt.datetime(2024, 5, 1, tzinfo=dt.UTC)


def daily_events() -> list[dict[str, Any]]:
    """All events of the daily tables, as exported."""
    paths = sorted(SAMPLE.folder.glob("events_2*.ndjson"))
    return [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines()]


def parameter(event: dict[str, Any], key: str) -> Any:
    """A parameter of an event, None when it has none of that name."""
    values = [next(iter(entry["value"].values())) for entry in event["event_params"] if entry["key"] == key]
    return values[0] if values else None


def source(part: str) -> SourceConfig:
    """A source of the recipe."""
    text = f"sources: {{sessions: {{recipe: ga4}}, {part}: {{recipe: ga4}}}}"
    config = getattr(parse_shop(text, Path()).sources, part)
    assert isinstance(config, SourceConfig)
    return config


def test_the_figures_are_those_of_the_events(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    kpis = rows_of(SAMPLE.load(tmp_path, request), "kpis")
    events = [{"event_params": [], **event} for event in daily_events()]
    bought = {
        (event.get("user_pseudo_id"), parameter(event, "transaction_id")): parameter(event, "value")
        for event in events
        if event["event_name"] == "purchase"
    }
    assert (len(bought), sum(bought.values())) == (float(kpis["orders"]["total"]), pytest.approx(float(kpis["revenue"]["total"])))
    sessions = {(event["user_pseudo_id"], parameter(event, "ga_session_id")) for event in events if parameter(event, "ga_session_id")}
    assert len(sessions) == 5  # and one more for the second purchase of a session, one for that without


@pytest.mark.parametrize(("part", "column", "expected"), [("sessions", "session_start_date", 4), ("baskets", "date", 1)])
def test_months_are_asked_for(
    part: str, column: str, expected: int, bigquery_server: BigQueryServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    SAMPLE.fill_dataset(bigquery_server, monkeypatch)
    config = source(part)
    raw = open_source(part, config, Reading(tmp_path, tmp_path / "staging"), Span(config.columns[column], since=MAY))
    assert not raw.is_whole and raw.broken_rows == 0
    moments = pq.read_table(raw.path).column(column).to_pylist()
    assert len(moments) == expected and min(moments) >= MAY
    assert {job.statement_type for job in bigquery_server.jobs} == {"SELECT"}


def test_a_dataset_without_daily_tables_is_said(bigquery_server: BigQueryServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    SAMPLE.fill_dataset(bigquery_server, monkeypatch)
    for path in SAMPLE.folder.glob("*.ndjson"):
        bigquery_server.warehouse.con.execute(f'DROP TABLE "{bigquery_server.project}.{DATASET}"."{path.stem}"')
    with pytest.raises(SourceError) as caught:
        check_source("sessions", source("sessions"), Reading(tmp_path, tmp_path / "staging"))
    assert caught.value.code == ErrorCode.NOT_FOUND and "the query" in str(caught.value)
