"""What all databases share: names in a url, and limits from the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from ca_assets.sources.databases import Limits, fill_placeholders
from ca_assets.sources.driver import Reading
from ca_assets.sources.errors import SourceError


def test_names_in_a_url_are_replaced_and_unknown_ones_told(tmp_path: Path) -> None:
    reading = Reading(tmp_path, tmp_path, secret={"A": "one\n", "B_2": "${A}", "EMPTY": ""}.get)
    assert fill_placeholders("sessions", "${A}/${B_2}/$A", reading) == "one/${A}/$A"
    for unknown in ("C", "EMPTY"):
        with pytest.raises(
            SourceError, match=f"sessions: .*{unknown}.* is not known; set the variable {unknown} or run `ca connections add"
        ):
            fill_placeholders("sessions", f"x${{{unknown}}}", reading)


def test_limits_have_the_names_that_users_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"TIMEOUT": "1.5", "CONNECT": "3", "SILENCE": "0.5"}.items():
        monkeypatch.setenv(f"CA_SOURCE_{name}_SECONDS", value)
    assert (Limits().timeout_seconds, Limits().connect_seconds, Limits().idle_timeout_seconds) == (1.5, 3, 0.5)
