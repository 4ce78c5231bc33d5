"""A shop's database is killed or cut off in the middle of loads: `python -m ca_assets_tests.kill.source --times 10 [--seed S]`.

Each time the server goes at a random moment of a reading: killed with all its sessions (SIGKILL), or stopped (SIGSTOP), which is what a
cut network looks like. The load must end with one line, readers must keep the last good edition, and the next load must be right.
Ends with 1 when anything was wrong.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ca_assets.index.open import open_index
from ca_assets.settings.process import ProcessSettings
from ca_assets.sources.errors import SourceError
from ca_assets_tests.kill.seen import edition_in, snapshot_totals
from ca_assets_tests.pipeline import load_and_export
from ca_assets_tests.servers.postgresql import PostgreSQL, serving
from ca_assets_tests.shops.databases import make_tables, replace_rows, texts
from ca_assets_tests.shops.editions import Edition

VARIABLE = "KILLED_DATABASE_URL"
BLOWS = (signal.SIGKILL, signal.SIGSTOP)
FILLER_ROWS, PAUSE_SECONDS = 3_000, 0.00005  # so that reading takes about READING_SECONDS
READING_SECONDS = 0.6


@dataclass
class Result:
    """What happened; `problems` must be empty. `ended`: broken loads by what was done to the server."""

    ended: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    longest_seconds: float = 0.0


class Experiment:
    """An installation in a folder whose shop is a database of `server`."""

    def __init__(self, server: PostgreSQL, root: Path, seed: int, kind: str) -> None:
        self.server, self.root, self.kind = server, root, kind
        self.rng, self.result, self.edition = random.Random(seed), Result(), Edition(0)
        self.database = server.database()
        self.shop = root / "shop.yaml"
        self.good = -1
        self._fill(self.edition)

    def load(self) -> None:
        """A load that must succeed and be right."""
        load_and_export(self.shop, self.root / "home")
        if (found := self._published()) != self.edition.number:
            self.result.problems.append(f"edition {found} is published after a whole load of {self.edition.number}")
        self.good = self.edition.number

    def strike(self, number: signal.Signals, after_seconds: float) -> bool:
        """Hit the server so long after a load of a new edition began; False when the load had read everything by then."""
        self.edition = Edition(self.edition.number + 1)
        self._fill(self.edition)
        blow, began = threading.Timer(after_seconds, self.server.signal_all, [number]), time.monotonic()
        blow.start()
        try:
            load_and_export(self.shop, self.root / "home")
        except SourceError as error:
            self.result.ended[number.name] += 1
            self.result.longest_seconds = max(self.result.longest_seconds, time.monotonic() - began)
            self._judge(str(error))
        finally:
            blow.join()
            self._mend(number)
        return self._published() == self.good

    def _judge(self, text: str) -> None:
        if len(text.splitlines()) > 2 or self.server.password in text or not text.startswith(("sessions: ", "customers: ", "baskets: ")):
            self.result.problems.append(f"the load said {text}")
        if (found := self._published()) != self.good:
            self.result.problems.append(f"edition {found} is published after a broken load; {self.good} was good")

    def _mend(self, number: signal.Signals) -> None:
        if number is signal.SIGKILL:
            self.server.restart()
        else:
            self.server.signal_all(signal.SIGCONT)

    def _published(self) -> int:
        with open_index(ProcessSettings(home=self.root / "home")).snapshot() as snapshot:
            return edition_in(snapshot_totals(snapshot))

    def _fill(self, edition: Edition) -> None:
        """The edition's files as tables, sessions with rows beside that have no client."""
        shop = edition.shop()
        make_tables(self.server, self.database, {name: texts(data) for name, data in shop.data().items()})
        replace_rows(self.server, self.database, shop.data())
        filler = f"INSERT INTO sessions (id) SELECT 'x' || g FROM generate_series(1, {FILLER_ROWS}) g"
        self.server.execute(filler, self.database)
        for name in shop.data():
            query = f"SELECT t.*, pg_sleep({PAUSE_SECONDS})::text AS pause FROM {name} t"
            shop = shop.with_source(name, kind=self.kind, url=f"${{{VARIABLE}}}", path=None, query=query)
        shop.write(self.root)
        self.server.execute("CHECKPOINT")  # the server does not write at once what it commits


@contextmanager
def experiment(root: Path, seed: int, kind: str) -> Iterator[Experiment]:
    """One with a server of its own and short time-outs, its first edition loaded."""
    with serving() as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("CA_SOURCE_SILENCE_SECONDS", "0.5")
        patch.setenv("CA_SOURCE_CONNECT_SECONDS", "2")
        made = Experiment(server, root, seed, kind)
        patch.setenv(VARIABLE, server.url(made.database, "postgresql"))
        made.load()
        yield made


def main() -> None:
    """So many blows, killing and stopping by turns, a load after each."""
    parser = argparse.ArgumentParser(prog="python -m ca_assets_tests.kill.source", description=__doc__)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--kind", choices=("postgresql", "redshift"), default="postgresql")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="Repeats the moments. [default: another each time]")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}")
    with tempfile.TemporaryDirectory(prefix="ca-kill-") as folder, experiment(Path(folder), arguments.seed, arguments.kind) as made:
        for turn in range(arguments.times):
            while not made.strike(BLOWS[turn % 2], made.rng.uniform(0, READING_SECONDS)):
                pass
            made.load()
    print(made.result)
    sys.exit(bool(made.result.problems))


if __name__ == "__main__":
    main()
