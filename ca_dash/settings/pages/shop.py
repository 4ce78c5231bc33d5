"""shop.yaml as text: taking it away, putting one in, and its history: who changed what when, and going back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate
from flask import request

from ca_assets.connecting.drafts import changes, checked_shop
from ca_assets.settings.audit import record
from ca_assets.settings.database import ShopEdition, User
from ca_assets.settings.shops import find_edition, list_editions, newest_edition, save_edition
from ca_assets.shop import ShopError
from ca_dash.auth.guard import require
from ca_dash.settings import forms
from ca_dash.settings.page import Services, SettingsPage

SHOWN_LINES = 400


def _content(services: Services) -> html.Div:
    edition = newest_edition(services.database)
    text = edition.text if edition else ""
    editor = forms.form(
        [
            forms.long_text_field("shop-text", "shop.yaml", text, hint="What is kept of all forms. Change it here, or paste one.", rows=10),
            forms.problem(None, id="shop-problem"),
            html.Div(
                [forms.save_button("shop-save", "Check and save"), forms.plain_button("shop-export", "Download", "download")],
                className="ca-form-buttons",
            ),
            dcc.Download(id="shop-file"),
        ],
        "shop.yaml",
        class_name="is-wide",
    )
    return html.Div(
        [html.Div(editor, className="ca-card"), html.Div(_history(services), id="shop-history"), _confirm(), dcc.Store(id="shop-back")]
    )


def _history(services: Services) -> html.Div:
    editions = list_editions(services.database)
    if not editions:
        return html.Div("No source is connected yet, so there is no history.", className="ca-card ca-muted")
    items = [
        _edition(edition, earlier, is_newest=place == 0)
        for place, (edition, earlier) in enumerate(zip(editions, [*editions[1:], None], strict=True))
    ]
    return html.Div([html.H2("History"), html.Ul(items, className="ca-editions")], className="ca-card")


def _edition(edition: ShopEdition, earlier: ShopEdition | None, *, is_newest: bool) -> html.Li:
    lines = changes(earlier.text if earlier else "", edition.text)[:SHOWN_LINES]
    who = edition.changed_by or "the command line"
    head = html.Div(
        [
            html.Strong(f"{edition.id}. {edition.what or 'applied'}"),
            html.Span(f"{who}, {edition.applied_at:%Y-%m-%d %H:%M} UTC", className="ca-muted"),
            html.Span("in force", className="ca-badge")
            if is_newest
            else forms.plain_button({"type": "shop-roll-back", "edition": edition.id}, "Go back to this", "back", size="xs"),
        ],
        className="ca-edition-head",
    )
    kinds = {"+": "is-added", "-": "is-removed", "@": "is-place"}
    diff = html.Pre([html.Span(f"{line}\n", className=kinds.get(line[:1])) for line in lines], className="ca-diff", tabIndex=0)
    return html.Li([head, html.Details([html.Summary("What changed"), diff])])


def _confirm() -> Any:
    return forms.confirm_window("roll-back", title="Go back to this edition?", text="", action="Go back", text_id="shop-goes")


def register(app: Dash, services: Services) -> None:
    """Connect the page."""

    @app.callback(
        Output("shop-problem", "children"),
        Output("shop-history", "children"),
        Output(forms.SAID, "data", allow_duplicate=True),
        Input("shop-save", "n_clicks"),
        State("shop-text", "value"),
        prevent_initial_call=True,
    )
    def _save(clicks: int, text: str | None) -> Any:
        user = require("editor")
        if not clicks:
            raise PreventUpdate
        try:
            _keep(services, user, text or "", "edited shop.yaml")
        except ShopError as error:
            return forms.problem(str(error)).children, no_update, no_update
        return None, _history(services), forms.said("Saved. The next load reads the shop this way.")

    @app.callback(Output("shop-file", "data"), Input("shop-export", "n_clicks"), prevent_initial_call=True)
    def _export(clicks: int) -> Any:
        require("editor")
        edition = newest_edition(services.database)
        if not clicks or edition is None:
            raise PreventUpdate
        return {"content": edition.text, "filename": "shop.yaml", "type": "application/yaml"}

    _roll_backs(app, services)


def _roll_backs(app: Dash, services: Services) -> None:
    """Ask, then go back."""

    @app.callback(
        Output(forms.window_id("roll-back"), "opened"),
        Output("shop-goes", "children"),
        Output("shop-back", "data"),
        Input({"type": "shop-roll-back", "edition": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    def _ask(clicks: list[int]) -> Any:
        require("editor")
        if not any(clicks) or not ctx.triggered_id:
            raise PreventUpdate
        number = int(ctx.triggered_id["edition"])
        return True, f"The text of edition {number} becomes the newest edition. The later ones stay in the history.", number

    @app.callback(
        Output("shop-history", "children", allow_duplicate=True),
        Output("shop-text", "value"),
        Output(forms.window_id("roll-back"), "opened", allow_duplicate=True),
        Output(forms.SAID, "data", allow_duplicate=True),
        Input(forms.confirm_id("roll-back"), "n_clicks"),
        State("shop-back", "data"),
        prevent_initial_call=True,
    )
    def _roll_back(clicks: int, number: int | None) -> Any:
        user = require("editor")
        if not clicks or number is None:
            raise PreventUpdate
        try:
            edition = find_edition(services.database, int(number))
            save_edition(services.database, edition.text, Path(edition.folder), changed_by=user.name, what=f"went back to edition {number}")
        except ShopError as error:
            return no_update, no_update, False, forms.said(str(error))
        record(services.database, user.name, "shop.roll_back", f"edition {number}", address=request.remote_addr or "")
        return _history(services), edition.text, False, forms.said(f"Edition {number} is in force again.")


def _keep(services: Services, user: User, text: str, what: str) -> None:
    """Check a text and make it the newest edition. Raises ShopError."""
    edition = newest_edition(services.database)
    folder = Path(edition.folder) if edition else services.settings.home.resolve()
    checked_shop(text, folder, home=services.settings.home, before=edition.text if edition else None, is_admin=user.role == "admin")
    save_edition(services.database, text, folder, changed_by=user.name, what=what)
    record(services.database, user.name, "shop.change", "shop.yaml", what, address=request.remote_addr or "")


PAGE = SettingsPage(
    "/settings/shop",
    "shop.yaml",
    "code",
    35,
    "editor",
    "All settings of the shop as one text, with its history.",
    _content,
    register,
    is_listed=False,
)
