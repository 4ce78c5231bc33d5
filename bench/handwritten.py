"""The hand-written yardstick's families, named as the product's; base tables first (`sql_base.make`)."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa

from bench.hand import Hand
from bench.sql_churn import churn
from bench.sql_cohorts import cohorts
from bench.sql_funnels_stats import funnels, stats
from bench.sql_journey import journey
from bench.sql_products import products
from bench.sql_promotions import promotions

_ALL = (funnels, stats, cohorts, products, promotions, churn, journey)
FAMILIES: dict[str, Callable[[Hand], dict[str, pa.Table]]] = {family.__name__: family for family in _ALL}
