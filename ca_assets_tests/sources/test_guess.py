"""Guesses of a mapping: names that shops use, values that must fit, and text to paste. Never more than a proposal."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from ca_assets.demo.generate import generate
from ca_assets.shop import SourceConfig, load_shop
from ca_assets.sources.errors import SourceError
from ca_assets.sources.guess import Guess, folded, guess_mapping
from ca_assets.sources.guess_peek import guess_source
from ca_assets.sources.guess_values import look_at, look_at_column
from ca_assets.sources.guess_yaml import guess_yaml
from ca_assets.sources.reading import Reading

TIME, DAY = ["2024-01-05 10:00", "2024-01-06 11:30"], ["2024-01-05", "2024-01-06"]


def guess_of(source: str, **columns: list[str | None]) -> Guess:
    return guess_mapping(source, {name: look_at(values) for name, values in columns.items()})


def pairs(guess: Guess) -> dict[str, str]:
    return {each.ours: each.theirs for each in guess.columns}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (["1", "0", "1"], "yes/no"),
        (["Yes", "no", ""], "yes/no"),
        (["1", "2", "30"], "whole number"),
        (["1.5", "-2", "3e4"], "number"),
        (["1.234,50", "12,00", "3"], "number with decimal ,"),
        (["1,234.50", "12.00", "3"], "number"),
        (DAY, "day"),
        (TIME, "time"),
        (["2024-01-05T10:00:00Z", "2024-01-05 10:00:00+01:00"], "time with offset"),
        (["31.12.2024 10:00", "01.02.2025 11:30"], "time as %d.%m.%Y %H:%M"),
        (["01/02/2024", "03/04/2024"], "time as %d/%m/%Y or %m/%d/%Y"),
        (["a", "b", None], "text"),
        (["", None, " "], "nothing"),
        (["Infinity", "1"], "text"),
        (["٣", "٤"], "text"),
    ],
)
def test_looks(values: list[str | None], words: str) -> None:
    assert look_at(values).words == words


def test_a_look_allows_a_few_broken_values() -> None:
    assert look_at([*TIME * 20, "yesterday"]).kind == "time"
    assert look_at([*TIME * 20, "yesterday", "today", "now"]).kind == "text"
    assert look_at([*TIME, "yesterday"]).kind == "text"


@pytest.mark.parametrize(
    ("array", "kind"),
    [
        (pa.array([True, None]), "yes/no"),
        (pa.array([1, 2, 3]), "whole number"),
        (pa.array([0, 1, 1]), "yes/no"),
        (pa.array([1.5]), "number"),
        (pa.array([dt.datetime(2024, 1, 1)]), "time"),
        (pa.array([dt.datetime(2024, 1, 1)], pa.timestamp("us", "UTC")), "time with offset"),
        (pa.array([dt.date(2024, 1, 1)]), "day"),
        (pa.array(["a", "b"]).dictionary_encode(), "text"),
        (pa.array([b"\xff"]), "text"),
        (pa.array([[1], [2]]), "text"),
    ],
)
def test_looks_of_typed_columns(array: pa.Array, kind: str) -> None:
    assert look_at_column(array).kind == kind


@pytest.mark.parametrize("name", ["orderID", "OrderId", "Order Id", "order-id", "ORDER_ID", " order__id "])
def test_names_are_folded(name: str) -> None:
    assert folded(name) == "order_id"


def test_a_web_shop_s_orders() -> None:
    guess = guess_of(
        "sessions",
        **{
            "Order Number": ["1001", "1002"],
            "CustomerID": ["7", "8"],
            "Created At": TIME,
            "Grand Total": ["12.50", "7.00"],
            "Paid": ["1", "0"],
            "Coupon Code": ["SPRING", ""],
            "Currency": ["EUR", "EUR"],
        },
    )
    assert pairs(guess) == {
        **{"id": "Order Number", "client": "CustomerID", "session_start_date": "Created At", "payment_amount": "Grand Total"},
        **{"has_purchased": "Paid", "promotion_id": "Coupon Code", "currency": "Currency"},
    }
    assert guess.missing == []
    assert all(each.score >= 0.85 for each in guess.columns)


def test_values_that_cannot_be_ours_are_not_proposed() -> None:
    guess = guess_of("sessions", order_id=["1", "2"], total=["cheap", "dear"], created_at=["yesterday", "today"], paid=["EUR", "USD"])
    assert pairs(guess) == {"id": "order_id"}
    assert guess.missing == ["client", "session_start_date", "payment_amount", "has_purchased"]


def test_a_status_is_no_flag_and_the_remedy_is_said() -> None:
    assert "'paid' AS purchased" in guess_of("sessions", status=["done", "open"]).notes[0]
    assert "true AS purchased" in guess_of("sessions", total=["1.5"]).notes[0]


def test_the_only_column_with_fitting_values_is_an_unsure_proposal() -> None:
    (proposal,) = [each for each in guess_of("sessions", wann=TIME, was=["a", "b"]).columns if each.ours == "session_start_date"]
    assert (proposal.theirs, proposal.score) == ("wann", 0.4)
    assert "session_start_date" in guess_of("sessions", wann=TIME, bis=TIME).missing


def test_a_key_that_repeats_is_less_sure() -> None:
    unique = guess_of("sessions", order_id=["1", "2", "3"]).columns[0].score
    (repeated,) = guess_of("sessions", order_id=["1", "1", "1"]).columns
    assert repeated.score < unique and "twice" in repeated.why


def test_dimensions_and_actions_are_what_is_left() -> None:
    countries, words = ["FR", "UK", "FR", "DE", "UK"] * 20, [f"word {n}" for n in range(100)]
    guess = guess_of(
        "sessions", order_id=[str(n) for n in range(100)], country=countries, note=words, paid=["1", "0"] * 50, saw=["t", "f"] * 50
    )
    assert (guess.dimensions, guess.actions) == (["country"], ["saw"])
    assert guess_of("customers", customer_id=["1"], created_at=TIME, newsletter_at=TIME).actions == ["newsletter_at"]


def test_formats_that_shop_yaml_must_name() -> None:
    guess = guess_of("sessions", created_at=["31.12.2024 10:00"], total=["1.234,50"])
    assert guess.options == {"date_format": "%d.%m.%Y %H:%M", "decimal": ",", "thousands": "."}
    assert "choose" in guess_of("customers", created_at=["01/02/2024"]).notes[0]


def test_hostile_names_make_valid_yaml() -> None:
    names = ['or"der: id', "off", "{x}: [y]", "ü\u202e#", "customer id", "a'b"]
    columns = {name: look_at(["1", "0"] * 50) for name in names} | {"order id": look_at([str(n) for n in range(100)])}
    text = guess_yaml("sessions", guess_mapping("sessions", columns))
    found = yaml.safe_load(text)["sessions"]
    config = SourceConfig(kind="csv", path="x", **found)
    assert config.columns["id"] == "order id"
    assert {*config.columns.values(), *config.actions.values()} == {*columns}


def test_a_column_without_values_is_proposed_as_a_comment() -> None:
    text = guess_yaml("sessions", guess_of("sessions", order_id=["1", "2"], voucher=["", ""]))
    assert "# promotion_id: voucher" in text and yaml.safe_load(text)["sessions"]["columns"] == {"id": "order_id"}


def test_the_demo_shop_is_guessed_from_its_files(tmp_path: Path) -> None:
    generate(tmp_path, sessions=800, seed=3, end=dt.date(2024, 6, 30))
    shop = load_shop(tmp_path / "shop.yaml")
    for name in ("sessions", "customers", "baskets", "deliveries"):
        config = getattr(shop.sources, name)
        guess = guess_source(name, config.model_copy(update={"columns": {}}), Reading(shop.folder, tmp_path / "staging"))
        assert pairs(guess) == config.columns
        assert sorted(guess.dimensions) == sorted(config.dimensions.values())
        assert guess.actions == list(config.actions.values())


def test_parquet_and_another_delimiter(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text("\ufeff\norder_id;total\n1;2,5\n2;3,5\n")
    reading = Reading(tmp_path, tmp_path / "staging")
    guess = guess_source("sessions", SourceConfig(kind="csv", path="s.csv"), reading)
    assert pairs(guess) == {"id": "order_id", "payment_amount": "total"} and guess.options == {"delimiter": ";", "decimal": ","}
    (tmp_path / "country=FR").mkdir()
    table = pa.table({"order_id": ["a", "b"], "total": [1.5, 2.5], "paid": [True, False]})
    pq.write_table(table, tmp_path / "country=FR" / "s.parquet")
    guess = guess_source("sessions", SourceConfig(kind="parquet", path="country=FR"), reading)
    assert pairs(guess) == {"id": "order_id", "payment_amount": "total", "has_purchased": "paid"}


@pytest.mark.parametrize("data", [b"", b"\n\n", "a,b\n".encode("utf-16")])
def test_a_file_without_a_header_is_a_clear_error(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "s.csv").write_bytes(data)
    with pytest.raises(SourceError, match="header"):
        guess_source("sessions", SourceConfig(kind="csv", path="s.csv"), Reading(tmp_path, tmp_path / "staging"))
