"""Flags: the abnormal periods with the series that moved most and a verdict; and the ledger of when each was flagged first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ca_assets.analyses.anomalies.family import FLAGS
from ca_assets.analyses.anomalies.groups import Group
from ca_assets.analyses.anomalies.series import ZERO
from ca_assets.analyses.anomalies.specs import SPECS
from ca_assets.analyses.anomalies.verdicts import BROKEN, CHANGED, MISSING
from ca_assets.analyses.core.base import Base
from ca_assets.analyses.core.rows import Labels, Values, rows

VERDICTS = (MISSING, BROKEN, CHANGED)
KEY = ("scope", "group", "grain", "period")


@dataclass(frozen=True)
class Flagged:
    """The abnormal periods of a group: one element per flag. `scope`: its number; `row`: its place in the group's arrays; `period`: its
    place in the span; `series`: that which moved most; `verdict`: place in `VERDICTS`.
    """

    group: Group
    scope: NDArray[np.int64]
    row: NDArray[np.int64]
    period: NDArray[np.int64]
    series: NDArray[np.int64]
    verdict: NDArray[np.int64]


def flagged(group: Group, verdicts: NDArray[np.int64]) -> Flagged:
    """The group's flags; `verdicts` by (scope, period, series) of all scopes."""
    row, period = np.nonzero(group.is_abnormal)
    series = np.argmax(np.nan_to_num(np.abs(group.z[row, period]), nan=-1.0), axis=-1)
    return Flagged(group, group.scope[row], row, period, series, verdicts[group.scope[row], period, series])


def flags_table(base: Base, groups: Sequence[Flagged], ledger: pa.Table | None) -> tuple[pa.Table, pa.Table]:
    """Rows of `flags`, and the ledger with them: who is flagged now, and who ever was. `ledger`: as the last run left it."""
    found = pa.concat_tables([_rows(base, flags) for flags in groups])
    now = found.select([*KEY, "first_flagged"])
    schema = FLAGS.schema()
    earlier = schema.empty_table() if ledger is None else ledger.select(schema.names).cast(schema)
    every = pa.concat_tables([earlier, now.select(schema.names).cast(schema)])
    firsts = every.group_by(list(KEY)).aggregate([("first_flagged", "min")]).rename_columns([*KEY, "first_flagged"])
    firsts = firsts.sort_by([(name, "ascending") for name in KEY])
    known = found.drop_columns(["first_flagged"]).join(firsts, list(KEY), join_type="left outer")
    known = known.sort_by([(name, "ascending") for name in KEY])
    spec = SPECS["flags"]
    return known.select(["scope", *spec.schema.names]).cast(pa.schema([pa.field("scope", pa.string()), *spec.schema])), firsts


def _rows(base: Base, flags: Flagged) -> pa.Table:
    group, place = flags.group, (flags.row, flags.period, flags.series)
    actual, expected = group.actual[place], group.expected[place]
    nothing = np.zeros(1, dtype=np.int64)
    columns: dict[str, Values] = {
        "group": Labels([group.name], nothing),
        "grain": Labels([group.grain], nothing),
        "period": group.span.first_days[flags.period],
        "score": group.score[flags.row, flags.period],
        "threshold": group.threshold,
        "verdict": Labels(VERDICTS, flags.verdict),
        "series": Labels(group.series, flags.series),
        "actual": actual,
        "expected": expected,
        "change_rate": np.where(expected > ZERO, actual / np.where(expected > ZERO, expected, 1.0) - 1, np.nan),
        "first_flagged": np.array([base.context.report_date], dtype="M8[D]"),
    }
    return rows(SPECS["flags"], base.scopes.names, flags.scope, flags.scope.shape, columns)


def newest(table: pa.Table, days: int, last: dt.date) -> int:
    """Number of flags of the shop as a whole in the last days."""
    since = last - dt.timedelta(days=days - 1)
    return int(pc.sum(pc.and_(pc.equal(table["scope"], "all"), pc.greater_equal(table["period"], since))).as_py() or 0)
