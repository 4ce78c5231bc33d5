"""The audit log: who did what, when and from where."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State, html
from dash.exceptions import PreventUpdate

from ca_assets.settings.audit import AuditEntry, entries
from ca_dash.auth.guard import needs
from ca_dash.settings.forms import form, plain_button, row, text_field
from ca_dash.settings.page import Services, SettingsPage

SHOWN = 100
ROWS = "audit-rows"


def _content(services: Services) -> list[Any]:
    fields = row(
        text_field("audit-actor", "Who", hint="A user’s name", debounce=300),
        text_field("audit-action", "What", hint="Begins with, such as user. or login", debounce=300),
    )
    return [form([fields], "Filter the log"), html.Div(_rows(services, "", "", None), id=ROWS), plain_button("audit-older", "Older")]


def _rows(services: Services, actor: str, action: str, before: int | None) -> list[Any]:
    found = entries(services.database, actor=actor, action=action, before=before, limit=SHOWN)
    if not found:
        return [html.P("Nothing is recorded here.", className="ca-muted")]
    head = html.Thead(html.Tr([html.Th(text, scope="col") for text in ("When (UTC)", "Who", "What", "To what", "Details", "From")]))
    body = html.Tbody([_row(entry) for entry in found])
    table = html.Table([html.Caption("Audit log", className="ca-unseen"), head, body], className="ca-list-table")
    return [
        html.Div(table, className="ca-list-rows", tabIndex=0, role="region", **{"aria-label": "Audit log", "data-last": found[-1].number})
    ]


def _row(entry: AuditEntry) -> html.Tr:
    cells = (f"{entry.at:%Y-%m-%d %H:%M:%S}", entry.actor, entry.action, entry.subject, entry.detail, entry.address)
    return html.Tr([html.Td(cell) for cell in cells])


def register(app: Dash, services: Services) -> None:
    """Connect the page to an application."""

    @app.callback(
        Output(ROWS, "children"),
        Input("audit-actor", "value"),
        Input("audit-action", "value"),
        prevent_initial_call=True,
    )
    @needs("admin")
    def _filter(actor: str | None, action: str | None) -> Any:
        return _rows(services, _text(actor), _text(action), None)

    @app.callback(
        Output(ROWS, "children", allow_duplicate=True),
        Input("audit-older", "n_clicks"),
        State(ROWS, "children"),
        State("audit-actor", "value"),
        State("audit-action", "value"),
        prevent_initial_call=True,
    )
    @needs("admin")
    def _older(clicks: int, shown: Any, actor: str | None, action: str | None) -> Any:
        try:
            last = int(shown[0]["props"]["data-last"])
        except (IndexError, KeyError, TypeError, ValueError):
            raise PreventUpdate from None
        if not clicks:
            raise PreventUpdate
        return _rows(services, _text(actor), _text(action), last)


def _text(value: Any) -> str:
    return value.strip()[:200] if isinstance(value, str) else ""


PAGE = SettingsPage("/settings/audit", "Audit log", "table", 70, "admin", "Who did what, when and from where.", _content, register)
