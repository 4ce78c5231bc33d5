"""Anomalies (docs/contract, section 13): days and weeks that are not what they were expected to be, in every scope with enough of them.

Belongs here: how the family is put together. What is counted is in `counts`, what is expected in `ca_assets.models.anomalies`.
"""

from __future__ import annotations

from dataclasses import replace

import ibis
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.anomalies import groups as group_of
from ca_assets.analyses.anomalies import verdicts as data
from ca_assets.analyses.anomalies.causes import causes_table
from ca_assets.analyses.anomalies.change import rfm_change
from ca_assets.analyses.anomalies.counts import Counts, count
from ca_assets.analyses.anomalies.family import FLAGS
from ca_assets.analyses.anomalies.flags import flagged, flags_table, newest
from ca_assets.analyses.anomalies.groups import Flags, Group
from ca_assets.analyses.anomalies.series import cohort_table, scores_table, series_table
from ca_assets.analyses.core.base import Base
from ca_assets.analyses.core.context import Context
from ca_assets.analyses.core.family import Inputs, Result
from ca_assets.analyses.core.report_set import build_report_set

NEWEST_DAYS = 28


def run(inputs: Inputs, context: Context) -> Result:
    """All reports in every scope that is not refused; `meta.refusals` says which are, and why."""
    base = inputs.base
    counts = count(base)
    refused = group_of.refusals(base, counts)
    unread = data.unread_customers(base, inputs.ledger)
    groups = _groups(base, counts, refused, unread)
    spoiled = _spoiled_days(counts, groups)
    no_cohort = data.without_cohort(counts.downloads, unread)
    every = [flagged(group, _verdicts(group, *spoiled, no_cohort)) for group in groups]
    tables: dict[str, pa.Table] = {}
    for group in groups:
        name = f"{group.name}_{group.grain}"
        tables[name] = cohort_table(base, group) if group.name == "cohort" else series_table(base, group)
    ledger = inputs.tables.get(FLAGS.name)
    tables["scores"] = scores_table(base, groups)
    tables["flags"], firsts = flags_table(base, every, ledger.to_pyarrow() if ledger is not None else None)
    tables["causes"] = causes_table(base, every)
    tables["rfm_change"] = rfm_change(base, inputs.tables)
    reports = build_report_set("anomalies", base, tables)
    reports = replace(reports, meta={**reports.meta, "refusals": refused})
    flags = newest(tables["flags"], NEWEST_DAYS, base.session_days.last)
    return Result(reports, f"{flags:,} flags in the last {NEWEST_DAYS} days", {FLAGS.name: ibis.memtable(firsts)})


def _groups(base: Base, counts: Counts, refused: dict[str, dict[str, str]], unread: Flags) -> list[Group]:
    """Funnel, orders and cohorts, daily first."""
    untrusted = data.untrusted_cells(counts)
    no_cohort = data.without_cohort(counts.downloads, unread)
    scopes = {name: group_of.chosen_scopes(base, name, refused) for name in group_of.FLOORS}
    made = []
    for span in group_of.spans(base):
        made.append(group_of.funnel(base, counts, span, scopes["funnel"], untrusted))
        made.append(group_of.orders(base, counts, span, scopes["orders"], untrusted))
        made.append(group_of.cohort(base, counts, span, scopes["cohort"], no_cohort))
    return made


def _spoiled_days(counts: Counts, groups: list[Group]) -> tuple[Flags, Flags]:
    """Days whose data are missing, and those whose data are broken, by (scope, date)."""
    scopes, dates = counts.orders.shape
    daily = {group.name: data.expected_of_days(group, scopes, dates) for group in groups if group.grain == "daily"}
    expected = (daily["funnel"], daily["orders"])
    is_abnormal = np.zeros((scopes, dates), dtype=bool)
    for group in groups:
        if group.grain == "daily" and group.name != "cohort":
            is_abnormal[group.scope[:, None], group.span.offsets] |= group.is_abnormal
    return data.missing_days(counts, *expected), data.broken_days(counts, *expected) & is_abnormal


def _verdicts(group: Group, missing: Flags, broken: Flags, no_cohort: Flags) -> NDArray[np.int64]:
    """By (scope, period, series) of all scopes; of a cohort's cell those of the day (week) on which its orders came count too."""
    span = group.span
    of_cell = [data.of_periods(days, span)[..., None] for days in (missing, broken)]
    if group.name == "cohort":
        place = np.arange(len(span))[:, None] + np.arange(len(group.series))
        lasting = [days[:, np.minimum(place, len(span) - 1), 0] for days in of_cell]
        codes = data.verdict_codes(data.of_periods(no_cohort, span)[..., None] | lasting[0], lasting[1])
    else:
        codes = data.verdict_codes(*of_cell)
    return np.broadcast_to(codes, (*codes.shape[:2], len(group.series)))
