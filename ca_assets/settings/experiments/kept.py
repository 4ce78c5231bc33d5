"""Experiments: which label is tested, how customers are assigned, and since when. Who is in which arm follows from it by a hash."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from collections.abc import Sequence

from sqlalchemy import DateTime, Float, String, select
from sqlalchemy.orm import Mapped, mapped_column

from ca_assets.settings.database import Base, Database

LABEL = re.compile(r"\w[\w .-]{0,63}")


class ExperimentError(ValueError):
    """The experiment cannot be made, found or read; the message says why and what to do."""


class Experiment(Base):
    """An experiment. `started_at`: from when on it counts; `days`: how long it is planned; `lift`: what it is to find (.05: 5 %)."""

    __tablename__ = "experiments"

    label: Mapped[str] = mapped_column(String(64), primary_key=True)
    salt: Mapped[str] = mapped_column(String(64))
    holdout_share: Mapped[float] = mapped_column(Float)
    days: Mapped[int]
    lift: Mapped[float] = mapped_column(Float)
    started_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))

    @property
    def start(self) -> dt.datetime:
        """When it starts, in UTC."""
        return self.started_at.replace(tzinfo=dt.UTC) if self.started_at.tzinfo is None else self.started_at


def add_experiment(
    database: Database, label: str, *, holdout_share: float, start: dt.datetime, days: int, lift: float, salt: str | None = None
) -> Experiment:
    """Keep an experiment; without a salt a random one. Raises ExperimentError."""
    if not LABEL.fullmatch(label):
        raise ExperimentError("a label has letters, digits, blanks, dots and hyphens, 64 at most, and begins with a letter or digit")
    if not 0.01 <= holdout_share <= 0.99:
        raise ExperimentError("the holdout is between 1% and 99% of the customers")
    if not (1 <= days <= 730 and 0.001 <= lift <= 10):
        raise ExperimentError("an experiment takes 1 to 730 days, and is to find a lift of 0.1% to 1000%")
    if salt is not None and not 1 <= len(salt) <= 64:
        raise ExperimentError("a salt has 1 to 64 characters")
    experiment = Experiment(
        label=label,
        salt=salt or secrets.token_hex(8),
        holdout_share=holdout_share,
        days=days,
        lift=lift,
        started_at=start.astimezone(dt.UTC),
        created_at=dt.datetime.now(dt.UTC),
    )
    with database.session() as session:
        if session.get(Experiment, label) is not None:
            raise ExperimentError(f"there is an experiment {label!r} already; choose another label, or remove that one")
        session.add(experiment)
    return experiment


def list_experiments(database: Database) -> Sequence[Experiment]:
    """All, the newest first."""
    with database.session() as session:
        return session.scalars(select(Experiment).order_by(Experiment.started_at.desc(), Experiment.label)).all()


def get_experiment(database: Database, label: str) -> Experiment:
    """One by its label. Raises ExperimentError."""
    with database.session() as session:
        experiment = session.get(Experiment, label)
    if experiment is None:
        raise ExperimentError(f"there is no experiment {label!r}; `ca experiment list` shows all")
    return experiment


def remove_experiment(database: Database, label: str) -> None:
    """Forget an experiment. Raises ExperimentError."""
    experiment = get_experiment(database, label)
    with database.session() as session:
        session.delete(experiment)
