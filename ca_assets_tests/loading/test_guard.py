"""A source that is suddenly empty: refused with what to do, and let pass when that was asked for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ca_assets.loading.guard import require_usable_rows
from ca_assets.sources.errors import SourceError
from ca_assets_tests.cleaning.building import build
from ca_assets_tests.shops.builder import SampleShop

HEAD = "id,client,start,amount,bought\n"
SHOP = SampleShop(
    sessions=HEAD + "o1,c1,2024-03-01,10,1\no2,c2,2024-03-02,10,1\n", customers="client,download\nc1,2024-01-05\nc2,2024-01-06\n"
)
SPOILED = {
    "sessions header": ({"sessions": HEAD}, "sessions: 0 rows were read; the last load could use 2"),
    "sessions unreadable": (
        {"sessions": HEAD + "o1,c1,01/03/24,10,1\n"},
        r"sessions: none of the 1 rows .*bad_session_start_date 1; the first",
    ),
    "customers header": ({"customers": "client,download\n"}, "customers: 0 rows"),
    "customers unreadable": ({"customers": "client,download\nc1,05/01/2024\n"}, "customers: none of the 1 rows"),
}
LAST = {"sessions": {"read": 2, "rejected": 0}, "customers": {"read": 2, "rejected": 0}}


@pytest.mark.parametrize("what", SPOILED)
def test_a_source_that_lost_its_rows_is_refused(tmp_path: Path, what: str) -> None:
    changed, words = SPOILED[what]
    clean = build(tmp_path, replace(SHOP, **changed))  # type: ignore[arg-type]
    (source,) = changed
    with pytest.raises(SourceError, match=words) as error:
        require_usable_rows(clean, LAST)
    assert f"--accept-empty {source}" in str(error.value)
    require_usable_rows(clean, LAST, (source,))


@pytest.mark.parametrize(
    ("changed", "last", "is_refused"),
    [
        ({"sessions": HEAD}, {}, False),  # an empty shop
        ({"sessions": HEAD + "o1,c1,01/03/24,10,1\n"}, {}, True),
        ({"customers": "client,download\nc1,05/01/2024\n"}, {}, False),
        ({"customers": "client,download\n"}, {"customers": {"read": 3, "rejected": 3}}, False),  # nothing could be used before either
        ({"sessions": HEAD + "o1,c1,01/03/24,10,1\no2,c2,2024-03-02,10,1\n"}, LAST, False),
    ],
)
def test_a_first_load_and_one_that_lost_a_part(tmp_path: Path, changed: dict[str, str], last: dict[str, Any], is_refused: bool) -> None:
    clean = build(tmp_path, replace(SHOP, **changed))  # type: ignore[arg-type]
    if not is_refused:
        require_usable_rows(clean, last)
        return
    with pytest.raises(SourceError, match="accept-empty"):
        require_usable_rows(clean, last)
