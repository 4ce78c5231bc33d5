"""Scripts travel compressed, whatever stands before the application; tokens of forms and pages stay what they are."""

from __future__ import annotations

import gzip
import re

from flask.testing import FlaskClient


def test_scripts_are_compressed_and_kept(client: FlaskClient) -> None:
    page = client.get("/").get_data(as_text=True)
    script = next(path for path in re.findall(r'src="([^"]+)"', page) if "dash_renderer" in path)
    plain, packed = client.get(script), client.get(script, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip" and "Accept-Encoding" in packed.headers["Vary"]
    assert len(packed.get_data()) * 2 < len(plain.get_data()) and gzip.decompress(packed.get_data()) == plain.get_data()
    assert "max-age=31536000" in packed.headers["Cache-Control"]  # its name changes with its content
