"""Effects with their errors: difference-in-differences over strata, and paired means; both with errors clustered by customer.

Difference-in-differences: in each stratum the treated rows' mean less that of the controls; strata weighted by the treated. That is the
mean effect on the treated, and its error comes from the influence of each row, added up by cluster (Liang and Zeger 1986; Abadie 2005).
Belongs here: arrays in, arrays out. Does not belong here: orders, labels, windows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from ca_assets.analyses.ab_tests.student import critical, two_sided

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
SMALLEST = 1e-9  # an error that counts as none
FEWEST_CONTROLS = 2  # of a stratum: one alone has no spread
CHUNK = 8_000_000  # numbers of (cluster, label) held at once


@dataclass(frozen=True)
class Estimates:
    """By label: effect (NaN where there is none), ends of its 95 % interval and p value (NaN without an error)."""

    effect: Floats
    low: Floats
    high: Floats
    p: Floats


@dataclass(frozen=True)
class Rows:
    """Rows that can be treated or controls: outcome, stratum and cluster (numbers from 0)."""

    outcome: Floats
    stratum: Ints
    cluster: Ints


def difference_in_differences(rows: Rows, treated: Ints, label: Ints, labels: int) -> Estimates:
    """Of each label against all rows without it. `treated`, `label`: pairs of a row's number and a label's (0 .. labels - 1)."""
    strata, rows = _compact(rows)
    cell = label * strata + rows.stratum[treated]
    of_treated = np.bincount(cell, minlength=labels * strata).reshape(labels, strata)
    sum_treated = np.bincount(cell, rows.outcome[treated], labels * strata).reshape(labels, strata)
    controls = np.bincount(rows.stratum, minlength=strata) - of_treated
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (np.bincount(rows.stratum, rows.outcome, strata) - sum_treated) / controls
        is_supported = (of_treated > 0) & (controls >= FEWEST_CONTROLS)
        mean = np.where(is_supported, mean, 0.0)
        total = (of_treated * is_supported).sum(axis=1)
        effect = ((sum_treated - of_treated * mean) * is_supported).sum(axis=1) / total
        weight = np.where(is_supported, of_treated / (total[:, None] * controls), 0.0)
        weight *= np.sqrt(controls / np.maximum(controls - 1, 1))  # a residual from the own mean is too small
    share = is_supported / np.maximum(total, 1)[:, None]
    error, clusters = _clustered(rows, _Treated(treated, label), _Weights(mean, weight, share), effect)
    return interval(effect, error, clusters)


@dataclass(frozen=True)
class _Treated:
    """Pairs of a row's number and a label's."""

    row: Ints
    label: Ints


@dataclass(frozen=True)
class _Weights:
    """Label × stratum: mean of the controls, weight of each control, and of each treated row (0 without controls)."""

    mean: Floats
    control: Floats
    treated: Floats


def _compact(rows: Rows) -> tuple[int, Rows]:
    """Strata numbered without gaps."""
    used, stratum = np.unique(rows.stratum, return_inverse=True)
    return len(used), Rows(rows.outcome, stratum.astype(np.int64), rows.cluster)


def _clustered(rows: Rows, treated: _Treated, weights: _Weights, effect: Floats) -> tuple[Floats, Ints]:
    """Standard error of each label's effect, and the number of clusters with treated rows.

    A control's influence is -weight (outcome - mean of its stratum's controls). All rows are first taken for controls; the treated ones
    are then corrected by what they are instead.
    """
    clusters = int(rows.cluster.max(initial=-1)) + 1
    shape, where = (clusters, weights.mean.shape[1]), (rows.cluster, rows.stratum)
    outcomes = (rows.outcome, np.ones(len(rows.outcome)))
    sums, counts = (csr_array((values, where), shape) for values in outcomes)  # type: ignore[no-untyped-call]
    at = treated.label, rows.stratum[treated.row]
    residual = rows.outcome[treated.row] - weights.mean[at]
    own = (weights.treated[at] + weights.control[at]) * residual - weights.treated[at] * np.nan_to_num(effect)[treated.label]
    is_counted = weights.treated[at] > 0
    variance, treated_clusters = np.zeros(len(effect)), np.zeros(len(effect), np.int64)
    order = np.argsort(treated.label, kind="stable")
    step = max(CHUNK // max(clusters, 1), 1)
    for first in range(0, len(effect), step):
        width = min(step, len(effect) - first)
        chosen = order[slice(*np.searchsorted(treated.label[order], (first, first + width)))]
        chosen = chosen[is_counted[chosen]]
        part = slice(first, first + width)
        influence = counts @ (weights.control[part] * weights.mean[part]).T - sums @ weights.control[part].T
        place = rows.cluster[treated.row[chosen]] * width + treated.label[chosen] - first
        influence += np.bincount(place, own[chosen], clusters * width).reshape(clusters, width)
        variance[part] = np.square(influence).sum(axis=0)
        treated_clusters[part] = np.bincount(np.unique(place) % width, minlength=width)
    return np.sqrt(variance), treated_clusters


def paired(difference: Floats, cluster: Ints, label: Ints, labels: int) -> Estimates:
    """Mean difference of each label's rows."""
    count = np.bincount(label, minlength=labels)
    with np.errstate(divide="ignore", invalid="ignore"):
        effect = np.bincount(label, difference, labels) / count
    width = int(cluster.max(initial=0)) + 1
    cells, number = np.unique(label * width + cluster, return_inverse=True)
    sums = np.bincount(number, difference - effect[label], len(cells))
    of_label = cells // width
    error = np.sqrt(np.bincount(of_label, np.square(sums), labels)) / np.maximum(count, 1)
    return interval(effect, error, np.bincount(of_label, minlength=labels))


def interval(effect: Floats, error: Floats, clusters: Ints) -> Estimates:
    """95 % interval and p value by Student's t with one degree of freedom less than there are clusters (with treated rows).

    The error is made larger by clusters / (clusters - 1), as is usual for few clusters; without spread, or with one cluster, there is none.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        error = error * np.sqrt(clusters / (clusters - 1.0))
        error = np.where((clusters > 1) & (error > SMALLEST), error, np.nan)
        half = critical(clusters - 1.0) * error
        p = two_sided(effect / error, clusters - 1.0)
    return Estimates(effect, effect - half, effect + half, np.where(np.isnan(error), np.nan, p))
