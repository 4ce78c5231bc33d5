"""Scores of a group's periods: what each series was expected to be, how far off it was, and how unusual all of them together are.

Older periods are looked at from both sides (robust STL of all periods before the recent ones). Recent ones, and only these, by what came
before: their expectation is causal, and every median, spread and network is fitted on the periods before the recent ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ca_assets.models.anomalies.autoencoder import Autoencoder, Training, train
from ca_assets.models.anomalies.expectation import causal_expectation
from ca_assets.models.anomalies.robust import Flags, Floats, robust_z, spread, wide_spread
from ca_assets.models.anomalies.stl import decompose

FEWEST_SERIES = 4  # that vary: a code of two numbers rebuilds fewer of them whatever they do, and what it leaves says nothing


@dataclass(frozen=True)
class Method:
    """How a group is scored. `period`: 7 of days, 1 of weeks. `recent`: last periods scored by what was before. `has_network`: with the
    autoencoder. `is_single`: the score is the largest |z| itself, which is not normalised again.
    """

    period: int
    recent: int
    has_network: bool = False
    is_single: bool = False
    training: Training | None = None


@dataclass(frozen=True)
class Scored:
    """Of groups (scopes): `expected` and `scale` (the robust standard deviation of what is usual) in the unit of the model, `z`: arrays
    (group, period, series), NaN where nothing is known. `score` (group, period): NaN where no series has a z.
    """

    expected: Floats
    scale: Floats
    z: Floats
    score: Floats


def score_groups(values: Floats, scored: Flags, method: Method, trusted: Flags | None = None, chance: Floats | None = None) -> Scored:
    """Scores of groups of series: values (group, period, series) in the unit of the model, NaN where there is none.

    `scored` (group, period) marks the periods that are scored; those of them before the recent ones are what the others are compared with.
    `trusted`, of the shape of the values, marks those from which anything may be expected: not those of a day without rows.
    `chance` (group, series): the standard deviation that chance alone gives; a spread is no smaller than it.
    """
    groups, n, columns = values.shape
    past = max(n - method.recent, 0)
    history = scored & (np.arange(n) < past)
    is_recent = np.arange(n) >= past
    known = values if trusted is None else np.where(trusted, values, np.nan)
    series, believed = _as_rows(values), _as_rows(known)
    reference = np.repeat(history, columns, axis=0) & ~np.isnan(believed)
    expected = (_from_both_sides(believed, past, method.period), causal_expectation(believed, method.period))
    measured = spread if method.is_single else wide_spread
    usual = [measured(np.where(reference, series - rows, np.nan)) for rows in expected]
    if chance is not None:
        usual = [(middle, np.maximum(scale, chance.reshape(-1))) for middle, scale in usual]
    z = [(series - rows - middle[:, None]) / scale[:, None] for rows, (middle, scale) in zip(expected, usual, strict=True)]
    centre = [rows + middle[:, None] for rows, (middle, _) in zip(expected, usual, strict=True)]

    def merged(older: Floats, recent: Floats) -> Floats:
        return np.where(is_recent, recent, older).reshape(groups, columns, n).transpose(0, 2, 1)

    sides = [rows.reshape(groups, columns, n).transpose(0, 2, 1) for rows in z]
    score = _scores(sides[0], sides[1], history, is_recent, method)
    scales = [np.broadcast_to(scale[:, None], series.shape) for _, scale in usual]
    return Scored(merged(*centre), merged(*scales), merged(*z), np.where(scored, score, np.nan))


def _as_rows(values: Floats) -> Floats:
    """(group, period, series) as (group × series, period)."""
    return values.transpose(0, 2, 1).reshape(values.shape[0] * values.shape[2], values.shape[1])


def _from_both_sides(series: Floats, past: int, period: int) -> Floats:
    """Expected values of the periods before the recent ones, by STL of these; NaN of the recent ones."""
    expected = np.full(series.shape, np.nan)
    if past:
        parts = decompose(series[:, :past], period)
        expected[:, :past] = parts.seasonal + parts.trend
    return expected


def _scores(older: Floats, recent: Floats, history: Flags, is_recent: Flags, method: Method) -> Floats:
    """Scores (group, period) from the z of both kinds, each compared with the history's of its own kind and its own known series."""
    net = train(np.where(history[..., None], older, np.nan), history, method.training) if method.has_network else None
    score = np.full(history.shape, np.nan)
    for z, rows in ((older, ~is_recent), (recent, is_recent)):
        for count, places in _by_known_series(z, rows).items():
            visible = np.where(np.arange(z.shape[-1]) < count, z, np.nan)
            score[:, places] = _unusualness(visible, history, net, method)[:, places]
    return score


def _by_known_series(z: Floats, rows: Flags) -> dict[int, list[int]]:
    """Periods by the number of leading series that any group has a value of: the last cohorts have fewer offsets than the others."""
    known: Flags = np.any(~np.isnan(z), axis=0)
    by_count: dict[int, list[int]] = {}
    for place in np.flatnonzero(rows):
        count = int(np.max(np.flatnonzero(known[place]), initial=-1)) + 1
        if count:
            by_count.setdefault(count, []).append(int(place))
    return by_count


def _unusualness(z: Floats, history: Flags, net: Autoencoder | None, method: Method) -> Floats:
    """The largest of: z of the residual that the network leaves, z of the distance of its code, z of the largest |z|; then its own z."""
    has_any = ~np.isnan(z).all(axis=-1)
    largest = np.where(has_any, np.max(np.nan_to_num(np.abs(z)), axis=-1), np.nan)
    if method.is_single:
        return largest
    parts = [robust_z(largest, history)]
    has_several = np.sum(np.any(~np.isnan(z), axis=1), axis=-1) >= FEWEST_SERIES
    if net is not None and has_several.any():
        rms, distance = net.errors(z)
        by_seed = np.repeat(history[:, None], net.seeds, axis=1)
        learned = (robust_z(rms.mean(axis=1), history), robust_z(distance, by_seed).mean(axis=1))
        parts += [np.where(has_several[:, None], part, np.nan) for part in learned]
    together = np.where(has_any, np.max(np.nan_to_num(np.stack(parts), nan=-np.inf), axis=0), np.nan)
    return robust_z(np.where(np.isinf(together), np.nan, together), history)
