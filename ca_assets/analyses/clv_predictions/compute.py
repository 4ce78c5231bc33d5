"""Customer lifetime value (docs/contract, section 12): the newest forecast, past ones as they would have been made, and what came of them.

Belongs here: how the family is put together. The models are in `ca_assets.models.value`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import ibis
import pyarrow as pa

from ca_assets.analyses.clv_predictions.backtests import Outlook, OutlookCache, make_forecast, outlook
from ca_assets.analyses.clv_predictions.evaluation import calibration_rows, churn_risk_rows, scoreboard_rows
from ca_assets.analyses.clv_predictions.family import ORIGINS, PUBLISHED, TABLE
from ca_assets.analyses.clv_predictions.outcomes import outcomes
from ca_assets.analyses.clv_predictions.parameters import parameter_rows, refusal_rows
from ca_assets.analyses.clv_predictions.parts import Known, Part, date_of, is_past_origin, parts_of, past_origins, prediction_day
from ca_assets.analyses.clv_predictions.predictions import prediction_rows, published_rows, published_schema
from ca_assets.analyses.clv_predictions.segments import by_segment_rows, segments_as_of
from ca_assets.analyses.clv_predictions.series import Course, course, daily_rows, total_rows
from ca_assets.analyses.clv_predictions.shares import Shares, shares
from ca_assets.analyses.clv_predictions.specs import NAME, REPORTS
from ca_assets.analyses.core.context import Context
from ca_assets.analyses.core.family import Inputs, Result
from ca_assets.analyses.core.report_set import build_report_set
from ca_assets.analyses.core.rows import empty
from ca_assets.models.state import ModelState
from ca_assets.models.value.forecast import Forecast, ForecastSettings
from ca_assets.models.value.readiness import missing_history

NO_WEEK = "needs a whole week of orders"
Tables = dict[str, pa.Table]


@dataclass
class PartForecasts:
    """Of one part: the newest forecast, the courses of all (the newest first), and the newest outlook whose horizon is over."""

    part: Part
    known: Known
    newest: Forecast
    outlook: Outlook
    shared: Shares
    courses: list[Course] = field(default_factory=list)
    newest_over: Outlook | None = None

    @property
    def over(self) -> list[Course]:
        """Those whose horizon is over."""
        return [made for made in self.courses if made.days[-1] <= self.part.last_day]

    def add_past(self, made: Outlook) -> None:
        """The outlook of the next older origin."""
        self.courses.append(course(self.part, made, shares(self.part, made), is_published=False))
        if made.last <= self.part.last_day and self.newest_over is None:
            self.newest_over = made


def run(inputs: Inputs, context: Context) -> Result:
    """All reports and both tables; without rows, and with the reason, where the history is too short."""
    base = inputs.base
    parts, origin = parts_of(base, inputs.temp), prediction_day(base)
    refusals = {part.currency: _refusal(part, origin) for part in parts}
    ready = [part for part in parts if refusals[part.currency] is None]
    tables = _joined([{"parameters": refusal_rows(part.scopes, text)} for part in parts if (text := refusals[part.currency])])
    predictions, published, headline = TABLE.schema().empty_table(), published_schema().empty_table(), "refused"
    states: list[ModelState] = []
    if ready and origin is not None:
        made, states = _forecasts(inputs, ready, origin, ForecastSettings(weeks=context.shop.settings.clv_weeks))
        current = segments_as_of(base, inputs.temp, origin)
        tables = _joined([tables, *(_reports(each, current) for each in made)])
        predictions = pa.concat_tables([prediction_rows(each.part, each.known, each.newest, current) for each in made])
        published = pa.concat_tables([published_rows(each.part, each.courses[0]) for each in made])
        headline = f"{predictions.num_rows:,} customers as of {date_of(origin)}"
    reports = build_report_set(NAME, base, _joined([{spec.type: empty(spec) for spec in REPORTS}, tables]))
    settings = context.shop.settings
    meta = {
        **reports.meta,
        "refusal": None if ready else _all_refused(refusals),
        "prediction_date": date_of(origin).isoformat() if ready and origin is not None else None,
        **{name: getattr(settings, name) for name in ("clv_weeks", "clv_minimum", "clv_days")},
    }
    stored = {TABLE.name: ibis.memtable(predictions), PUBLISHED.name: ibis.memtable(published)}
    return Result(replace(reports, meta=meta), headline, stored, tuple(states))


def _refusal(part: Part, origin: int | None) -> str | None:
    """Why there is no forecast at the end of a day; None when there is one."""
    if origin is None:
        return NO_WEEK
    settings = part.base.context.shop.settings
    missing = missing_history(part.data, origin, settings.clv_minimum, settings.clv_days)
    return missing.text if missing else None


def _all_refused(refusals: Mapping[str, str | None]) -> str:
    if len(refusals) == 1:
        return next(iter(refusals.values())) or ""
    return "; ".join(f"in {currency} {text}" for currency, text in refusals.items())


def _forecasts(
    inputs: Inputs, parts: Sequence[Part], origin: int, settings: ForecastSettings
) -> tuple[list[PartForecasts], list[ModelState]]:
    """The newest forecast of each part and its past ones; and the states to keep, which hold what was computed now."""
    made: dict[str, PartForecasts] = {}
    states: list[ModelState] = []
    for day in (origin, *past_origins(origin, ORIGINS)):
        outlooks = OutlookCache(inputs.state(date_of(day)), settings)
        for part in parts:
            known = part.known(day)
            if day == origin:
                made[part.currency] = _newest(part, known, settings)
                outlooks.add(part.currency, known, made[part.currency].outlook)
            elif _refusal(part, day) is None:
                made[part.currency].add_past(outlooks.of(part.currency, known))
        state = outlooks.changed_state(day) if is_past_origin(day) else None
        states += [state] if state else []
    return list(made.values()), states


def _newest(part: Part, known: Known, settings: ForecastSettings) -> PartForecasts:
    forecast = make_forecast(known, settings)
    made = outlook(forecast, known)
    shared = shares(part, made)
    return PartForecasts(part, known, forecast, made, shared, [course(part, made, shared, is_published=True)])


def _reports(made: PartForecasts, current: ibis.Table | None) -> Tables:
    """All reports of a part."""
    part, over = made.part, made.newest_over
    tables = {
        "daily": daily_rows(part, made.courses),
        "total": total_rows(part, made.courses),
        "by_segment": by_segment_rows(part, made.outlook, made.shared, current),
        "parameters": parameter_rows(part.scopes, made.newest, made.known.digest),
    }
    if over is None:
        return tables
    found = outcomes(part, over, shares(part, over))
    return {
        **tables,
        "scoreboard": scoreboard_rows(part, over.origin, found, made.over),
        "calibration": calibration_rows(part, found),
        "churn_risk": churn_risk_rows(part, made.outlook, made.shared, found),
    }


def _joined(parts: Iterable[Tables]) -> Tables:
    """The rows of several parts of a report, one after the other."""
    tables: dict[str, list[pa.Table]] = {}
    for part in parts:
        for name, table in part.items():
            tables.setdefault(name, []).append(table)
    return {name: pa.concat_tables(found) for name, found in tables.items()}
