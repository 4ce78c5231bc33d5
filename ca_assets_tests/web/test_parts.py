"""Formats, exports, figures and the reader, without a browser."""

from __future__ import annotations

import ast
import csv
import io
from pathlib import Path

import pandas as pd
import pytest
from dash import Dash
from flask.testing import FlaskClient

import ca_dash
from ca_assets.storage.embedded import EmbeddedIndex
from ca_assets_tests.web import conftest, made_up
from ca_dash import format as formats
from ca_dash.export import csv_text, harmless
from ca_dash.figures import descriptive, funnels, overall, purchases
from ca_dash.graph import CONFIG
from ca_dash.locales import locale_of
from ca_dash.panels import PANELS
from ca_dash.reports import Reader
from ca_dash.theme import Style
from ca_dash.tiles import tiles
from ca_dash.view import panel_view

STYLE = Style("light", "EUR")


def frame(kind: str) -> pd.DataFrame:
    table = made_up.report_sets({"all": 1.0})[1].tables[kind]
    return table.drop(["scope"]).to_pandas(date_as_object=False)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (999, "999"),
        (9_999, "9,999"),
        (12_345, "12.3\u202fk"),
        (999_950, "1.00\u202fM"),
        (1_234_567, "1.23\u202fM"),
        (None, "–"),
        (-12_345, "−12.3\u202fk"),
        (0.5, "0.50"),
    ],
)
def test_short_numbers(value: float | None, text: str) -> None:
    assert formats.short(value) == text


def test_money_rates_hours_days() -> None:
    german = locale_of("de-DE")
    assert formats.money(1234.5, "GBP") == "£1,234.50"
    assert formats.money(-1234.5, "EUR", german) == "−1.234,50\u00a0€"
    assert formats.money(1234.5, "XTS") == "XTS\u00a01,234.50"
    assert formats.rate(0.1234) == "12.3%"
    assert (formats.hours(0.5), formats.hours(30), formats.hours(60)) == ("30 min", "30.0 h", "2.5 days")
    assert formats.scope_label("country=__none__") == "Country: not set"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_formulas_are_made_harmless(text: str) -> None:
    assert harmless(text) == f"'{text}"


def test_csv_keeps_numbers_and_dates() -> None:
    data = pd.DataFrame({"day": pd.to_datetime(["2024-01-02"]), "n": [-1.25], "ok": [True], "gap": [None], "text": ["=cmd|' /C calc'!A0"]})
    assert csv_text(data) == "day,n,ok,gap,text\n2024-01-02,-1.25,true,,'=cmd|' /C calc'!A0\n"


def test_export_is_the_panels_rows(client: FlaskClient) -> None:
    answer = client.get("/export/overall-orders.csv?window=7d&scope=country%3DFR")
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))
    assert [row["period"] for row in rows] == [f"2024-03-{day:02d}" for day in range(7, 14)]
    assert "country-FR" in answer.headers["Content-Disposition"]
    assert client.get("/export/nothing.csv").status_code == 404


def test_no_page_makes_its_own_graph() -> None:
    for path in Path(ca_dash.__file__).parent.rglob("*.py"):
        made = [
            n
            for n in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(n, ast.Call) and ast.unparse(n.func).endswith("Graph")
        ]
        assert not made or path.name == "graph.py", path
    assert CONFIG["showSendToCloud"] is False


def test_week_mean_needs_seven_days() -> None:
    data = overall.with_week_mean(pd.DataFrame({"period": pd.date_range("2024-01-01", periods=8), "orders": [7, 0, 0, 0, 0, 0, 0, 14]}))
    assert data["orders_mean"].isna().sum() == 6
    assert list(data["orders_mean"][6:]) == [1.0, 2.0]


def test_incomplete_week_is_dotted_and_named() -> None:
    fig = descriptive.sessions_per_customer(data=frame("weekly_sessions_per_customer"), style=STYLE)
    assert fig.data[1].line.dash == "dot"
    assert fig.data[0].y[-1] is None
    assert fig.data[1].hovertemplate[-1].endswith("incomplete")


def test_incomplete_bar_is_hatched() -> None:
    fig = purchases.orders(data=frame("weekly_orders"), style=Style("light", "EUR", grain="weekly"))
    assert set(fig.data[0].marker.pattern.shape[:-1]) == {""}
    assert fig.data[0].marker.pattern.shape[-1] == "/"


def test_step_names_cannot_bring_tags() -> None:
    data = pd.DataFrame({"step_order": [0, 1], "step": ["sessions", "<b onload=x>&"], "sessions": [10, 5]})
    fig = funnels.session_steps(data=data, style=STYLE)
    assert list(fig.data[0].y) == ["Sessions", "&lt;b onload=x&gt;&amp;"]
    assert "50.0" in fig.data[0].text[1]


def test_open_bin_is_named() -> None:
    fig = descriptive.payment_amounts(data=frame("payment_amount_distribution"), style=STYLE)
    assert "€110.00 or more" in fig.data[0].hovertemplate[-1]


@pytest.fixture(scope="module")
def index(shop_app: Dash, tmp_path_factory: pytest.TempPathFactory) -> EmbeddedIndex:
    index = conftest.make_app(tmp_path_factory.mktemp("own"))[1]
    conftest.publish(index, {"all": 1.0, "country=FR": 0.0})
    return index


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "search", ["", "?window=7d", "?window=all&grain=monthly", "?from=2024-03-13&to=2024-03-13", "?scope=country%3DFR&grain=weekly"]
)
def test_every_panel_draws(index: EmbeddedIndex, search: str, scheme: str) -> None:
    reader = Reader(index)
    for panel in PANELS.values():
        view = panel_view(reader, panel, search, scheme)
        if "FR" in search and view.state is not None:  # nobody ever ordered there: refused in words
            assert panel.id.split("-")[0] in {"cohorts", "churn", "journey"}, panel.id
            continue
        assert view.state is None, panel.id
        assert view.table is not None if panel.figure is None else view.figure.layout.template.layout.font.family, panel.id
    assert len(tiles(reader, search, scheme)) == 6


def test_an_empty_store_says_what_to_do(tmp_path: Path) -> None:
    reader = Reader(conftest.make_app(tmp_path)[1])
    for panel in PANELS.values():
        assert "ca load" in str(panel_view(reader, panel, "", "light").state)


def test_new_version_is_read_at_once(tmp_path: Path) -> None:
    index = conftest.make_app(tmp_path)[1]
    conftest.publish(index, {"all": 1.0})
    reader = Reader(index)
    first = reader.frame("stats/kpis", "all", None)
    assert reader.frame("stats/kpis", "all", None) is first
    conftest.publish(index, {"all": 2.0})
    assert reader.frame("stats/kpis", "all", None).version != first.version
