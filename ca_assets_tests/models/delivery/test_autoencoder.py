"""The autoencoder of durations: gradients against differences, the same bits again, and what it makes of unusual rows."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from ca_assets.models.delivery import autoencoder
from ca_assets.models.delivery.autoencoder import Autoencoder, train


def usual_rows(count: int) -> NDArray[np.float64]:
    """z of deliver, prepare and ride: deliver follows the two others."""
    prepare, ride = np.random.default_rng(1).normal(size=(2, count))
    return np.stack([0.6 * prepare + 0.8 * ride, prepare, ride], axis=1)


def test_gradients_are_those_of_the_loss() -> None:
    chance = np.random.default_rng(0)
    noisy, rows = chance.normal(size=(2, 40, 3)) * 2
    shapes = ((3, 6), (6, 1), (1, 6), (6, 3))
    parameters = [chance.normal(size=shape) for shape in shapes] + [chance.normal(size=shape[1]) for shape in shapes]

    def loss(values: list[NDArray[np.float64]]) -> float:
        residual = np.abs(Autoencoder(tuple(values[:4]), tuple(values[4:])).layers(noisy)[-1] - rows)
        return float(np.where(residual < 1, residual**2 / 2, residual - 0.5).mean())

    gradients = list(autoencoder._gradients(Autoencoder(tuple(parameters[:4]), tuple(parameters[4:])), noisy, rows))
    for i, gradient in enumerate(gradients):
        for place in np.ndindex(gradient.shape):
            moved = [parameter.copy() for parameter in parameters]
            moved[i][place] += 1e-6
            assert (loss(moved) - loss(parameters)) / 1e-6 == pytest.approx(gradient[place], abs=1e-5)


def test_training_gives_the_same_bits_whatever_the_order() -> None:
    rows = usual_rows(3000)
    one, two = train(rows), train(rows[::-1])
    assert one is not None and two is not None
    assert all((a == b).all() for a, b in zip((*one.weights, *one.biases), (*two.weights, *two.biases), strict=True))
    assert train(rows[:49]) is None


def test_what_departs_from_the_pattern_has_a_larger_error() -> None:
    rows = usual_rows(2000)
    network = train(rows)
    assert network is not None
    usual = network.errors(rows)
    odd = network.errors(np.array([[2.5, -2.5, -2.5], [np.nan, np.nan, np.nan]]))
    assert odd[0] > np.quantile(usual, 0.999) and odd[1] == 0.0
    assert np.mean(usual > np.median(usual) + 3.5 * 1.4826 * np.median(np.abs(usual - np.median(usual)))) < 0.005
