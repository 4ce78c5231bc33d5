"""What is around every settings page: its title and the links to the others that the reader may open."""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc, html

from ca_dash.auth.guard import plural
from ca_dash.auth.login import current_user
from ca_dash.components.icons import icon
from ca_dash.settings.page import Services, SettingsPage


def framed(page: SettingsPage, services: Services) -> html.Div:
    """A page for whoever is logged in; in place of one that is not for him who may open it."""
    user = current_user()
    role = user.role if user else "viewer"
    body = page.content(services) if page.is_for(role) else _not_for(page)
    head = html.Div([html.H1(page.title), html.P(page.about, className="ca-question")], className="ca-page-head")
    return html.Div([_tabs(page, services.pages, role), head, html.Div(body, className="ca-settings-body")], className="ca-settings")


def _tabs(page: SettingsPage, pages: Sequence[SettingsPage], role: str) -> html.Nav:
    listed = [other for other in pages if other.is_listed and other.is_for(role)]
    links = [_tab(other, is_current=other is page) for other in listed]
    return html.Nav(html.Ul([html.Li(link) for link in links]), className="ca-settings-tabs", **{"aria-label": "Settings"})


def _tab(page: SettingsPage, *, is_current: bool) -> dcc.Link:
    return dcc.Link(page.title, href=page.path, className="ca-settings-tab is-active" if is_current else "ca-settings-tab")


def _not_for(page: SettingsPage) -> html.Div:
    text = f"This page is for {plural(page.role)}. Ask an admin to change your role, or to do it for you."
    return html.Div([icon("user", 34), html.P(text)], className="ca-not-found", role="status")
