"""A small lake of three months with odd names, and the stores that the index contract is tested on."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import ibis
import pyarrow as pa
import pytest

from ca_assets.contracts.tables import LOAD_TABLES, row_keys
from ca_assets.engine.connect import connect
from ca_assets.index.elasticsearch.client import ElasticClient
from ca_assets.index.open import open_index
from ca_assets.index.protocol import Index
from ca_assets.lake.lake import Lake
from ca_assets.settings.process import ProcessSettings

KEYS = row_keys(LOAD_TABLES)
UTC_TIME = pa.timestamp("us", tz="UTC")


def orders(*rows: tuple[str, str, str], amount: float = 1.5) -> pa.Table:
    """(id, month, country): a session on the 10th of its month by client c<id>."""
    starts = [dt.datetime.fromisoformat(f"{month}-10T12:00:00") for _, month, _ in rows]
    columns = {
        "id": pa.array([row[0] for row in rows], pa.string()),
        "client": pa.array([f"c{row[0]}" for row in rows], pa.string()),
        "session_start_date": pa.array([start.replace(tzinfo=dt.UTC) for start in starts], UTC_TIME),
        "payment_amount": pa.array([amount] * len(rows), pa.float64()),
        "has_purchased": pa.array([True] * len(rows), pa.bool_()),
        "dimensions.Ship country": pa.array([row[2] for row in rows], pa.string()),
        "delivery.delivery_date": pa.array([None] * len(rows), UTC_TIME),
        "local_start": pa.array(starts, pa.timestamp("us")),
        "month": pa.array([row[1] for row in rows], pa.string()),
    }
    return pa.table(columns)


THREE = (("a", "2010-11", "FR"), ("b", "2010-12", "DE"), ("c", "2011-01", None))
LINES = pa.table(
    {
        "id": ["a", "a", "b"],
        "product": ["p", "o", 'ö"; DROP'],
        "category": ["x", "x", "y"],
        "price": [0.1, 2.0, 3.25],
        "quantity": [1.0, 2.0, 1.0],
        "product_name": pa.array([None] * 3, pa.string()),
        "month": ["2010-11", "2010-11", "2010-12"],
    }
)


@pytest.fixture
def settings(tmp_path: Path) -> ProcessSettings:
    """A home whose path needs quoting."""
    return ProcessSettings(home=tmp_path / "hö me %")


@pytest.fixture
def con(settings: ProcessSettings) -> ibis.BaseBackend:
    """The engine."""
    return connect(settings)


@pytest.fixture
def lake(settings: ProcessSettings) -> Lake:
    """An empty lake."""
    return Lake(settings.lake_root)


@pytest.fixture
def full_lake(con: ibis.BaseBackend, lake: Lake) -> Lake:
    """Orders of three months, basket lines, downloads."""
    moment = dt.datetime(2010, 11, 1, 8, 30, 0, 120000, tzinfo=dt.UTC)
    clients = pa.table({"client": ["ca", "cb", "never"], "download_date": pa.array([moment] * 3, UTC_TIME)})
    lake.write(con, "orders", ibis.memtable(orders(*THREE)))
    lake.write(con, "basket_lines", ibis.memtable(LINES))
    lake.write(con, "downloads", ibis.memtable(clients))
    return lake


@dataclass(frozen=True)
class StoreUnderTest:
    """Opens an index; a second call is what a second process sees. `opening` is the same as the source of a function `open_it()`."""

    open: Callable[[], Index]
    opening: str

    def __call__(self) -> Index:
        """Open it."""
        return self.open()


@pytest.fixture
def elastic_settings(settings: ProcessSettings, elasticsearch: str) -> Iterator[ProcessSettings]:
    """Settings for a corner of the shared Elasticsearch that is empty, and emptied afterwards."""
    made = settings.model_copy(update={"index_url": elasticsearch, "index_prefix": f"t{secrets.token_hex(6)}-"})
    yield made
    ElasticClient(made).call("DELETE", f"/{made.index_prefix}*", expand_wildcards="all")


@pytest.fixture(params=["embedded", "elasticsearch"])
def open_store(request: pytest.FixtureRequest, settings: ProcessSettings, full_lake: Lake) -> StoreUnderTest:
    """The store under test."""
    if request.param == "elasticsearch":
        settings = request.getfixturevalue("elastic_settings")
    given = settings.model_dump(include={"home", "index_url", "index_prefix"}, mode="json")
    opening = f"""
def open_it():
    from ca_assets.settings.process import ProcessSettings
    from ca_assets.index.open import open_index
    return open_index(ProcessSettings(**{given!r}))
"""
    return StoreUnderTest(lambda: open_index(settings), opening)


@pytest.fixture
def index(open_store: StoreUnderTest) -> Index:
    """The store under test, empty."""
    return open_store()
