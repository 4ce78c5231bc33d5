"""The dry run: counts like a load's, examples by line, what a sample says and leaves unsaid, nothing touched or left behind."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import csv

from ca_assets.cleaning.build import build_tables
from ca_assets.dry_run import run as module
from ca_assets.dry_run.result import DryRun, MonthNote, SourceCheck
from ca_assets.dry_run.run import dry_run
from ca_assets.engine.connect import connect
from ca_assets.settings.process import ProcessSettings, SecretError
from ca_assets.shop import load_shop
from ca_assets_tests.shops.builder import parquet_bytes
from ca_assets_tests.shops.tea_shop import SESSIONS, TEA

MANY = 6_000
HEAD = "id,client,start,amount,bought,promo,country,basket\n"
ALONE = TEA.without("customers", "baskets")  # sessions only: less to read
COUNTS = ("read", "accepted", "rejected", "duplicates", "orphans")


def run(shop_yaml: Path, *, whole: bool = False, rows: int = 5) -> DryRun:
    return dry_run(load_shop(shop_yaml), ProcessSettings(home=shop_yaml.parent / "home"), whole=whole, sample_rows=rows)


def source(result: DryRun, name: str) -> SourceCheck:
    return next(check for check in result.sources if check.name == name)


def counts(check: SourceCheck) -> dict[str, int | None]:
    return {name: getattr(check, name) for name in COUNTS} | check.counts


def many_rows(note: str = "FR") -> list[str]:
    """Sessions from 2024-01-01 on, 20 a day: every second an order of 10, in order of time."""
    return [
        f"s{n:05d},c{n % 500},2024-{1 + n // 600:02d}-{1 + n % 600 // 30:02d}T{n % 24:02d}:00:00Z,{10 if n % 2 else 0},{n % 2},,{note},1\n"
        for n in range(MANY)
    ]


@pytest.fixture
def tea(tmp_path: Path) -> Path:
    return TEA.write(tmp_path / "shop")


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[list[str]], Path]:
    """A tea shop of the given sessions alone that counts as a large one."""
    monkeypatch.setattr(module, "SAMPLE_ROWS", 1_000)

    def write(rows: list[str]) -> Path:
        shop_yaml = replace(TEA, sessions=HEAD + "".join(rows)).write(tmp_path / "shop")
        shop_yaml.write_text(ALONE.yaml())
        return shop_yaml

    return write


def use_parquet(shop_yaml: Path, row_group_size: int) -> None:
    """Sessions as Parquet in place of CSV."""
    content = (shop_yaml.parent / "sessions.csv").read_bytes()
    (shop_yaml.parent / "sessions.parquet").write_bytes(parquet_bytes(content, row_group_size))
    shop_yaml.write_text(ALONE.with_source("sessions", kind="parquet", path="sessions.parquet").yaml())


def test_the_tea_shop(tea: Path) -> None:
    result = run(tea)
    assert result.is_usable and not result.is_sample
    sessions = source(result, "sessions")
    assert counts(sessions) == {
        **{"read": 7, "accepted": 5, "rejected": 1, "duplicates": 1, "orphans": 0},
        **{"zeroed": 0, "unknown_clients": 1, "unknown_client_sessions": 1, "guests": 0, "negative_discounts": 0, "null_dates": 0},
    }
    assert source(result, "baskets").orphans == 1
    assert {reason.reason: [example.line for example in reason.examples] for reason in sessions.reasons} == {
        "bad_payment_amount": [7],
        "duplicate": [8],
    }
    example = next(reason for reason in sessions.reasons if reason.reason == "bad_payment_amount").examples[0]
    assert "'x' is not a number" in example.message and example.row is not None and example.row["id"] == "s6"
    assert (sessions.first, sessions.last) == ("2024-01-30", "2024-03-02")
    assert result.currencies == {"GBP": 3}
    assert [(d.name, d.different, d.unset, d.top) for d in result.dimensions] == [("country", 2, 1, [("FR", 2), ("UK", 2)])]
    assert (result.last_month.month, result.last_month.note) == ("2024-02", None)
    assert (result.last_month.orders, result.last_month.revenue) == (1, 12.5)


def test_rows_are_shown_raw_and_typed_with_their_problem(tea: Path) -> None:
    sessions = source(run(tea, rows=7), "sessions")
    ours = [column.ours for column in sessions.columns]
    first, bad = sessions.rows[0], sessions.rows[5]
    assert (first.line, first.problem) == (2, None)
    assert dict(zip(ours, first.raw, strict=True))["has_purchased"] == "yes"
    typed = dict(zip(ours, first.values, strict=True))
    assert (typed["has_purchased"], typed["payment_amount"], typed["session_start_date"]) == (True, 20.0, "2024-01-30T10:00:00Z")
    assert bad.line == 7 and bad.problem is not None and "is not a number" in bad.problem
    looks = {column.ours: column.looks_like for column in sessions.columns}
    assert (looks["session_start_date"], looks["has_purchased"], looks["client"]) == ("time with offset", "yes/no", "text")


def test_nothing_is_touched_or_left_and_the_result_is_json(tea: Path) -> None:
    left = tea.parent / "home" / "staging" / "check-999999999-dead"
    left.mkdir(parents=True)
    assert json.loads(json.dumps(asdict(run(tea))))["shop"] == "Tea"
    assert sorted(str(path.relative_to(tea.parent / "home")) for path in (tea.parent / "home").rglob("*")) == ["staging"]


def test_broken_off_it_leaves_nothing(tea: Path) -> None:
    def interrupt(_what: str, _rows: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        dry_run(load_shop(tea), ProcessSettings(home=tea.parent / "home"), progress=interrupt)
    assert list((tea.parent / "home" / "staging").iterdir()) == []


def test_read_whole_it_counts_what_a_load_counts(large: Callable[[list[str]], Path], tmp_path: Path) -> None:
    rows = many_rows()
    shop_yaml = large([*rows, *rows[:50], "bad,,2024-01-01,1,1,,FR,1\n", "short\n"])
    result = run(shop_yaml, whole=True)
    settings = ProcessSettings(home=tmp_path / "load")
    con = connect(settings)
    clean = build_tables(load_shop(shop_yaml), con, settings.staging)
    for check in result.sources:
        assert counts(check) == clean.counts[check.name]
        assert {reason.reason: reason.rows for reason in check.reasons} == clean.reasons[check.name]
    assert not result.is_sample and source(result, "sessions").duplicates == 50
    con.disconnect()


def test_a_sample_says_that_it_is_one_and_what_it_cannot_tell(large: Callable[[list[str]], Path]) -> None:
    shop_yaml = large([*many_rows(), "late,c1,never,1,1,,FR,1\n"])
    shop_yaml.write_text(TEA.yaml())
    result = run(shop_yaml)
    sessions = source(result, "sessions")
    assert result.is_sample and sessions.is_sample and not source(result, "customers").is_sample
    assert sessions.total is not None and abs(sessions.total - MANY) < 0.02 * MANY and not sessions.is_total_exact
    assert 800 <= sessions.read <= 1_300 and sessions.read == sessions.accepted + sessions.rejected == sessions.accepted + 1
    assert sessions.duplicates is None and "unknown_clients" in sessions.counts and sessions.counts["unknown_clients"] is not None
    assert source(result, "baskets").orphans is None  # their sessions may be outside the sample
    assert source(result, "baskets").accepted == source(result, "baskets").read == 3
    assert source(result, "customers").counts["late_downloads"] is None
    (reason,) = sessions.reasons
    assert reason.examples[0].line is None and "end of the file" in str(reason.examples[0].place)
    assert [row.line for row in sessions.rows[:3]] == [2, 3, 4]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_the_last_month_is_exact_where_its_part_can_be_had(large: Callable[[list[str]], Path], kind: str) -> None:
    rows = many_rows()
    shop_yaml = large([*rows[:4900], *rows[4920:], *rows[4900:4920]])  # some of September came late
    if kind == "parquet":
        use_parquet(shop_yaml, row_group_size=100)
    sampled, whole = run(shop_yaml), run(shop_yaml, whole=True)
    assert sampled.is_sample and sampled.last_month.note and not whole.last_month.note
    assert (whole.last_month.month, whole.last_month.orders, whole.last_month.revenue) == ("2024-09", 300, 3000.0)
    assert (sampled.last_month.month, sampled.last_month.orders, sampled.last_month.revenue) == ("2024-09", 300, 3000.0)


def test_without_an_order_of_time_a_sample_gives_no_month(large: Callable[[list[str]], Path]) -> None:
    rows = sorted(many_rows(), key=lambda row: row[3:6][::-1])
    month = run(large(rows)).last_month
    assert month.orders is None and month.note == MonthNote.NOT_FROM_A_SAMPLE


def test_rows_over_several_lines_are_not_cut_by_a_sample(large: Callable[[list[str]], Path]) -> None:
    text = '"FR\nthe second, line\n""third"" , line"'
    sessions = source(run(large(many_rows(text))), "sessions")
    assert sessions.is_sample and sessions.rejected == 0 and sessions.reasons == []


def test_rows_longer_than_what_is_looked_at_are_not_cut_either(large: Callable[[list[str]], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ca_assets.sources.sampling.csv.HEAD_BYTES", 1_000)
    monkeypatch.setattr("ca_assets.sources.sampling.csv.WHOLE_BYTES", 1_000)
    text = "very long " * 500
    sessions = source(run(large([f's{n},c,2024-01-01,1,1,,"{text}\n{text}",1\n' for n in range(300)])), "sessions")
    assert sessions.is_sample and 0 < sessions.read < 300 and sessions.rejected == 0


def test_parquet_samples_know_how_many_rows_there_are(large: Callable[[list[str]], Path]) -> None:
    shop_yaml = large(many_rows())
    use_parquet(shop_yaml, row_group_size=500)
    sessions = source(run(shop_yaml), "sessions")
    assert (sessions.total, sessions.is_total_exact) == (MANY, True) and sessions.how == "12 of the 12 row groups of the file"
    assert 900 <= sessions.read <= 1_100


def test_a_folder_of_files_is_sampled_over_all_of_them(large: Callable[[list[str]], Path]) -> None:
    shop_yaml = large([])
    rows = many_rows()
    for part in range(3):
        (shop_yaml.parent / "parts" / str(part)).mkdir(parents=True)
        (shop_yaml.parent / "parts" / str(part) / "s.csv").write_text(HEAD + "".join(rows[part * 2000 : part * 2000 + 2000]))
    shop_yaml.write_text(ALONE.with_source("sessions", path="parts").yaml())
    sessions = source(run(shop_yaml), "sessions")
    assert sessions.is_sample and sessions.rejected == 0 and "3 files" in sessions.how
    assert (sessions.first, sessions.last) == ("2024-01-01", "2024-10-21")  # days of London


def test_a_packed_file_is_sampled_from_its_beginning(large: Callable[[list[str]], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ca_assets.sources.sampling.csv.WHOLE_BYTES", 4_000)
    shop_yaml = large([])
    (shop_yaml.parent / "sessions.csv.gz").write_bytes(gzip.compress((HEAD + "".join(many_rows())).encode()))
    shop_yaml.write_text(ALONE.with_source("sessions", path="sessions.csv.gz").yaml())
    sessions = source(run(shop_yaml), "sessions")
    assert sessions.is_sample and sessions.total is None and "beginning" in sessions.how and sessions.rejected == 0
    assert sessions.first == "2024-01-01"


def test_one_source_that_cannot_be_used_leaves_the_others(tea: Path) -> None:
    (tea.parent / "customers.csv").unlink()
    result = run(tea)
    assert not result.is_usable and "customers.csv" in str(source(result, "customers").error)
    assert source(result, "sessions").read == 7 and source(result, "baskets").orphans == 1


def test_a_file_that_breaks_off_is_that_source_s_error(tea: Path) -> None:
    data = gzip.compress((tea.parent / "lines.csv").read_bytes() + b"s1,tea,10,drinks\n" * 2_000_000)
    (tea.parent / "lines.csv.gz").write_bytes(data[: len(data) // 2])
    tea.write_text(TEA.with_source("baskets", path="lines.csv.gz").yaml())
    result = run(tea, whole=True)
    assert not result.is_usable and "cannot be read to its end" in str(source(result, "baskets").error)
    assert source(result, "sessions").read == 7


def test_two_currencies_are_not_added_up(tea: Path) -> None:
    rows = SESSIONS.replace("promo,", "currency,").replace("12.5,yes,SPRING", "12.5,yes,EUR")
    rows += "s7,bob,2024-02-11T11:00:00Z,2,yes,,UK,1\n"
    result = run(replace(TEA, sessions=rows).write(tea.parent))
    assert result.currencies == {"GBP": 3, "EUR": 1}
    assert result.last_month.revenue is None and result.last_month.revenues == {"EUR": 12.5, "GBP": 2.0} and result.last_month.orders == 2


def test_numbers_that_json_has_not_are_texts(tea: Path) -> None:
    table = csv.read_csv(tea.parent / "lines.csv")
    table = table.set_column(2, "price", pa.array([float("nan"), float("inf"), 3.0]))
    pq.write_table(table, tea.parent / "lines.parquet")
    tea.write_text(TEA.with_source("baskets", kind="parquet", path="lines.parquet").yaml())
    result = run(tea)
    assert [row.values[2] for row in source(result, "baskets").rows] == ["nan", "inf", 3.0]
    json.dumps(asdict(result), allow_nan=False)


def test_less_than_a_month_gives_no_month(tea: Path) -> None:
    (tea.parent / "sessions.csv").write_text(HEAD + "s1,ann,2024-01-03T10:00:00Z,20,yes,,FR,1\n")
    assert run(tea).last_month.month is None


def test_an_empty_source_is_no_crash(tea: Path) -> None:
    for name in ("sessions.csv", "customers.csv", "lines.csv"):
        path = tea.parent / name
        path.write_text(path.read_text().splitlines()[0] + "\n")
    result = run(tea)
    assert result.is_usable and source(result, "sessions").read == 0 and result.currencies == {} and result.dimensions[0].top == []


def test_without_columns_there_is_a_guess_and_no_mapping(tea: Path) -> None:
    customers_yaml = "customers: {kind: csv, path: customers.csv, columns: {signup_date: since}}"
    tea.write_text(f"sources:\n  sessions: {{kind: csv, path: sessions.csv}}\n  {customers_yaml}\n")
    result = run(tea)
    sessions, customers = source(result, "sessions"), source(result, "customers")
    assert not result.is_usable and "no columns are mapped" in str(sessions.error) and sessions.read == 0
    assert {column.ours: column.theirs for column in sessions.guessed}["client"] == "client"
    assert "'client' is not mapped" in str(customers.error) and customers.guess is not None


def test_a_name_that_nobody_set_is_said_with_its_remedy(tea: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOBODY_SET_THIS", raising=False)
    tea.write_text(TEA.with_source("customers", kind="postgresql", url="${NOBODY_SET_THIS}", path=None, table="customers").yaml())
    error = str(source(run(tea), "customers").error)
    assert "NOBODY_SET_THIS" in error and "ca connections add" in error


def test_a_secret_that_cannot_be_had_is_that_source_s_error(tea: Path) -> None:
    def refuse(_name: str) -> str | None:
        raise SecretError("stored with another key")

    tea.write_text(TEA.with_source("customers", kind="postgresql", url="${SHOP_URL}", path=None, table="customers").yaml())
    result = dry_run(load_shop(tea), ProcessSettings(home=tea.parent / "home"), secret=refuse)
    assert source(result, "customers").error == "customers: stored with another key" and source(result, "sessions").read == 7


def test_rejected_values_come_with_the_key_that_reads_them(tea: Path) -> None:
    assert source(run(tea), "sessions").suggestions == []
    file = tea.parent / "sessions.csv"
    rows = [f"s{n},c{n},{n + 10}.01.2024 10:00,{n}\u202f000.50 \u20ac,1,,FR,1\n" for n in range(1, 7)]
    file.write_text(HEAD + "".join(rows))
    assert source(run(tea), "sessions").suggestions == ['date_format: "%d.%m.%Y %H:%M"', 'thousands: " "']
