"""A small autoencoder on the z scores of durations: how badly the usual pattern of prepare, ride and deliver explains a place's.

Three inputs and ninety weights: its gradients are written out below, so that no framework is loaded (torch takes two seconds and half a
gigabyte to be there; the training itself takes a tenth of a second), and any process that computes a range can train it. The same rows
give the same weights, bit for bit: one seed, whole batches, sums in a fixed order.
Does not belong here: where z scores come from, and when a place is called abnormal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
HIDDEN, EPOCHS, RATE, NOISE = 6, 150, 0.02, 0.3
DECAY, DECAY_OF_SQUARES, EPSILON = 0.9, 0.999, 1e-8  # of Adam
MOST_ROWS = 2_000
FEWEST_ROWS = 50
LIMIT = 6.0  # z beyond it says no more: a few extremes must not be what is learned
TRIM = 0.95  # share of rows, those that are explained best, that the second fit is made on


@dataclass(frozen=True)
class Autoencoder:
    """Weights (into × out) and biases of the layers, in order; tanh between them."""

    weights: tuple[Floats, ...]
    biases: tuple[Floats, ...]

    def errors(self, z: Floats) -> Floats:
        """By row (n × durations, NaN: not known) the cube root of the squared error over the known ones, which is nearly normal.

        The transformation is that of E. B. Wilson and M. M. Hilferty, "The distribution of chi-square", PNAS 17 (1931).
        """
        rows = prepared(z)
        residuals = np.where(np.isnan(z), 0.0, rows - self.layers(rows)[-1])
        roots: Floats = np.cbrt(np.einsum("ij,ij->i", residuals, residuals))
        return roots

    def layers(self, rows: Floats) -> list[Floats]:
        """What each layer makes of the rows, the rows themselves first."""
        values = [rows]
        for number, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True), start=1):
            linear = np.einsum("ij,jk->ik", values[-1], weight) + bias
            values.append(np.tanh(linear) if number < len(self.weights) else linear)
        return values


def prepared(z: Floats) -> Floats:
    """Input of the network: unknown scores are the middle, extreme ones the limit."""
    rows: Floats = np.clip(np.nan_to_num(z), -LIMIT, LIMIT)
    return rows


def train(z: Floats, seed: int = 1) -> Autoencoder | None:
    """Fit on the z scores of many groups (n × durations); None with fewer than 50 rows. Of more than 2,000 as many, evenly spread, are
    taken. The order of the rows does not matter.
    """
    if len(z) < FEWEST_ROWS:
        return None
    rows = prepared(z)
    rows = rows[np.lexsort(rows.T)]
    if len(rows) > MOST_ROWS:
        rows = rows[np.linspace(0, len(rows) - 1, MOST_ROWS).astype(np.int64)]
    errors = _fit(rows, seed).errors(rows)
    return _fit(rows[errors <= np.quantile(errors, TRIM)], seed)


def _fit(rows: Floats, seed: int) -> Autoencoder:
    """Adam on the Huber loss of rows from noisy rows (D. P. Kingma and J. Ba, "Adam", 2015)."""
    chance = np.random.default_rng(seed)
    width = rows.shape[1]
    shapes = list(pairwise((width, HIDDEN, 1, HIDDEN, width)))
    parameters = [chance.uniform(-1, 1, shape) / np.sqrt(shape[0]) for shape in shapes] + [np.zeros(out) for _, out in shapes]
    moments, squares = ([np.zeros_like(p) for p in parameters] for _ in range(2))
    for epoch in range(1, EPOCHS + 1):
        network = Autoencoder(tuple(parameters[: len(shapes)]), tuple(parameters[len(shapes) :]))
        for i, gradient in enumerate(_gradients(network, rows + NOISE * chance.standard_normal(rows.shape), rows)):
            moments[i] = DECAY * moments[i] + (1 - DECAY) * gradient
            squares[i] = DECAY_OF_SQUARES * squares[i] + (1 - DECAY_OF_SQUARES) * gradient**2
            step = moments[i] / (1 - DECAY**epoch) / (np.sqrt(squares[i] / (1 - DECAY_OF_SQUARES**epoch)) + EPSILON)
            parameters[i] = parameters[i] - RATE * step
    return Autoencoder(tuple(parameters[: len(shapes)]), tuple(parameters[len(shapes) :]))


def _gradients(network: Autoencoder, noisy: Floats, rows: Floats) -> Iterator[Floats]:
    """Of the mean Huber loss by the weights of each layer, then by its biases."""
    values = network.layers(noisy)
    slope = np.clip(values[-1] - rows, -1, 1) / rows.size
    by_weight, by_bias = [], []
    for number in range(len(network.weights) - 1, -1, -1):
        by_weight.append(np.einsum("ij,ik->jk", values[number], slope))
        by_bias.append(slope.sum(axis=0))
        slope = np.einsum("ik,jk->ij", slope, network.weights[number]) * (1 - values[number] ** 2)
    yield from reversed(by_weight)
    yield from reversed(by_bias)
