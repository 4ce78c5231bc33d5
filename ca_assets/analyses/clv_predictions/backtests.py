"""Forecasts at past days, made from what was known then, and kept: by the day, and by a digest of the orders before it.

A past forecast is a function of these orders, the settings and the model's code, so one that was kept is as good as one made again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ca_assets.analyses.clv_predictions.parts import Known, date_of
from ca_assets.code_digest import code_digest
from ca_assets.models.state import ModelState
from ca_assets.models.value.forecast import Floats, Forecast, ForecastSettings


@dataclass(frozen=True)
class Outlook:
    """A forecast as it is looked back at: of the clients `numbers` (in `Part.clients`) and the days of the horizon; see `Forecast`."""

    origin: int
    numbers: NDArray[np.int64]
    orders: Floats
    orders_low: Floats
    orders_high: Floats
    revenue: Floats
    p_no_order: Floats
    yardstick_orders: Floats
    yardstick_revenue: Floats
    daily_known: Floats
    daily_newcomers: Floats
    daily_low: Floats
    daily_high: Floats
    total_low: Floats
    total_high: Floats

    @property
    def last(self) -> int:
        """The horizon's last day."""
        return self.origin + len(self.daily_known)


KEPT = tuple(field.name for field in fields(Outlook) if field.name not in ("origin", "numbers"))


def outlook(forecast: Forecast, known: Known) -> Outlook:
    """What is kept of a forecast."""
    return Outlook(known.day, known.numbers, **{name: np.asarray(getattr(forecast, name), dtype=np.float64) for name in KEPT})


def make_forecast(known: Known, settings: ForecastSettings) -> Forecast:
    """The forecast of what was known. What makes it is imported when it is needed: it may take torch with it."""
    from ca_assets.models.value.publish import forecast

    return forecast(known.data, known.day, settings)


@dataclass
class OutlookCache:
    """Outlooks of one day by currency: those of a kept state that still fit, and those that are made now."""

    state: ModelState | None
    settings: ForecastSettings

    def __post_init__(self) -> None:
        """Nothing is new yet."""
        self._used: dict[str, tuple[str, Outlook]] = {}
        self._is_new = False

    def of(self, currency: str, known: Known) -> Outlook:
        """The outlook of a part, kept or made."""
        key = self._key(known)
        kept = self.state.settings["parts"].get(currency) if self.state else None
        if self.state is not None and kept is not None and kept["key"] == key:
            arrays = {name: self.state.arrays[f"{kept['place']}.{name}"].astype(np.float64) for name in KEPT}
            self._used[currency] = key, Outlook(known.day, known.numbers, **arrays)
        else:
            self.add(currency, known, outlook(make_forecast(known, self.settings), known))
        return self._used[currency][1]

    def add(self, currency: str, known: Known, made: Outlook) -> None:
        """Keep an outlook that was made elsewhere."""
        self._used[currency] = self._key(known), made
        self._is_new = True

    def changed_state(self, origin: int) -> ModelState | None:
        """The state to keep of the day; None when what is kept holds all of it."""
        if not self._is_new:
            return None
        places: Mapping[str, int] = {currency: place for place, currency in enumerate(self._used)}
        arrays = {f"{places[currency]}.{name}": getattr(made, name) for currency, (_, made) in self._used.items() for name in KEPT}
        parts = {currency: {"place": places[currency], "key": key} for currency, (key, _) in self._used.items()}
        return ModelState(date_of(origin), self.settings.seed, arrays, {"parts": parts})

    def _key(self, known: Known) -> str:
        """Stands for what a forecast is made from."""
        return f"{known.digest} {self.settings} {_model_digest()}"


@cache
def _model_digest() -> str:
    return code_digest("models/value")
