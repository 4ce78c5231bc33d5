"""The tables of the family (docs/contract, section 12): a row per client, and the forecast of each day as it was published."""

from __future__ import annotations

from typing import Any

import ibis
import numpy as np
import pyarrow as pa

from ca_assets.analyses.clv_predictions.family import PUBLISHED, TABLE
from ca_assets.analyses.clv_predictions.parts import Known, Part, date_of, dates_of
from ca_assets.analyses.clv_predictions.series import Course
from ca_assets.analyses.core.segments.scores import SEGMENTS
from ca_assets.models.value.forecast import Floats, Forecast
from ca_assets.models.value.future import future_rfm

LATEST_DAYS = 36525.0  # a century: an order that is expected later is expected never
EXPECTATIONS = {
    "orders_expected": "orders",
    "orders_low": "orders_low",
    "orders_high": "orders_high",
    "revenue_expected": "revenue",
    "revenue_low": "revenue_low",
    "revenue_high": "revenue_high",
    "p_alive": "p_alive",
    "p_no_order": "p_no_order",
}


def prediction_rows(part: Part, known: Known, made: Forecast, current: ibis.Table | None) -> pa.Table:
    """Rows of the table `clv_predictions`, in the text order of the clients."""
    clients, origin = len(known.numbers), date_of(known.day)
    columns: dict[str, Any] = {
        "client": part.clients.take(pa.array(known.numbers)),
        "currency": pa.array([part.currency] * clients, pa.string()),
        "prediction_date": pa.array([origin] * clients, pa.date32()),
        "horizon_weeks": pa.array(np.full(clients, made.weeks)),
        **{name: pa.array(getattr(made, source)) for name, source in EXPECTATIONS.items()},
        "next_order_date": _dates(known.day, made.next_order),
        "next_order_low": _dates(known.day, made.next_order_low),
        "next_order_high": _dates(known.day, made.next_order_high),
        "order_days": pa.array(np.bincount(known.data.client, minlength=clients)),
        "model": pa.array([made.model] * clients, pa.string()),
        **_of_buyers(part, known, made, current),
    }
    schema = TABLE.schema()
    return pa.table([columns[field.name].cast(field.type) for field in schema], schema=schema)


def published_rows(part: Part, made: Course) -> pa.Table:
    """Rows of the table `clv_published`: the whole part, by day."""
    days = len(made.days)
    columns = {
        "origin": pa.array([date_of(made.origin)] * days, pa.date32()),
        "period": pa.array(dates_of(made.days)),
        "predicted": pa.array(made.predicted[0]),
        "low": pa.array(made.low[0]),
        "high": pa.array(made.high[0]),
        "currency": pa.array([part.currency] * days, pa.string()),
    }
    return pa.table([columns[column.name] for column in PUBLISHED.columns()], schema=published_schema())


def published_schema() -> pa.Schema:
    """The columns of `clv_published` without the report date, by which the lake keeps it."""
    return pa.schema([PUBLISHED.schema().field(column.name) for column in PUBLISHED.columns()])


def _dates(origin: int, days: Floats) -> pa.Array:
    """The days on which orders are expected after an origin; null where none is expected in a century."""
    is_ever = days <= LATEST_DAYS
    dates = dates_of(origin + np.maximum(np.ceil(np.where(is_ever, days, 0)), 1).astype(np.int64))
    return pa.array(dates, mask=~is_ever)


def _of_buyers(part: Part, known: Known, made: Forecast, current: ibis.Table | None) -> dict[str, pa.Array]:
    """What comes from the shop's buyers as of the prediction date: segments, and values now and at the end of the horizon.

    Null without segments. Values are the buyer's over all orders in the shop (docs/contract, section 11).
    """
    clients = len(known.numbers)
    if current is None:
        names = ("future_recency_hours", "future_frequency_hours", "future_monetary", "is_rfm_abnormal", "rfm_change_score", "segment")
        return dict.fromkeys(names, pa.nulls(clients))
    values = ("recency_hours", "frequency_hours", "monetary", "order_days")
    numbers = part.numbers.filter(part.numbers.first_day <= known.day)
    buyers = numbers.inner_join(current, "key").select("number", "segment", *values).order_by("number").to_pyarrow()
    recency, frequency, monetary, order_days = (buyers[name].to_numpy().astype(np.float64) for name in values)
    future = future_rfm(recency, frequency, monetary, order_days, made)
    return {
        "segment": pa.array(SEGMENTS, pa.string()).take(pa.array(buyers["segment"].to_numpy().astype(np.int64) - 1)),
        "future_recency_hours": pa.array(future.recency_hours, from_pandas=True),
        "future_frequency_hours": pa.array(future.frequency_hours, from_pandas=True),
        "future_monetary": pa.array(future.monetary, from_pandas=True),
        "is_rfm_abnormal": pa.array(future.is_abnormal),
        "rfm_change_score": pa.array(future.change_score, from_pandas=True),
    }
