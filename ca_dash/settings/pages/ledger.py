"""The ledger of loads: which months each of them changed, so that a figure that moved can be explained."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from ca_assets.contracts.alarms import alarms_of
from ca_assets.contracts.report_path import ReportPath
from ca_assets.index.protocol import IndexUnavailable, NotPublished
from ca_dash.components.states import state_message, unavailable
from ca_dash.settings import forms
from ca_dash.settings.page import Services, SettingsPage
from ca_dash.settings.runs.ledger import loads_of
from ca_dash.settings.runs.listing import PATH as RUNS
from ca_dash.settings.runs.roles import ROLE
from ca_dash.settings.runs.words import zone_of

LEDGER = ReportPath("loads", "ledger")


def _content(services: Services) -> Any:
    try:
        shop, frame = services.reader.shop(), services.reader.frame(LEDGER, "all")
    except NotPublished:
        return _empty()
    except IndexUnavailable as error:
        return html.Div(unavailable(error), className="ca-card ca-run-empty")
    sections = loads_of(frame.data, zone_of(services.database), shop.currency if shop else None)
    alarms = [forms.problem(f"{alarm.source}: {alarm.text}") for alarm in alarms_of(shop.meta if shop else {})]
    return [*alarms, *sections, dcc.Link("All runs", href=RUNS)] if sections else _empty()


def _empty() -> html.Div:
    message = state_message(
        "No load has been published yet", "Start one; here is then said what each load changed.", links=(("Runs", RUNS),)
    )
    return html.Div(message, className="ca-card ca-run-empty")


PAGE = SettingsPage(
    "/settings/ledger", "What loads changed", "table", 45, ROLE, "Which months each load restated, and by how much.", _content
)
