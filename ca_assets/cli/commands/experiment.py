"""`ca experiment`: chance decides who gets something; what it changed, readable at any time."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import click

from ca_assets.cli.output import Problem, note, say, table


class Share(click.ParamType):  # type: ignore[type-arg]
    """A share as `20%` or `0.2`."""

    name = "share"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The share as a fraction of 1."""
        if isinstance(value, float):
            return value
        match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(%?)", str(value).strip())
        if match is None:
            self.fail(f"{value!r} is no share; write 20% or 0.2", param, ctx)
        return float(match[1]) / (100 if match[2] else 1)


@click.group("experiment")
def command() -> None:
    """Experiments in which chance decides who gets something and who is held out."""


@command.command("split")
@click.argument("label")
@click.option("--holdout", type=Share(), default="20%", show_default=True, help="Share of the customers who do not get it.")
@click.option("--salt", help="Text that decides, with the customer's id, who is held out. [default: a random one]")
@click.option("--start", type=click.DateTime(["%Y-%m-%d"]), help="First day, in the business time zone. [default: now]")
@click.option("--days", type=int, default=28, show_default=True, help="How long it is planned; it may be looked at on any day.")
@click.option("--detect", type=Share(), default="5%", show_default=True, help="The lift that it is to find, for the days still needed.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="Folder of the two lists. [default: here]")
def split(*, label: str, holdout: float, salt: str | None, start: dt.datetime | None, days: int, detect: float, out: Path) -> None:
    """Assign the customers known by the start to test and holdout of LABEL by a fixed hash; write both lists (CSV), keep the experiment."""
    import pyarrow as pa
    from pyarrow import csv

    from ca_assets.experiments.readout import known_customers
    from ca_assets.index.open import open_index
    from ca_assets.models.experiments.assignment import held_out
    from ca_assets.settings.database import open_database
    from ca_assets.settings.experiments.kept import add_experiment
    from ca_assets.settings.process import process_settings
    from ca_assets.shop import Calendar

    database = open_database()
    with open_index(process_settings()).snapshot() as snapshot:
        calendar = Calendar(**snapshot.meta().get("calendar", {}))
        moment = calendar.day_start(start.date()) if start else dt.datetime.now(dt.UTC)
        clients, _ = known_customers(snapshot, moment)
    if not clients:
        raise Problem(f"no customer is known before {moment:%Y-%m-%d}; load the shop first, or choose a later --start")
    experiment = add_experiment(database, label, holdout_share=holdout, start=moment, days=days, lift=detect, salt=salt)
    is_holdout = held_out(clients, experiment.salt, holdout)
    out.mkdir(parents=True, exist_ok=True)
    names = pa.table({"client": clients})
    for arm, chosen in (("test", ~is_holdout), ("holdout", is_holdout)):
        path = out / f"{label}_{arm}.csv"
        csv.write_csv(names.filter(pa.array(chosen)), path)
        say(f"{path}: {int(chosen.sum()):,} customers")
    note(f"`ca experiment read {label!r}` says what came of it, on any day. Salt: {experiment.salt}")


@command.command("list")
def list_all() -> None:
    """Show all experiments."""
    from ca_assets.settings.database import open_database
    from ca_assets.settings.experiments.kept import list_experiments

    rows = [
        (each.label, f"{each.start:%Y-%m-%d %H:%M}", each.days, f"{each.holdout_share:.0%}", f"{each.lift:.1%}", each.salt)
        for each in list_experiments(open_database())
    ]
    table(("label", "start (UTC)", "days", "holdout", "to find", "salt"), rows, right=(2, 3, 4))


@command.command("read")
@click.argument("label")
def read(label: str) -> None:
    """Say what the experiment LABEL changed so far. Looking often does no harm: the intervals hold at every look."""
    from ca_assets.experiments import words
    from ca_assets.experiments.readout import METRICS, read_experiment
    from ca_assets.index.open import open_index
    from ca_assets.settings.database import open_database
    from ca_assets.settings.experiments.kept import get_experiment
    from ca_assets.settings.process import process_settings
    from ca_assets.wording.locales import locale_of

    settings = process_settings()
    experiment = get_experiment(open_database(), label)
    with open_index(settings).snapshot() as snapshot:
        reading = read_experiment(snapshot, experiment)
    locale = locale_of(settings.locale)
    for metric in METRICS:
        say(f"{words.TITLES[metric]}: {words.heading(reading, metric)}. {words.sentence(reading, metric, locale)}")
        for term, text in words.facts(reading, metric, locale):
            say(f"    {term}: {text}")


@command.command("remove")
@click.argument("label")
def remove(label: str) -> None:
    """Forget the experiment LABEL; orders and lists stay as they are."""
    from ca_assets.settings.database import open_database
    from ca_assets.settings.experiments.kept import remove_experiment

    remove_experiment(open_database(), label)
    say(f"The experiment {label} is removed.")
