"""A model's state as a value: arrays and plain settings, nothing that needs pickle to be read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class ModelState:
    """What a family keeps of a training.

    `as_of`: the last day of the data it was trained on. `seed`: of its random numbers. `code_digest`: of the family's code (set when it is
    kept). `arrays`: parameters by name. `settings`: JSON values. `metrics`: what the training measured, by name.
    """

    as_of: dt.date
    seed: int
    arrays: Mapping[str, NDArray[np.generic]] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    code_digest: str = ""
