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
from ca_assets.sources.driver import Reading
from ca_assets.sources.errors import SourceError
from ca_assets.sources.inference.mapping import Guess, folded, guess_mapping
from ca_assets.sources.inference.profile import profile_column, profile_texts
from ca_assets.sources.inference.source import guess_source
from ca_assets.sources.inference.yaml_text import guess_yaml

TIME, DAY = ["2024-01-05 10:00", "2024-01-06 11:30"], ["2024-01-05", "2024-01-06"]


def guess_of(source: str, **columns: list[str | None]) -> Guess:
    return guess_mapping(source, {name: profile_texts(values) for name, values in columns.items()})


def pairs(guess: Guess) -> dict[str, str]:
    return {proposal.ours: proposal.theirs for proposal in guess.columns}


@pytest.mark.parametrize(
    ("values", "description"),
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
        (["2024-01-05 23:30:00 +0100"], "time with offset"),
        (["1\u202f234,50 €", "12,00 €"], "number with decimal ,"),
        (["CHF 1’234.50", "CHF 12.00"], "number"),
        (["-$5.00", "$12.50"], "number"),
        (["1704448800"], "whole number"),
        (["AB 12", "CD 13"], "text"),
        (["٣", "٤"], "text"),
    ],
)
def test_profiles_of_texts(values: list[str | None], description: str) -> None:
    assert profile_texts(values).description == description


def test_a_profile_allows_a_few_broken_values() -> None:
    assert profile_texts([*TIME * 20, "yesterday"]).kind == "time"
    assert profile_texts([*TIME * 20, "yesterday", "today", "now"]).kind == "text"
    assert profile_texts([*TIME, "yesterday"]).kind == "text"


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
def test_profiles_of_typed_columns(array: pa.Array, kind: str) -> None:
    assert profile_column(array).kind == kind


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
    assert all(proposal.score >= 0.85 for proposal in guess.columns)


def test_values_that_cannot_be_ours_are_not_proposed() -> None:
    guess = guess_of("sessions", order_id=["1", "2"], total=["cheap", "dear"], created_at=["yesterday", "today"], paid=["EUR", "USD"])
    assert pairs(guess) == {"id": "order_id"}
    assert guess.missing == ["session_start_date", "payment_amount", "has_purchased"]


def test_a_column_of_states_tells_orders_by_its_words() -> None:
    times, states = ["2024-01-05"] * 4, ["paid", "Refunded", "pending", "voided"]
    guess = guess_of("sessions", name=["1", "2", "3", "4"], created_at=times, financial_status=states)
    assert pairs(guess)["has_purchased"] == "financial_status"
    assert guess.options == {"true_values": ["Refunded", "paid"], "false_values": "*"}
    assert "pending, voided" in guess.open_questions[0]


def test_states_that_nobody_knows_are_asked_about() -> None:
    guess = guess_of("sessions", status=["done", "open"])
    assert "done, open" in guess.open_questions[0] and "has_purchased" in guess.missing


def test_without_states_every_row_is_an_order() -> None:
    guess = guess_of("sessions", order_id=["1", "2"], created_at=TIME, total=["1.5", "2"], email=["a@b", "c@d"])
    assert guess.options == {"constants": {"has_purchased": "true"}} and guess.missing == []
    assert "taken for an order" in guess.open_questions[0]
    assert "constants" not in guess_of("sessions", total=["1.5"]).options


def test_null_words_guests_and_epochs_are_proposed() -> None:
    guess = guess_of(
        "sessions",
        order_id=["1", "2", "3"],
        customer_id=["7", "0", "9"],
        created_at=["1704448800", "1704448801.5", "1704448802"],
        total=["1.5", "n/a", "2"],
        refunded_at=["\\N", "NULL", "2024-01-05"],
        paid=["1", "1", "0"],
    )
    assert guess.options == {
        **{"date_format": {"session_start_date": "epoch_s"}, "null_values": ["NULL", "\\N", "n/a"], "guest_clients": ["0"]},
    }
    assert any("without an account" in question for question in guess.open_questions)


def test_each_column_of_times_has_its_own_format() -> None:
    columns = {"created_at": ["31.12.2024 10:00"], "refunded_at": ["31.12.2024"], "ended_at": ["2024-12-31"]}
    assert guess_of("sessions", **columns).options["date_format"] == {
        **{"session_start_date": "%d.%m.%Y %H:%M", "refund_date": "%d.%m.%Y"},
    }


def test_a_city_called_none_is_a_city() -> None:
    assert profile_texts(["None", "Paris", "Oslo"]).null_words == ()
    assert profile_texts(["NULL", "Paris", "Oslo"]).null_words == ("NULL",)
    assert profile_texts(["-", "1.5"]).null_words == ("-",)


def test_the_only_column_that_fits_is_an_unsure_proposal() -> None:
    proposals = guess_of("sessions", wann=TIME, was=["a", "b"]).columns
    (proposal,) = [proposal for proposal in proposals if proposal.ours == "session_start_date"]
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
    assert "choose" in guess_of("customers", created_at=["01/02/2024"]).open_questions[0]


def test_hostile_names_make_valid_yaml() -> None:
    names = ['or"der: id', "off", "{x}: [y]", "ü\u202e#", "customer id", "a'b"]
    columns = {name: profile_texts(["1", "0"] * 50) for name in names} | {"order id": profile_texts([str(n) for n in range(100)])}
    text = guess_yaml("sessions", guess_mapping("sessions", columns))
    config = SourceConfig(kind="csv", path="x", **yaml.safe_load(text)["sessions"])
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


@pytest.mark.parametrize("data", [b"", b"\n\n", b"a\0b\n"])
def test_a_file_without_a_header_is_a_clear_error(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "s.csv").write_bytes(data)
    with pytest.raises(SourceError, match="header"):
        guess_source("sessions", SourceConfig(kind="csv", path="s.csv"), Reading(tmp_path, tmp_path / "staging"))
