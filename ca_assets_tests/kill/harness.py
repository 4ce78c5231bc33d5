"""The experiment: load an edition, kill the load at a random moment, see that readers kept one whole edition, finish, look for leftovers.

Belongs here: the course of it and its judgement. One half of the moments are drawn from equal parts of a load's duration, so that they
cover all of it; the other half from within the phases in turn (`phases`), because the most delicate ones are short.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from ca_assets.engine.connect import connect
from ca_assets.index.open import open_index
from ca_assets.lake.lake import Lake
from ca_assets.settings.database import open_database
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.shops import apply_shop
from ca_assets_tests.kill.leftovers import leftovers
from ca_assets_tests.kill.loader import Load, Loader
from ca_assets_tests.kill.phases import Span, marks, phase_at_end, spans, wait_for
from ca_assets_tests.kill.seen import edition_in, snapshot_totals
from ca_assets_tests.shops.editions import Edition

Aim = float | str  # a share of a load's time, or a phase


@dataclass
class Result:
    """What happened. `killed` counts kills by the last step that had ended, `phases` by what the load was doing.

    `readings` are counted by kind; `problems` must be empty.
    """

    killed: Counter[str] = field(default_factory=Counter)
    phases: Counter[str] = field(default_factory=Counter)
    too_late: int = 0
    published_though_killed: int = 0
    readings: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    load_seconds: list[float] = field(default_factory=list)

    def text(self) -> str:
        """For people."""
        steps, phases = (", ".join(f"{what} {count}" for what, count in each.most_common()) for each in (self.killed, self.phases))
        seconds = sorted(self.load_seconds)[len(self.load_seconds) // 2] if self.load_seconds else 0.0
        lines = [
            f"{self.killed.total()} killed, {self.published_though_killed} of them after the switch; {self.too_late} more had ended before",
            f"killed in: {phases}",
            f"last step that had ended: {steps}",
            f"readings: {dict(self.readings)}; a whole load takes {seconds:.1f} s",
            *(f"PROBLEM: {problem}" for problem in self.problems),
        ]
        return "\n".join(lines)


class Experiment:
    """An installation in a folder, its loader and its reader."""

    def __init__(self, root: Path, seed: int, index_url: str | None = None, index_prefix: str = "") -> None:
        self.root, self.rng, self.result = root, random.Random(seed), Result()
        self.settings = ProcessSettings(home=root / "home", index_url=index_url, index_prefix=index_prefix)
        index = {"CA_INDEX_URL": index_url, "CA_INDEX_PREFIX": index_prefix} if index_url else {}
        self.environment = {**os.environ, "CA_HOME": str(root / "home"), **index}
        self.edition = Edition(0)
        self._read_lines = self._last_read = 0
        self._finished: list[tuple[float, int]] = []
        self._spans: list[Span] = []

    @contextmanager
    def running(self) -> Iterator[None]:
        """The first edition loaded, the loader and the reader at work."""
        apply_shop(open_database(self.settings), self.edition.write(self.root / "shop"))
        self.loader = Loader(self.environment)
        reader: subprocess.Popen[bytes] | None = None
        try:
            self.finish()
            words = [sys.executable, "-m", "ca_assets_tests.kill.reader", str(self.root / "readings.jsonl")]
            with (self.root / "reader.log").open("wb") as log:
                reader = subprocess.Popen(words, env=self.environment, stdout=log, stderr=log)
            self.finish(Edition(1))
            self._judge_readings()
            yield
            if reader.poll() is not None:
                self.problem(f"the reader has ended: {(self.root / 'reader.log').read_text()[-500:]}")
        finally:
            if reader is not None:
                reader.kill()  # Dagster lets SIGTERM be what SIGINT is, which a shell's background jobs ignore
                reader.wait(20)
            self.loader.close()

    def kill_many(self, times: int) -> Result:
        """So many kills, each followed by a load that must finish."""
        with self.running():
            for done, aim in enumerate(self._aims(times), 1):
                while not self.kill_once(aim):
                    self.result.too_late += 1
                aimed = aim if isinstance(aim, str) else f"at {aim:.2f} of a load"
                print(f"{done}/{times}: killed {aimed}; {len(self.result.problems)} problems", file=sys.stderr)
        return self.result

    def _aims(self, times: int) -> list[Aim]:
        """Shares of a load's time for one half, phases in turn for the other, mixed."""
        uniform = times - times // 2
        aims: list[Aim] = [(part + self.rng.random()) / uniform for part in range(uniform)]
        known = list(dict.fromkeys(span.phase for span in self._spans))
        self.rng.shuffle(known)
        aims += itertools.islice(itertools.cycle(known), times - uniform)
        self.rng.shuffle(aims)
        return aims

    def _wait(self, load: Load, aim: Aim, spans: Sequence[Span]) -> None:
        """Until the moment to kill it: a share of a load's time, or anywhere in an occurrence of a phase (of a whole load's `spans`)."""
        if isinstance(aim, float):
            time.sleep(aim * min(self.result.load_seconds[-3:]))
            return
        span = self.rng.choice([span for span in spans if span.phase == aim] or spans)
        if wait_for(load.phases, span, load.is_going):
            time.sleep(0.8 * self.rng.random() * span.seconds)  # to wake and to kill takes time too

    def kill_once(self, aim: Aim) -> bool:
        """Load a new edition and kill it at the moment aimed at; False when it had ended before. Then a load must finish."""
        before, new = self.edition, Edition(self.edition.number + 1)
        new.write(self.root / "shop")
        load = self.loader.start(self.root / "load.log")
        self._wait(load, aim, self._spans)
        is_killed = self.loader.kill(load) < 0
        if is_killed:
            self.result.killed[last_step(load.log)] += 1
            self.result.phases[phase_at_end(marks(load.phases))] += 1
            self._published_is_one_of(before, new)
        self.finish(new if self.rng.random() < 0.5 else Edition(new.number + 1))  # the killed edition, or one that came after it
        self._judge_readings()
        return is_killed

    def finish(self, edition: Edition | None = None, *, is_alone: bool = True) -> None:
        """Load an edition to its end (the present one when none is given), and look at everything that it left.

        What another run is using just then (not `is_alone`) is no leftover.
        """
        if edition is not None:
            edition.write(self.root / "shop")
            self.edition = edition
        load = self.loader.start(self.root / "load.log")
        code = self.loader.wait(load)
        self.result.load_seconds.append(time.monotonic() - load.began)
        if code:
            self.problem(f"the load of {self.edition} ended with {code}: {load.log.read_text()[-1500:]}")
            return
        self._finished.append((time.time(), self.edition.number))
        self._spans = spans(marks(load.phases))
        self._is_exactly(self.edition)
        for left in leftovers(self.settings) if is_alone else ():
            self.problem(f"after {self.edition}: {left}")

    def problem(self, text: str) -> None:
        """Note one and say it at once."""
        self.result.problems.append(text)
        print(f"PROBLEM: {text}", file=sys.stderr)

    def _published(self) -> int:
        with open_index(self.settings).snapshot() as snapshot:
            return edition_in(snapshot_totals(snapshot))

    def _published_is_one_of(self, before: Edition, new: Edition) -> None:
        number = self._published()
        self.result.published_though_killed += before.number != number == new.number
        if number not in (before.number, new.number):
            self.problem(f"after a kill edition {number} is published, not {before.number} or {new.number}")

    def _is_exactly(self, edition: Edition) -> None:
        """Lake and publication hold the edition: nothing lost, nothing twice."""
        if (number := self._published()) != edition.number:
            self.problem(f"edition {number} is published after a whole load of {edition.number}")
        con = connect(self.settings)
        rows = Lake(self.settings.lake_root).read(con, "orders").select("id", "has_purchased", "payment_amount").to_pyarrow()
        con.disconnect()
        sold = rows.filter(rows["has_purchased"])
        wanted = {f"o{i}" for i in range(edition.orders)}
        if sorted(sold["id"].to_pylist()) != sorted(wanted) or pa.compute.sum(sold["payment_amount"]).as_py() != edition.revenue:
            self.problem(f"the lake does not hold {edition}: {sold.num_rows} orders")

    def _judge_readings(self) -> None:
        """Of the new readings: no error, editions in their order, and none older than the one that was finished when it began."""
        lines = (self.root / "readings.jsonl").read_text().splitlines()
        new = [json.loads(line) for line in lines[self._read_lines :] if line.endswith("}")]
        self._read_lines += len(new)
        for reading in new:
            self.result.readings[reading.get("by", "failed")] += 1
            if "error" in reading:
                self.problem(f"a reader got {reading['error']}")
        seen = [(reading["edition"], self._finished_before(reading["began"])) for reading in new if "edition" in reading]
        numbers = [self._last_read, *(number for number, _ in seen)]
        self._last_read = numbers[-1]
        if numbers != sorted(numbers) or any(not oldest <= number <= self.edition.number for number, oldest in seen):
            self.problem(f"readers saw editions {numbers}; finished when they began: {[oldest for _, oldest in seen]}")

    def _finished_before(self, moment: float) -> int:
        return max((number for at, number in self._finished if at < moment), default=0)


def last_step(log: Path) -> str:
    """The last step whose end a load had told."""
    told = [line.split()[0] for line in log.read_text().splitlines() if line.startswith("  ") and line.endswith(" s")]
    return told[-1] if told else "none yet"
