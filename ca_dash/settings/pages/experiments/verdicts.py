"""The page of experiments: what each changed so far, as verdicts; made by `ca experiment split`."""

from __future__ import annotations

from typing import Any

from dash import html

from ca_assets.experiments import words
from ca_assets.experiments.readout import DECIDED, METRICS, Reading, read_experiment
from ca_assets.index.open import open_index
from ca_assets.index.protocol import NotPublished, Snapshot
from ca_assets.settings.experiments.kept import Experiment, list_experiments
from ca_dash.auth.guard import require
from ca_dash.components.verdict import Verdict, Verdicts
from ca_dash.format import day, rate
from ca_dash.locales import current
from ca_dash.settings.page import Services, SettingsPage

SHOWN = 10
HEIGHT = 640


def _content(services: Services) -> html.Div:
    """The newest experiments. They are of the whole shop, so the page is for those who may see all of it."""
    require("editor")
    experiments = list_experiments(services.database)[:SHOWN]
    if not experiments:
        hint = [
            "No experiment yet. ",
            html.Code("ca experiment split LABEL --holdout 20%"),
            " writes both lists of customers and begins one.",
        ]
        return html.Div(html.P(hint, className="ca-muted"))
    try:
        with open_index(services.settings).snapshot() as snapshot:
            return html.Div([_section(snapshot, experiment) for experiment in experiments])
    except NotPublished:
        return html.Div(html.P("Nothing is published yet: load the shop first.", className="ca-muted"))


def _section(snapshot: Snapshot, experiment: Experiment) -> html.Section:
    locale, reading = current(), read_experiment(snapshot, experiment)
    since = f"Since {day(experiment.start.date(), locale)}, {rate(experiment.holdout_share, 0, locale)} held out."
    remark = f"{since} You may look as often as you like: the intervals hold at every look."
    verdicts = Verdicts([_verdict(reading, metric) for metric in METRICS], f"Verdicts on {experiment.label}", remark)
    return html.Section([html.H2(experiment.label), verdicts.content(HEIGHT)])


def _verdict(reading: Reading, metric: str) -> Verdict:
    locale: Any = current()
    decision = reading.decision(metric) if metric in DECIDED or not reading.effects.get(metric) else "no_evidence"
    text = words.sentence(reading, metric, locale)
    return Verdict(decision, words.TITLES[metric], words.heading(reading, metric), text, words.facts(reading, metric, locale))


PAGE = SettingsPage(
    "/settings/experiments",
    "Experiments",
    "flask",
    60,
    "editor",
    "What something changed, where chance decides who gets it.",
    _content,
)
