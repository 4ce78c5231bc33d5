"""The report of resampled tests of every label (docs/contract, section 14, `*_resampled`)."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from ca_assets.analyses.ab_tests import resampling
from ca_assets.analyses.ab_tests.effects import AMOUNT, METRICS, ORDERS, used_of
from ca_assets.analyses.ab_tests.labels import ScopeLabels
from ca_assets.analyses.ab_tests.orders import Windows
from ca_assets.analyses.core.report import ReportSpec
from ca_assets.analyses.core.rows import Labels, Values, rows


def resampled_rows(spec: ReportSpec, windows: Windows, labels: ScopeLabels) -> pa.Table:
    """The report of one dimension's scopes."""
    size = len(labels)
    counts = np.full((2, 2, size), np.nan)  # metric; increased, decreased
    for metric, sides in ((ORDERS, (windows.before, windows.after)), (AMOUNT, (windows.mean_before, windows.mean_after))):
        used = used_of(windows, labels, metric)
        order = np.argsort(used.listed, kind="stable")
        difference, listed = (sides[1] - sides[0])[used.row[order]].astype(np.float64), used.listed[order]
        bounds = np.searchsorted(listed, np.arange(size + 1))
        for place in np.flatnonzero(np.diff(bounds) >= resampling.FEWEST).tolist():
            if metric == AMOUNT and labels.is_mixed[place]:
                continue
            seed = (labels.scope_of(place), labels.text_of(place), METRICS[metric])
            counts[metric, :, place] = resampling.paired_tests(difference[bounds[place] : bounds[place + 1]], *seed)
    increased, decreased = counts[:, 0].ravel(), counts[:, 1].ravel()
    rejected = increased + decreased
    tests = np.where(np.isnan(rejected), np.nan, resampling.TESTS)
    scope = np.tile(labels.scope, 2)
    columns: dict[str, Values] = {
        "label": Labels(labels.texts, np.tile(labels.label, 2)),
        "metric": Labels(METRICS, np.repeat(np.arange(2), size)),
        "tests": tests,
        "accepted": tests - rejected,
        "increased": increased,
        "decreased": decreased,
        "reject_ratio": rejected / tests,
    }
    return rows(spec, labels.names, scope, scope.shape, columns)
