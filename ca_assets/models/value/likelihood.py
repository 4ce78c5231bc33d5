"""Maximum likelihood by L-BFGS with an analytic gradient, from several starts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy import optimize

from ca_assets.models.value.forecast import Floats

OPTIONS = {"maxiter": 1000, "ftol": 1e-13, "gtol": 1e-8}
_minimize: Any = optimize.minimize


def maximise(
    log_likelihood: Callable[[Floats], tuple[float, Floats]], starts: Sequence[Sequence[float]], bounds: Sequence[tuple[float, float]]
) -> Floats:
    """The best of the maxima reached from the starts, within the bounds. `log_likelihood` gives value and gradient."""

    def loss(values: Floats) -> tuple[float, Floats]:
        value, gradient = log_likelihood(values)
        return -value, -gradient

    low, high = np.transpose(np.asarray(bounds, dtype=np.float64))
    fits = [
        _minimize(loss, np.clip(np.asarray(start), low, high), jac=True, method="L-BFGS-B", bounds=list(bounds), options=OPTIONS)
        for start in starts
    ]
    best: Floats = min(fits, key=lambda fit: float(fit.fun)).x
    return best
