"""Which sources a run may find empty: its configuration and its tag name them, and a name that is none is told."""

from __future__ import annotations

import pytest

from ca_assets.defs.resources import ACCEPT_EMPTY_TAG, accepted_empty


def test_configuration_and_tag_are_taken_together() -> None:
    assert accepted_empty(["baskets"], {ACCEPT_EMPTY_TAG: "sessions, baskets,"}) == ("baskets", "sessions")
    assert accepted_empty([], {}) == ()


def test_a_name_that_is_no_source_is_told() -> None:
    with pytest.raises(ValueError, match="'lines' is no source; they are sessions, customers, baskets, deliveries"):
        accepted_empty([], {ACCEPT_EMPTY_TAG: "lines"})
