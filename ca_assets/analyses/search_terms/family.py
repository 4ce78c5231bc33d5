"""The family `search_terms`: a table and no report. What it computes is in `compute`."""

from __future__ import annotations

from ca_assets.analyses.core.family import NIGHTLY, Family
from ca_assets.contracts.columns import Field
from ca_assets.contracts.tables import TableSpec

TABLE = TableSpec(
    "search_terms",
    ("kind", "value", "text"),
    (
        Field("kind", "str", True),
        Field("value", "str", True),
        Field("label", "str"),
        Field("orders", "int", True),
        Field("text", "str", True),
    ),
    is_exported=False,
)
FAMILY = Family(
    name="search_terms",
    group="search",
    job=NIGHTLY,
    about="What the search box finds: products, clients, promotions and values of dimensions, with their orders.",
    reports=(),
    tables=(TABLE,),
    compute="ca_assets.analyses.search_terms.compute:run",
)
