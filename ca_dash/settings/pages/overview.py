"""All settings at a glance: a link with a sentence to every page that the reader may open."""

from __future__ import annotations

from dash import dcc, html

from ca_dash.auth.guard import require
from ca_dash.components.icons import icon
from ca_dash.settings.page import ROOT, Services, SettingsPage


def _content(services: Services) -> html.Ul:
    role = require("viewer").role
    pages = [page for page in services.pages if page.is_listed and page.path != ROOT and page.is_for(role)]
    return html.Ul([html.Li(_card(page)) for page in pages], className="ca-settings-cards")


def _card(page: SettingsPage) -> dcc.Link:
    texts = html.Span([html.Strong(page.title), html.Span(page.about, className="ca-muted")], className="ca-settings-card-text")
    return dcc.Link([icon(page.icon, 22), texts], href=page.path, className="ca-settings-card")


PAGE = SettingsPage(ROOT, "Settings", "gear", 0, "viewer", "What the platform reads, when it runs, and who may work with it.", _content)
