"""Colour scales, and palettes that everybody can see and tell apart."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from ca_dash.theme import MUTED, PALETTES, SURFACE, Scheme, contrast, sequential

SCHEMES: tuple[Scheme, ...] = ("light", "dark")
OKABE_ITO = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#6B7280")
# What people see who lack the cones of one kind: Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
VISIONS = {
    "normal": np.eye(3),
    "protan": np.array(((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998))),
    "deutan": np.array(((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881))),
    "tritan": np.array(((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900))),
}
# Oklab (Ottosson 2020) of linear RGB: differences in it are differences to the eye.
CONES = np.array(((0.4122214708, 0.5363325363, 0.0514459929), (0.2119034982, 0.6806995451, 0.1073969566), (0.0883024619, 0.2817188376, 0.6299787005)))  # noqa: E501  # fmt: skip
LAB = np.array(((0.2104542553, 0.7936177850, -0.0040720468), (1.9779984951, -2.4285922050, 0.4505937099), (0.0259040371, 0.7827717662, -0.8086757660)))  # noqa: E501  # fmt: skip


def closest(palette: tuple[str, ...]) -> float:
    """The distance of the two colours that are the hardest to tell apart, over all kinds of colour vision."""
    parts = np.array([[int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)] for color in palette])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    first, second = np.triu_indices(len(palette), 1)
    distances = []
    for vision in VISIONS.values():
        lab = np.cbrt(np.clip(linear @ vision.T, 0, 1) @ CONES.T) @ LAB.T
        distances.append(np.linalg.norm(lab[first] - lab[second], axis=1).min())
    return float(min(distances))


def test_scale_of_heat_maps_is_even_in_lightness() -> None:
    for scheme in SCHEMES:
        greens = [int(color[3:5], 16) for _, color in sequential(scheme)]
        steps = [b - a for a, b in pairwise(greens)]
        assert all(step < 0 for step in steps) or all(step > 0 for step in steps)


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == contrast("#ffffff", "#000000") == 21
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)  # the well-known grey that just fails 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
def test_lines_can_be_seen_on_their_ground(scheme: Scheme) -> None:
    assert [color for color in PALETTES[scheme] if contrast(color, SURFACE[scheme]) < 3] == []
    assert contrast(MUTED[scheme], SURFACE[scheme]) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
def test_colours_differ_for_every_kind_of_colour_vision(scheme: Scheme) -> None:
    assert closest(PALETTES[scheme]) >= closest(OKABE_ITO) > 0.07
