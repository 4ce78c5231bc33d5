"""A real Spark Connect server on this machine, from the jars that pyspark brings; as small as Spark gets."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyspark

from ca_assets_tests.servers.processes import children, free_port

START_SECONDS = 180
# Small plans: compiling code and planning again while running cost more than they save.
SMALL = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.shuffle.partitions": "2",
    "spark.ui.enabled": "false",
    "spark.driver.memory": "1g",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
}


def small_settings(**more: str) -> list[str]:
    """`--conf` arguments of spark-submit."""
    return [part for name, value in {**SMALL, **more}.items() for part in ("--conf", f"{name}={value}")]


@contextmanager
def connect_server(folder: Path) -> Iterator[str]:
    """Its URL while the block runs; `folder` takes its tables and log. RuntimeError with the log's end when it does not come up."""
    port, home = free_port(), Path(pyspark.__file__).parent
    folder.mkdir(parents=True, exist_ok=True)
    places = {"spark.sql.warehouse.dir": str(folder / "warehouse"), "spark.local.dir": str(folder)}
    address = {"spark.connect.grpc.binding.address": "127.0.0.1", "spark.connect.grpc.binding.port": str(port)}
    service = ["--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "spark-internal"]
    command = [str(home / "bin" / "spark-submit"), "--master", "local[2]", *small_settings(**places, **address), *service]
    environment = {**os.environ, "SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1"}
    with children(folder / "server.log") as running:
        running.start("server", command, environment)
        _wait(running.running["server"], port, folder / "server.log")
        yield f"sc://127.0.0.1:{port}"


def _wait(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"Spark Connect did not start: {log.read_text(errors='replace')[-2000:]}")
