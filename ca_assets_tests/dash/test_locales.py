"""Numbers, money, dates by locale: setting, reader's own choice, charts, tables, tiles."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pandas as pd
import pytest
from dash import Dash

from ca_assets.index.embedded.index import EmbeddedIndex
from ca_assets.lake.lake import Lake
from ca_assets.settings.database import open_database
from ca_assets.settings.process import ProcessSettings
from ca_dash import format as formats
from ca_dash.app.factory import create_app
from ca_dash.components.graph import graph
from ca_dash.figures import stats
from ca_dash.figures.base import Style
from ca_dash.locales import COOKIE, OFFERED, UnknownLocale, current, d3, locale_of, name_of, plotly_config

GERMAN = locale_of("de-DE")


def test_german_formats() -> None:
    assert formats.number(1234567.5, 1, GERMAN) == "1.234.567,5"
    assert formats.money(-1234.5, "EUR", GERMAN) == "−1.234,50\u00a0€"
    assert formats.money(12_345, "EUR", GERMAN, is_short=True) == "12,3\u202fk\u00a0€"
    assert formats.rate(0.1234, 1, GERMAN) == "12,3\u00a0%"
    assert formats.interval(0.12, 0.34, GERMAN) == "12,0–34,0\u00a0%"
    assert formats.day(dt.date(2024, 3, 14), GERMAN) == "14. März 2024"
    assert formats.days(dt.date(2024, 2, 28), dt.date(2024, 3, 4), GERMAN).replace("\u2009", " ") == "28. Feb. – 4. März 2024"
    assert GERMAN.picker == "DD.MM.YYYY"


@pytest.mark.parametrize(
    ("tag", "text"), [("en", "14 Mar 2024"), ("en-US", "Mar 14, 2024"), ("ja-JP", "2024年3月14日"), ("pt_BR", "14 de mar. de 2024")]
)
def test_days_in_other_places(tag: str, text: str) -> None:
    assert formats.day(dt.date(2024, 3, 14), locale_of(tag)) == text


def test_patterns_become_plotlys() -> None:
    assert d3("E, d. MMM y") == "%a, %-d. %b %Y"
    assert d3("d 'de' MMM 'de' y") == "%-d de %b de %Y"
    known = plotly_config(GERMAN)["locales"]["de-DE"]["format"]
    assert known["months"][2] == "März" and known["days"][0] == "Sonntag" and known["decimal"] == ","


def test_charts_are_german() -> None:
    style = Style("light", "EUR", GERMAN)
    data = pd.DataFrame({"period": pd.date_range("2024-01-01", periods=20), "complete": True, "orders": 3, "revenue": 1234.5})
    fig = stats.revenue(data=data, style=style)
    assert fig.layout.separators == ",."
    assert (fig.layout.yaxis.tickprefix or "", fig.layout.yaxis.ticksuffix) == ("", "\u00a0€")
    assert fig.data[0].hovertemplate[0] == "%{y:,.2f}\u00a0€"
    assert fig.layout.xaxis.hoverformat == "%a, %-d. %b %Y"
    assert stats.weekdays(data=data, style=style).data[0].x[0] == "Mo."


def test_every_offered_locale_has_a_name_and_formats() -> None:
    for tag in OFFERED:
        locale = locale_of(tag)
        assert locale.tag == tag and name_of(tag)
        assert set(re.findall(r"%-?[A-Za-z]", d3(locale.day))) <= {"%-d", "%d", "%b", "%-m", "%m", "%Y"}


@pytest.mark.parametrize("tag", ["xx-YY", "", "no such", "../etc", "de-DE-DE-DE"])
def test_what_is_no_locale_is_said(tag: str) -> None:
    with pytest.raises(UnknownLocale, match="de-DE"):
        locale_of(tag)


def app_in(home: Path, locale: str) -> Dash:
    settings = ProcessSettings(home=home, locale=locale)
    index = EmbeddedIndex(settings.index_file, Lake(settings.lake_root))
    return create_app(index=index, database=open_database(settings), settings=settings, secret_key="a key for tests only")


def test_setting_and_own_choice(tmp_path: Path) -> None:
    server = app_in(tmp_path, "de-DE").server
    with server.test_request_context("/"):
        assert current().tag == "de-DE"
        assert graph("g", 100).config["locale"] == "de-DE"
    with server.test_request_context("/", headers={"Cookie": f"{COOKIE}=fr-FR"}):
        assert current().tag == "fr-FR"
    with server.test_request_context("/", headers={"Cookie": f"{COOKIE}=<script>"}):
        assert current().tag == "de-DE"
    with pytest.raises(UnknownLocale, match="nonsense"):
        app_in(tmp_path, "nonsense")
