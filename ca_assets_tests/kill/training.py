"""The experiment with a weekly training beside the nightly load: one of them is killed, or both; the other goes on as if nothing was.

Belongs here: what holds of the two together. The nightly load alone: `harness`. The families are the dummy ones: `weekly_values` reads the
table of the nightly `buyer_list`, keeps a model state and a table by report date.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from ca_assets.index.open import open_index
from ca_assets_tests.dummy_families.adding import dummy_families
from ca_assets_tests.kill.harness import Aim, Experiment
from ca_assets_tests.kill.leftovers import of_models
from ca_assets_tests.kill.loader import FAMILIES, Load, Loader
from ca_assets_tests.kill.phases import ANALYSIS, Span, marks, phase_at_end, spans
from ca_assets_tests.kill.seen import trained_orders
from ca_assets_tests.shops.editions import Edition

VICTIMS = (("training",), ("load",), ("training", "load"))
SECONDS = "CA_TEST_TRAINING_SECONDS"
LONG = "600"  # a training that is still going when any load has ended


class TrainingExperiment(Experiment):
    """An installation with both jobs, their loaders and its reader."""

    _training_spans: list[Span]

    @contextmanager
    def running(self) -> Iterator[None]:
        """With the dummy families, and a second loader for the trainings."""
        self.environment |= {FAMILIES: "1"}
        with dummy_families(), super().running():
            self.trainer = Loader(self.environment)
            try:
                self.train()
                self.load_beside_a_training()
                yield
            finally:
                self.trainer.close()

    def start_training(self, seconds: str = "0.5") -> Load:
        """Begin the weekly job."""
        return self.trainer.start(self.root / "training.log", "--job", "weekly", **{SECONDS: seconds})

    def train(self) -> None:
        """A training that must succeed, and be of the published edition."""
        published, training = Edition(self._published()), self.start_training()
        code = self.trainer.wait(training)
        if code:
            self.problem(f"the training on {published} ended with {code}: {training.log.read_text()[-1500:]}")
            return
        self._training_spans = spans(marks(training.phases)) or self._training_spans
        if (orders := self.trained_orders()) != published.orders:
            self.problem(f"a training on {published} published {orders} orders")
        for left in of_models(self.settings):
            self.problem(f"after a training on {published}: {left}")

    def load_beside_a_training(self) -> None:
        """A night does not wait for a training: it ends while one is under way, and its vacuum leaves the training's files alone."""
        before = self.trained_orders()
        self.finish(Edition(self.edition.number + 1))
        training = self.start_training(LONG)
        while not any(mark.phase == ANALYSIS for mark in marks(training.phases)):
            assert training.is_going(), training.log.read_text()
            time.sleep(0.05)
        for _night in range(2):
            self.finish(Edition(self.edition.number + 1), is_alone=False)
            if not training.is_going():
                self.problem(f"a training ended while a load ran beside it: {training.log.read_text()[-1500:]}")
        self.trainer.kill(training)
        if self.trained_orders() != before:
            self.problem("a training that was killed before its end is published")
        self.finish(Edition(self.edition.number + 1))

    def kill_once(self, aim: Aim) -> bool:
        """Train on the published edition, load a new one beside it, kill one or both; False when they had ended before.

        Then a training and a load must finish, and leave an edition behind that no training has seen.
        """
        before, new = self.edition, Edition(self.edition.number + 1)
        victims, trained = self.rng.choice(VICTIMS), self.trained_orders()
        new.write(self.root / "shop")
        going = {"training": (self.trainer, self.start_training())}
        time.sleep(self.rng.random() * min(self.result.load_seconds[-3:]))
        going["load"] = (self.loader, self.loader.start(self.root / "load.log"))
        aimed = self.rng.choice(victims)
        self._wait(going[aimed][1], aim, self._training_spans if aimed == "training" else self._spans)
        codes = {name: going[name][0].kill(going[name][1]) for name in victims}
        killed = [name for name, code in codes.items() if code < 0]
        for name in killed:
            self.result.killed[name] += 1
            self.result.phases[f"{name}: {phase_at_end(marks(going[name][1].phases))}"] += 1
        for name in going.keys() - set(victims):
            loader, run = going[name]
            if code := loader.wait(run):
                self.problem(f"the {name} ended with {code} when {' and '.join(victims)} was killed: {run.log.read_text()[-1500:]}")
        self._published_is_one_of(before if "load" in victims else new, new)
        possible = {before.orders, new.orders} | ({trained} if "training" in victims else set())
        if (orders := self.trained_orders()) not in possible:
            self.problem(f"the published training has {orders} orders, not one of {possible}")
        self.train()
        self.finish(Edition(new.number + 1))
        self._judge_readings()
        return bool(killed)

    def trained_orders(self) -> int | None:
        """Of the published training."""
        with open_index(self.settings).snapshot() as snapshot:
            return trained_orders(snapshot)
