"""The CSV of a panel: its rows, unrounded, and nothing that a spreadsheet would run."""

from __future__ import annotations

import codecs
import csv
import io

import pandas as pd
import pytest
from flask.testing import FlaskClient

from ca_dash.app.export import csv_text, harmless


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_formulas_are_made_harmless(text: str) -> None:
    assert harmless(text) == f"'{text}"


def test_csv_keeps_numbers_and_dates() -> None:
    data = pd.DataFrame({"day": pd.to_datetime(["2024-01-02"]), "n": [-1.25], "ok": [True], "gap": [None], "text": ["=cmd|' /C calc'!A0"]})
    assert csv_text(data) == "day,n,ok,gap,text\n2024-01-02,-1.25,true,,'=cmd|' /C calc'!A0\n"


def test_whole_numbers_have_no_point() -> None:
    assert csv_text(pd.DataFrame({"units": [3.0, 2.5, float("nan")], "n": [1, 2, 3]})) == "units,n\n3,1\n2.5,2\n,3\n"


def test_export_is_the_panels_rows(client: FlaskClient) -> None:
    answer = client.get("/export/overall-orders.csv?window=7d&scope=country%3DFR")
    assert answer.get_data().startswith(codecs.BOM_UTF8)  # a spreadsheet reads UTF-8 by it alone
    rows = list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert [row["period"] for row in rows] == [f"2024-03-{day:02d}" for day in range(7, 14)]
    assert "country-FR" in answer.headers["Content-Disposition"]
    assert client.get("/export/nothing.csv").status_code == 404


def test_file_name_says_the_window(client: FlaskClient) -> None:
    answer = client.get("/export/sessions-hours.csv?window=28d")
    assert (
        answer.headers["Content-Disposition"]
        == 'attachment; filename="Blue-Kettle_funnels-sessions_hourly-last-28d_all_2024-02-15_2024-03-13_as-of-2024-03-13.csv"'
    )
