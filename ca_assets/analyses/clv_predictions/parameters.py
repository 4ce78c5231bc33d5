"""What a forecast was made with, or why there is none (docs/contract, section 12, `parameters`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from ca_assets.analyses.clv_predictions.specs import SPECS
from ca_assets.models.value.forecast import Forecast

REFUSAL = "refusal"


def refusal_rows(scopes: Sequence[str], reason: str) -> pa.Table:
    """The one row of each scope."""
    return _rows(scopes, {}, {REFUSAL: reason})


def parameter_rows(scopes: Sequence[str], made: Forecast, digest: str) -> pa.Table:
    """A row per scope and name: they are the shop's, whatever the scope."""
    return _rows(scopes, made.parameters, {**made.notes, "digest": digest, "model": made.model})


def _rows(scopes: Sequence[str], numbers: Mapping[str, float], texts: Mapping[str, str]) -> pa.Table:
    names = sorted(numbers.keys() | texts.keys())
    values = pa.array([numbers.get(name, np.nan) for name in names], pa.float64(), from_pandas=True)
    columns = [pa.array(names, pa.string()), values, pa.array([texts.get(name) for name in names], pa.string())]
    place = pa.array(np.tile(np.arange(len(names)), len(scopes)))
    scope = pa.array(np.repeat(np.array(scopes, dtype=object), len(names)), pa.string())
    return pa.table({"scope": scope, **dict(zip(SPECS["parameters"].schema.names, (each.take(place) for each in columns), strict=True))})
