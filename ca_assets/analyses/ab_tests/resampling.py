"""The older package's picture: a hundred tests, each on a hundred rows drawn without replacement. Never a decision (METHODS, 3)."""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

from ca_assets.analyses.ab_tests.student import LEVEL, critical, two_sided

Floats = NDArray[np.float64]
TESTS = 100
DRAWN = 100
FEWEST = 200
CRITICAL = float(critical(DRAWN - 1))


def draw(values: Floats, *seed: str) -> Floats:
    """TESTS × DRAWN of FEWEST values or more; each row is drawn without replacement. The same texts draw the same."""
    generator = np.random.default_rng([zlib.crc32(text.encode()) for text in seed])
    per_permutation = min(len(values) // DRAWN, TESTS)
    permutations = -(-TESTS // per_permutation)
    shuffled = generator.permuted(np.broadcast_to(values, (permutations, len(values))), axis=1)
    return np.asarray(shuffled[:, : per_permutation * DRAWN].reshape(-1, DRAWN)[:TESTS])


def paired_tests(difference: Floats, *seed: str) -> tuple[int, int]:
    """Of TESTS paired t tests: how many reject with an increase, and with a decrease. `difference`: FEWEST or more."""
    sample = draw(difference, *seed)
    mean, deviation = sample.mean(axis=1), sample.std(axis=1, ddof=1)
    is_rejected = np.abs(mean) > CRITICAL * deviation / np.sqrt(DRAWN)
    return int((is_rejected & (mean > 0)).sum()), int((is_rejected & (mean < 0)).sum())


def welch_tests(a: Floats, b: Floats, *seed: str) -> int:
    """Of TESTS Welch tests of the two sides' means: how many reject."""
    samples = [draw(side, *seed, name) for side, name in ((a, "a"), (b, "b"))]
    means, errors = zip(*((sample.mean(axis=1), sample.var(axis=1, ddof=1) / DRAWN) for sample in samples), strict=True)
    variance = errors[0] + errors[1]
    with np.errstate(divide="ignore", invalid="ignore"):
        freedom = variance**2 / ((errors[0] ** 2 + errors[1] ** 2) / (DRAWN - 1))
        p = two_sided((means[0] - means[1]) / np.sqrt(variance), freedom)
    return int((p < LEVEL).sum())
