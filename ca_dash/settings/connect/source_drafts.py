"""What happens below it: columns are mapped, tried by a dry run at each change, and saved. Each callback checks the role."""

from __future__ import annotations

from typing import Any

import yaml
from dash import ALL, Dash, Input, Output, State, ctx, no_update
from dash.exceptions import PreventUpdate
from flask import request

from ca_assets.connecting.drafts import beside_recipe, checked_shop, source_of, with_recipe_sources, with_source
from ca_assets.connecting.jobs import jobs
from ca_assets.connecting.jobs.jobs import JobError
from ca_assets.settings.audit import record
from ca_assets.settings.shops import save_edition
from ca_assets.shop import ShopError
from ca_dash.auth.guard import require
from ca_dash.settings import forms
from ca_dash.settings.connect.dry_run_view import dry_run_view
from ca_dash.settings.connect.in_force import folder_of, job_state, plain, text_in_force
from ca_dash.settings.connect.job_view import running
from ca_dash.settings.connect.mapping import mapped, mapping_form
from ca_dash.settings.connect.shop_fields import shop_values
from ca_dash.settings.page import Services

BESIDE = ("path", "delimiter", "encoding", "skip_rows")  # of a recipe: where its file is and how it is written


def register(app: Dash, services: Services) -> None:
    """Connect the form, the dry run and the save button."""
    _form(app)
    _fields(app)
    _recipes(app)
    _suggestions(app)
    _check(app, services)
    _checking(app, services)
    _save(app, services)


def _form(app: Dash) -> None:
    @app.callback(
        Output("src-mapping", "children"),
        Output("src-draft", "data"),
        Input("src-found", "data"),
        State("src-name", "data"),
        prevent_initial_call=True,
    )
    def _show(found: dict[str, Any] | None, name: str) -> Any:
        require("editor")
        if not found:
            raise PreventUpdate
        return mapping_form(name, found), found["source"]


def _fields(app: Dash) -> None:
    @app.callback(
        Output("src-draft", "data", allow_duplicate=True),
        Output("map-more", "error"),
        Input({"type": "map", "ours": ALL}, "value"),
        Input({"type": "map-list", "key": ALL}, "value"),
        Input({"type": "map-option", "key": ALL}, "value"),
        Input("map-more", "value"),
        State("src-found", "data"),
        State("src-name", "data"),
        State("src-draft", "data"),
        prevent_initial_call=True,
    )
    def _changed(_columns: Any, _lists: Any, _options: Any, more: str | None, found: dict[str, Any] | None, name: str, draft: Any) -> Any:
        require("editor")
        columns, lists, options = (
            {item["id"][key]: item.get("value") for item in group}
            for group, key in zip(ctx.inputs_list[:3], ("ours", "key", "key"), strict=True)
        )
        if not found or not columns:
            raise PreventUpdate
        fields = {"columns": columns, "options": _said(options, found["source"]), "more": more, "dimensions": [], "actions": []} | {
            key: value or [] for key, value in lists.items()
        }
        try:
            source = mapped(name, fields, found["source"])
        except forms.FormError as error:
            return no_update, str(error)
        return (no_update if source == draft else source), None


def _recipes(app: Dash) -> None:
    @app.callback(
        Output("src-found", "data", allow_duplicate=True),
        Input("src-use-recipe", "n_clicks"),
        State("src-found", "data"),
        prevent_initial_call=True,
    )
    def _use(clicks: int, found: dict[str, Any]) -> Any:
        require("editor")
        if not clicks:
            raise PreventUpdate
        recipe, place = found["recipe"], found["place"]
        return found | {"source": {"recipe": recipe["name"]} | recipe["options"] | {key: place[key] for key in ("path",) if key in place}}

    @app.callback(
        Output("src-found", "data", allow_duplicate=True),
        Input("src-by-hand", "n_clicks"),
        State("src-found", "data"),
        State("src-name", "data"),
        prevent_initial_call=True,
    )
    def _by_hand(clicks: int, found: dict[str, Any], name: str) -> Any:
        require("editor")
        if not clicks:
            raise PreventUpdate
        source = dict(found["source"])
        return found | {"source": beside_recipe(source.pop("recipe"), name, source)}


def _suggestions(app: Dash) -> None:
    @app.callback(
        Output("src-found", "data", allow_duplicate=True),
        Input({"type": "src-suggestion", "line": ALL}, "n_clicks"),
        State("src-found", "data"),
        State("src-draft", "data"),
        prevent_initial_call=True,
    )
    def _apply(clicks: list[int], found: dict[str, Any], draft: dict[str, Any]) -> Any:
        require("editor")
        if not any(clicks) or not ctx.triggered_id:
            raise PreventUpdate
        return found | {"source": draft | yaml.safe_load(ctx.triggered_id["line"])}


def _check(app: Dash, services: Services) -> None:
    """The dry run of what is chosen: anew at each change."""

    @app.callback(
        Output("check-job", "data"),
        Output("src-save", "disabled"),
        Output("src-check", "children"),
        Input("src-draft", "data"),
        Input({"type": "shop-field", "key": ALL}, "value"),
        State("src-name", "data"),
        State("check-job", "data"),
        prevent_initial_call=True,
    )
    def _start(draft: dict[str, Any] | None, shop: list[Any], name: str, running_job: dict[str, Any] | None) -> Any:
        user = require("editor")
        if not draft:
            raise PreventUpdate
        jobs.cancel(services.settings, (running_job or {}).get("id"), user.name)
        try:
            text = _new_text(services, name, draft, shop)
            checked_shop(
                text, folder_of(services), home=services.settings.home, before=text_in_force(services), is_admin=user.role == "admin"
            )
            job = jobs.start(services.settings, "dry_run", {"text": text, "folder": str(folder_of(services))}, user.name)
        except (ShopError, JobError) as error:
            return None, True, forms.problem(plain(str(error)))
        return {"id": job, "kind": "dry_run"}, False, no_update


def _checking(app: Dash, services: Services) -> None:
    @app.callback(
        Output("check-job", "data", allow_duplicate=True),
        Output("check-progress", "children"),
        Output("src-check", "children", allow_duplicate=True),
        Input("check-tick", "n_intervals"),
        State("check-job", "data"),
        State("src-name", "data"),
        prevent_initial_call=True,
    )
    def _tick(_ticks: int, job: dict[str, Any] | None, name: str) -> Any:
        state = job_state(services, job)
        if state is None:
            raise PreventUpdate
        if state.is_running:
            return no_update, running(f"{state.progress} ({state.seconds:.0f} s)", "check-stop"), no_update
        if state.error:
            return None, None, forms.problem(plain(state.error))
        return None, None, dry_run_view(state.result, name)

    @app.callback(
        Output("check-progress", "children", allow_duplicate=True),
        Input("check-stop", "n_clicks"),
        State("check-job", "data"),
        prevent_initial_call=True,
    )
    def _stop(clicks: int, job: dict[str, Any] | None) -> Any:
        user = require("editor")
        if not clicks:
            raise PreventUpdate
        jobs.cancel(services.settings, (job or {}).get("id"), user.name)
        return running("Stopping")


def _save(app: Dash, services: Services) -> None:
    @app.callback(
        Output("url", "pathname", allow_duplicate=True),
        Output(forms.SAID, "data", allow_duplicate=True),
        Output("src-refused", "children"),
        Input("src-save", "n_clicks"),
        State("src-draft", "data"),
        State({"type": "shop-field", "key": ALL}, "value"),
        State("src-name", "data"),
        prevent_initial_call=True,
    )
    def _save_source(clicks: int, draft: dict[str, Any] | None, shop: list[Any], name: str) -> Any:
        user = require("editor")
        if not clicks or not draft:
            raise PreventUpdate
        before, folder = text_in_force(services), folder_of(services)
        try:
            text = _new_text(services, name, draft, shop)
            checked_shop(text, folder, home=services.settings.home, before=before, is_admin=user.role == "admin")
            what = f"{'changed' if before and source_of(before, name) else 'connected'} {name}"
            save_edition(services.database, text, folder, changed_by=user.name, what=what)
        except ShopError as error:
            return no_update, no_update, forms.problem(plain(str(error))).children
        record(services.database, user.name, "source.change", name, what, address=request.remote_addr or "")
        return "/settings/sources", forms.said(f"Saved. The next load reads {name} this way."), None


def _new_text(services: Services, name: str, draft: dict[str, Any], shop: list[Any]) -> str:
    text = with_source(text_in_force(services), name, draft, shop_values(shop))
    if "recipe" in draft:
        text = with_recipe_sources(text, name, str(draft["recipe"]), {key: value for key, value in draft.items() if key in BESIDE})
    return text


def _said(options: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """Options that say more than what holds anyway, or that were said before."""
    usual = {"delimiter": ",", "decimal": "."}
    return {key: value for key, value in options.items() if value and (value != usual.get(key) or key in before)}
