"""The distributed engine: Spark, in this process (`local[2]`), on a cluster's master, or by Spark Connect (`sc://host:port`).

Belongs here: how a session is made, and Ibis' backend on it: files, stored intermediates, results by way of Arrow. What
expressions mean in Spark's SQL is in `sql`. Needs the extra `spark` (`pip install customer-analytics[spark]`) and,
unless Spark Connect is used, Java 17 or newer.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import pyarrow as pa
import pyspark.sql.types as pt
from ibis.backends.pyspark import Backend
from ibis.backends.pyspark.datatypes import PySparkType
from ibis.formats.pandas import PandasData
from py4j.protocol import Py4JError
from pyspark import SparkConf, SparkContext
from pyspark.errors import PySparkException
from pyspark.java_gateway import launch_gateway
from pyspark.sql import SparkSession

from ca_assets.engine.errors import EngineError
from ca_assets.engine.spark.sql import SparkTypes, compiler

SESSION = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",  # an overflow is an error, never another number
    "spark.sql.caseSensitive": "true",
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",  # a month is a text
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
    "spark.sql.mapKeyDedupPolicy": "LAST_WIN",
}
CONNECT_PORT, REACH_SECONDS = 15002, 10
_GLOB_SIGNS = re.compile(r"[][{}*?\\]")  # in a folder's name they are no pattern


class SchemaTypes(PySparkType):
    """Spark's types as Ibis': instants have the zone UTC, naive times none; both count microseconds."""

    @classmethod
    def to_ibis(cls, typ: Any, nullable: bool = True) -> Any:
        """The Ibis type."""
        if isinstance(typ, pt.TimestampType):
            return dt.Timestamp(timezone="UTC", scale=6, nullable=nullable)
        if isinstance(typ, pt.TimestampNTZType):
            return dt.Timestamp(scale=6, nullable=nullable)
        return super().to_ibis(typ, nullable=nullable)


class SparkEngine(Backend):
    """Ibis' backend with the compiler of this project; what it stores lies in `scratch`, which all executors must reach."""

    compiler = compiler

    def do_connect(self, session: SparkSession, scratch: Path, is_remote: bool = False) -> None:
        """On a session of its own."""
        self._mode, self._session, self.scratch, self.is_remote = "batch", session, scratch, is_remote
        for name, value in SESSION.items():
            session.conf.set(name, value)

    def disconnect(self) -> None:
        """Drop scratch files and a remote session. A Spark in this process goes on until the process ends: another one takes seconds."""
        if self.is_remote:
            self._session.stop()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def get_schema(self, table_name: str, *, catalog: str | None = None, database: str | None = None) -> sch.Schema:
        """Columns of a view."""
        return sch.Schema({field.name: SchemaTypes.to_ibis(field.dataType) for field in self._session.table(f"`{table_name}`").schema})

    def read_parquet(self, path: Any, /, *, table_name: str | None = None, **_duckdb_options: Any) -> ibis.Table:
        """Files (one, a list, or a folder of them) as a lazy table; the partition of a file (`…/month=2010-11/…`) comes from its path."""
        paths = [str(file) for file in path] if isinstance(path, (list, tuple)) else [str(path)]
        root, _, folder = paths[0].rpartition("/")[0].rpartition("/")
        root = root if "=" in folder else ""
        reader = self._session.read.option("basePath", root) if root else self._session.read
        return self._view(reader.parquet(*(_GLOB_SIGNS.sub(r"\\\g<0>", file) for file in paths)), table_name)

    def _view(self, frame: Any, name: str | None = None) -> ibis.Table:
        name = name or f"view_{uuid4().hex}"
        frame.createOrReplaceTempView(name)
        return self.table(name)

    def to_parquet(self, expr: ibis.Table, /, path: Any, **_options: Any) -> None:
        """Compute and write a folder of Parquet files."""
        self._frame(expr).write.parquet(str(path))

    def create_table(self, name: str, /, obj: Any = None, **_options: Any) -> ibis.Table:
        """Compute once into a table of the session's warehouse: unlike Spark's cache, its rows never change when a worker is lost."""
        self._frame(obj).write.saveAsTable(name, format="parquet")
        return self.table(name)

    def create_view(self, name: str, /, obj: Any, **_options: Any) -> ibis.Table:
        """A view of the session."""
        return self._view(self._frame(obj), name)

    def _frame(self, expr: Any) -> Any:
        """The expression as Spark's lazy frame, with exactly the types that Ibis says (a small literal is an INT for Spark)."""
        self._run_pre_execute_hooks(expr)
        types = {name.replace("`", "``"): SparkTypes.from_ibis(kind).sql("spark") for name, kind in expr.schema().items()}
        casts = [f"CAST(`{name}` AS {kind}) AS `{name}`" for name, kind in types.items()]
        return self._session.sql(self.compile(expr)).selectExpr(*casts)

    def _register_in_memory_table(self, op: Any) -> None:
        rows = op.data.to_pyarrow(op.schema)
        if rows.num_rows:
            frame = self._session.createDataFrame(rows)
        else:  # without rows Spark Connect wants to be told the types
            kinds = (f"`{name.replace('`', '``')}` {SparkTypes.from_ibis(kind).sql('spark')}" for name, kind in op.schema.items())
            frame = self._session.createDataFrame([], ", ".join(kinds))
        frame.createOrReplaceTempView(op.name)

    def to_pyarrow(self, expr: Any, /, *, params: Any = None, limit: Any = None, **_options: Any) -> Any:
        """The result as an Arrow table (or column or scalar)."""
        self._run_pre_execute_hooks(expr)
        table = expr.as_table()
        result = self._session.sql(self.compile(table, params=params, limit=limit)).toArrow()
        types = table.schema().to_pyarrow().types
        columns = [result.column(i).cast(kind) for i, kind in enumerate(types)]
        return expr.__pyarrow_result__(pa.table(columns, names=table.schema().names))

    def execute(self, expr: Any, /, *, params: Any = None, limit: Any = None, **_options: Any) -> Any:
        """The result as pandas."""
        table = expr.as_table()
        frame = self.to_pyarrow(table, params=params, limit=limit).to_pandas()
        return expr.__pandas_result__(PandasData.convert_table(frame, table.schema()))


def connect_spark(url: str, spill: Path, shared: Path, memory_bytes: int) -> SparkEngine:
    """An engine by its URL: `spark` or `local[2]`, `sc://host:port`, or a cluster's master.

    `spill`: a folder for this engine's files; `shared`: one for those of a Spark in this process, which serves later engines too.
    EngineError when Spark cannot be reached or does not start.
    """
    is_remote = url.startswith("sc://")
    session = _remote(url) if is_remote else _classic("local[*]" if url == "spark" else url, shared, memory_bytes).newSession()
    scratch = spill / uuid4().hex
    scratch.mkdir(parents=True)
    engine: SparkEngine = SparkEngine().connect(session, scratch, is_remote)
    return engine


def _remote(url: str) -> SparkSession:
    """A session of a Spark Connect server. Its client would try for ten minutes, so a plain connection is tried first."""
    place = urlsplit(url)
    host, port = place.hostname or "", place.port or CONNECT_PORT
    try:
        socket.create_connection((host, port), REACH_SECONDS).close()
    except OSError as error:
        raise EngineError(f"Spark Connect at {host}:{port} cannot be reached ({error}); start it, or correct CA_ENGINE") from error
    return SparkSession.builder.remote(url).create()


def _classic(master: str, folder: Path, memory_bytes: int) -> SparkSession:
    """This process's Spark, started when there is none; its log is a file, so that the console stays quiet."""
    if SparkContext._active_spark_context is None:
        conf = SparkConf().setMaster(master).setAppName("CustomerAnalytics").setAll(list(_settings(master, folder, memory_bytes).items()))
        if master.startswith("local"):
            os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        folder.mkdir(parents=True, exist_ok=True)
        log = folder / "spark.log"
        try:
            with log.open("ab") as lines:
                gateway = launch_gateway(conf, {"stderr": lines, "stdout": subprocess.DEVNULL})
            SparkContext(conf=conf, gateway=gateway)
        except (PySparkException, Py4JError, OSError) as error:
            raise EngineError(f"Spark did not start as {master!r}: it needs Java 17, and its master; {log} says more") from error
    return SparkSession.builder.getOrCreate()


def _settings(master: str, folder: Path, memory_bytes: int) -> dict[str, str]:
    """Of a Spark that this process starts; a cluster has its own for all but the first two."""
    common = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}
    if not master.startswith("local"):
        return common
    return {
        **common,
        "spark.driver.memory": f"{memory_bytes // 2**20}m",
        "spark.local.dir": str(folder),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.shuffle.partitions": str(2 * (os.cpu_count() or 1)),
    }
