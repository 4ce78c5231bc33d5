"""Colour scales."""

from __future__ import annotations

from itertools import pairwise

from ca_dash.theme import sequential


def test_scale_of_heat_maps_is_even_in_lightness() -> None:
    for scheme in ("light", "dark"):
        greens = [int(color[3:5], 16) for _, color in sequential(scheme)]
        steps = [b - a for a, b in pairwise(greens)]
        assert all(step < 0 for step in steps) or all(step > 0 for step in steps)
