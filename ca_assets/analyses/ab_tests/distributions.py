"""Which distribution the values after a label order have, by BIC (Schwarz 1978). It is shown and chooses no test (METHODS, 3)."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from ca_assets.analyses.ab_tests.decisions import Floats
from ca_assets.analyses.ab_tests.effects import AMOUNT, METRICS, ORDERS, used_of
from ca_assets.analyses.ab_tests.labels import ScopeLabels
from ca_assets.analyses.ab_tests.likelihoods import DISTRIBUTIONS, Ints, Samples
from ca_assets.analyses.ab_tests.orders import Windows
from ca_assets.analyses.core.report import ReportSpec
from ca_assets.analyses.core.rows import Labels, Values, rows

NAMES = tuple(DISTRIBUTIONS)


def choose(samples: Samples) -> tuple[Ints, Floats]:
    """Per group the number of the distribution with the smallest BIC, and that BIC (NaN where none can be fitted)."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        criteria = np.array([size * np.log(samples.size) - 2 * fit(samples) for fit, size in DISTRIBUTIONS.values()])
    criteria = np.where(np.isfinite(criteria) & (samples.size > 1), criteria, np.inf)
    best = criteria.argmin(axis=0)
    value = criteria[best, np.arange(samples.groups)]
    return best, np.where(np.isfinite(value), value, np.nan)


def samples_of(group: Ints, value: Floats, groups: int) -> Samples:
    """Values as triples."""
    values, number = np.unique(value, return_inverse=True)
    cells, count = np.unique(group * max(len(values), 1) + number, return_counts=True)
    width = max(len(values), 1)
    return Samples(groups, cells // width, values[cells % width] if len(values) else values, count.astype(np.float64))


def distribution_rows(spec: ReportSpec, windows: Windows, labels: ScopeLabels) -> pa.Table:
    """The report of one dimension's scopes."""
    size = len(labels)
    best, bic, count = (np.zeros((2, size)) for _ in range(3))
    for metric, after in ((ORDERS, windows.after.astype(np.float64)), (AMOUNT, windows.mean_after)):
        used = used_of(windows, labels, metric)
        best[metric], bic[metric] = choose(samples_of(used.listed, after[used.row], size))
        count[metric] = np.bincount(used.listed, minlength=size)
    bic[AMOUNT, labels.is_mixed] = np.nan
    scope = np.tile(labels.scope, 2)
    no_name = len(NAMES)
    names = np.where(np.isnan(bic), no_name, best).astype(np.int64).ravel()
    columns: dict[str, Values] = {
        "label": Labels(labels.texts, np.tile(labels.label, 2)),
        "metric": Labels(METRICS, np.repeat(np.arange(2), size)),
        "distribution": Labels((*NAMES, ""), names),
        "bic": bic.ravel(),
        "n": count.ravel().astype(np.int64),
    }
    table = rows(spec, labels.names, scope, scope.shape, columns)
    place = table.schema.get_field_index("distribution")
    named = pa.array(np.array([*NAMES, None], dtype=object)[names], pa.string())
    return table.set_column(place, table.schema.field(place), named)
