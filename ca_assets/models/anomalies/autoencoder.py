"""A small autoencoder per group of series that move together: how badly a period is rebuilt from two numbers, and how unusual these are.

C–24–2–24–C with tanh, trained on standardised residuals with noise added and Huber's loss; then the worst 5 % of the periods are left out
and it is trained again, so that anomalies of the past are not learned. Three nets of different seeds are averaged. All groups (scopes) of a
shop are trained at once as one batch of matrices; what a group gets does not depend on which others are beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from ca_assets.models.anomalies.robust import Flags, Floats

HIDDEN, CODE = 24, 2
NOISE, TRIMMED, CLIP = 0.3, 0.05, 8.0
LEARNING_RATE, BATCH = 0.01, 128


@dataclass(frozen=True)
class Training:
    """`seed` of the first net; `seeds`: how many nets; `epochs`: of their training; `first_epochs`: of the net that finds the worst."""

    seed: int = 1
    seeds: int = 3
    epochs: int = 150
    first_epochs: int = 75


@dataclass(frozen=True)
class Autoencoder:
    """Trained nets of several groups: weights with the leading axes (group, seed); centre and inverse covariance of their codes."""

    weights: tuple[Any, ...]
    centre: Floats
    precision: Floats
    seeds: int

    def errors(self, z: Floats) -> tuple[Floats, Floats]:
        """Standardised residuals (group, n, C), NaN as 0 → root mean square of what is not rebuilt, and Mahalanobis distance of the code.

        Both of shape (group, seed, n); columns without a value count in neither.
        """
        import torch

        known = ~np.isnan(z)
        with torch.no_grad():
            code, rebuilt = _forward(self.weights, _input(z, self.seeds))
        shape = (len(z), self.seeds, z.shape[1])
        off = np.where(known[:, None], np.clip(np.nan_to_num(z), -CLIP, CLIP)[:, None] - rebuilt.numpy().reshape(*shape, -1), 0.0)
        rms = np.sqrt(np.sum(off**2, axis=-1) / np.maximum(known.sum(axis=-1), 1)[:, None])
        from_centre = code.numpy().astype(np.float64).reshape(*shape, CODE) - self.centre[:, :, None]
        distance = np.sqrt(np.maximum(np.einsum("gsnc,gscd,gsnd->gsn", from_centre, self.precision, from_centre), 0))
        return rms, distance


def train(z: Floats, rows: Flags, training: Training | None = None) -> Autoencoder:
    """Nets for groups of standardised residuals z (group, n, C), trained on the periods that `rows` (group, n) marks. One thread."""
    import torch

    torch.set_num_threads(1)
    training = training or Training()
    short = Training(training.seed, 1, training.first_epochs)
    first = Autoencoder(_fitted(z, rows, short), np.zeros((len(z), 1, CODE)), np.zeros((len(z), 1, CODE, CODE)), 1)
    trimmed = _without_worst(first.errors(z)[0][:, 0], rows)
    weights = _fitted(z, trimmed, training)
    with torch.no_grad():
        code, _ = _forward(weights, _input(z, training.seeds))
    codes = code.numpy().astype(np.float64).reshape(len(z), training.seeds, z.shape[1], CODE)
    return Autoencoder(weights, *_codes_of(codes, trimmed), training.seeds)


def _without_worst(error: Floats, rows: Flags) -> Flags:
    """The rows of each group without those of the largest error: 5 % of them."""
    place = np.argsort(np.argsort(np.where(rows, -error, np.inf), axis=-1, kind="stable"), axis=-1, kind="stable")
    trimmed: Flags = rows & (place >= np.floor(rows.sum(axis=-1, keepdims=True) * TRIMMED))
    return trimmed


def _codes_of(codes: Floats, rows: Flags) -> tuple[Floats, Floats]:
    """Mean and inverse covariance of the codes of the marked rows, per group and net."""
    share = (rows / np.maximum(rows.sum(axis=-1, keepdims=True), 1))[:, None, :, None]
    centre = np.sum(codes * share, axis=2)
    off = (codes - centre[:, :, None]) * np.sqrt(share)
    covariance = np.einsum("gsnc,gsnd->gscd", off, off) + 1e-6 * np.eye(CODE)
    return centre, np.linalg.inv(covariance)


def _input(z: Floats, seeds: int) -> Any:
    import torch

    clipped = np.clip(np.nan_to_num(z), -CLIP, CLIP).astype(np.float32)
    return torch.from_numpy(np.repeat(clipped, seeds, axis=0))


def _forward(weights: tuple[Any, ...], x: Any) -> tuple[Any, Any]:
    """Code and rebuilt input of a batch (net, row, C)."""
    import torch

    w1, b1, w2, b2, w3, b3, w4, b4 = weights
    code = torch.tanh(torch.baddbmm(b2, torch.tanh(torch.baddbmm(b1, x, w1)), w2))
    return code, torch.baddbmm(b4, torch.tanh(torch.baddbmm(b3, code, w3)), w4)


def _start(columns: int, training: Training, groups: int) -> tuple[Any, ...]:
    """Initial weights: those of a seed are the same in every group."""
    import torch

    sizes = (columns, HIDDEN, CODE, HIDDEN, columns)
    weights = []
    generators = [torch.Generator().manual_seed(training.seed + i) for i in range(training.seeds)]
    for size, following in pairwise(sizes):
        bound = size**-0.5
        for shape in ((size, following), (1, following)):
            drawn = torch.stack([(torch.rand(shape, generator=each) * 2 - 1) * bound for each in generators])
            weights.append(drawn.repeat(groups, 1, 1).requires_grad_())
    return tuple(weights)


def _fitted(z: Floats, rows: Flags, training: Training) -> tuple[Any, ...]:
    """Weights after a training from the start (Adam, mini-batches, the rate falling to 0 along a cosine)."""
    import torch

    groups, n, columns = z.shape
    x = _input(z, training.seeds)
    is_learned = rows[..., None] & ~np.isnan(z)
    weight_of_cell = torch.from_numpy(np.repeat(is_learned.astype(np.float32), training.seeds, axis=0))
    weights = _start(columns, training, groups)
    optimizer = torch.optim.Adam(weights, lr=LEARNING_RATE, fused=True)
    steps = training.epochs * -(-n // BATCH)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    generator = torch.Generator().manual_seed(training.seed)
    for _ in range(training.epochs):
        order = torch.randperm(n, generator=generator)
        for clean, weight in zip(torch.split(x[:, order], BATCH, 1), torch.split(weight_of_cell[:, order], BATCH, 1), strict=True):
            noise = torch.randn((1, training.seeds, *clean.shape[1:]), generator=generator)
            noisy = (clean.view(groups, training.seeds, *clean.shape[1:]) + NOISE * noise).view(clean.shape)
            _, rebuilt = _forward(weights, noisy)
            loss = torch.nn.functional.huber_loss(rebuilt, clean, reduction="none") * weight
            optimizer.zero_grad()
            torch.autograd.backward(loss.sum().div(clean.shape[1] * columns))
            optimizer.step()
            schedule.step()
    return tuple(weight.detach() for weight in weights)
