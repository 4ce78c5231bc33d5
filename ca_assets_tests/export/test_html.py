"""Exports as one HTML page: names that look like markup stay text, and nothing is fetched."""

from __future__ import annotations

import datetime as dt
import io

import pyarrow as pa

from ca_assets.export.files import write_batches


def test_html_shows_values_and_escapes_names() -> None:
    table = pa.table(
        {
            "<b>product": ["<script>alert(1)</script>", None],
            "views": pa.array([3, None], pa.int64()),
            "value": [1.5, 0.1],
            "is_new": [True, False],
            "seen": [dt.date(2026, 11, 30), None],
            "at": pa.array([dt.datetime(2026, 11, 30, 12, tzinfo=dt.UTC), None], pa.timestamp("us", "UTC")),
        }
    )
    out = io.BytesIO()
    assert write_batches(table.schema, iter(table.to_batches()), out, "html") == 2
    page = out.getvalue().decode()
    first = (
        '<tr><td>&lt;script&gt;alert(1)&lt;/script&gt;</td><td class="n">3</td><td class="n">1.5</td>'
        "<td>true</td><td>2026-11-30</td><td>2026-11-30T12:00:00Z</td></tr>"
    )
    assert first in page
    assert '<tr><td></td><td></td><td class="n">0.1</td><td>false</td><td></td><td></td></tr>' in page
    assert '<th scope="col">&lt;b&gt;product</th>' in page
    assert page.count("<script") == page.count("http://") == page.count("https://") == 0
