"""What a visit loads: our styles and scripts as one file each, kept for good; the script of tables with the first table."""

from __future__ import annotations

import re
from pathlib import Path

import dash_ag_grid
from flask.testing import FlaskClient

from ca_dash.app.own_files import ASSETS


def _scripts(client: FlaskClient) -> list[str]:
    return re.findall(r'<script src="([^"]+)"', client.get("/").get_data(as_text=True))


def test_all_styles_and_scripts_are_in_one_file_each(client: FlaskClient) -> None:
    page = client.get("/").get_data(as_text=True)
    for suffix, address in (("css", r'href="(/assets/own/[^"]+\.css)"'), ("js", r'src="(/assets/own/app[^"]+\.js)"')):
        (found,) = re.findall(address, page)
        answer = client.get(found)
        assert "max-age=31536000" in answer.headers["Cache-Control"]
        own = [file.read_bytes() for file in ASSETS.glob(f"*.{suffix}") if file.name != "boot.js"]
        assert len(own) > 2 and all(part in answer.get_data() for part in own)
    assert client.get("/assets/own/app.0000000000000000.js").status_code == 404


def test_what_is_no_document_has_no_headers_of_one(client: FlaskClient) -> None:
    document, figures = client.get("/"), client.get("/_dash-dependencies")
    assert "script-src" in document.headers["Content-Security-Policy"] and "Content-Security-Policy" not in figures.headers
    assert document.headers["X-Content-Type-Options"] == figures.headers["X-Content-Type-Options"] == "nosniff"


def test_the_script_of_tables_comes_with_the_first_table(client: FlaskClient) -> None:
    assert not [path for path in _scripts(client) if "dash_ag_grid" in path or "dash_table" in path]
    (address,) = re.findall(r'data-tables="([^"]+)"', client.get("/").get_data(as_text=True))
    answer = client.get(address)
    assert answer.get_data() == (Path(dash_ag_grid.__file__).parent / "dash_ag_grid.min.js").read_bytes()
    assert "max-age=31536000" in answer.headers["Cache-Control"]
