"""The store of reports: embedded or Elasticsearch; tried before it is used, and used once everything is published there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, html, no_update
from dash.exceptions import PreventUpdate
from flask import request

from ca_assets.connecting.jobs import jobs
from ca_assets.connecting.jobs.jobs import JobError, JobState
from ca_assets.settings.audit import record
from ca_assets.settings.process import SecretError
from ca_assets.settings.store import StoreSettings, chosen_store, is_set_by_environment
from ca_dash.auth.guard import require
from ca_dash.components.icons import icon
from ca_dash.settings import forms
from ca_dash.settings.connect.job_view import job_parts, register_clock, running
from ca_dash.settings.page import Services, SettingsPage

FIELDS = ("kind", "url", "user", "password", "api_key", "certificate", "verified")
KINDS = (("embedded", "Embedded"), ("elasticsearch", "Elasticsearch"))
EMBEDDED_DOES = (
    "Embedded needs nothing else and does for most shops. Elasticsearch is for several machines, or other programs that read the reports."
)
FIRST = (
    "Everything is published there first; that takes as long as computing all reports. "
    "Until it is done, and if it fails, the present store stays in use."
)
VARIABLES = ("CA_INDEX_URL", "CA_INDEX_USER", "CA_INDEX_PASSWORD", "CA_INDEX_API_KEY", "CA_INDEX_CA_FILE")


def _content(services: Services) -> html.Div:
    if is_set_by_environment(services.settings):
        return html.Div([_environment(services), html.Div(_health(services), className="ca-card")])
    try:
        store = chosen_store(services.database, services.settings)
    except SecretError as error:
        return html.Div([forms.problem(str(error)), _form(StoreSettings())])
    return html.Div([html.Div(_health(services), className="ca-card", id="store-now"), _form(store)])


def _environment(services: Services) -> html.Div:
    """What the environment sets, for reading only and without secrets."""
    settings = services.settings
    parts = urlsplit((settings.index_url or "").split(",")[0])
    host = f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}" if parts.hostname else settings.index_url or ""
    shown = (
        host,
        settings.index_user,
        "set" if settings.index_password else None,
        "set" if settings.index_api_key else None,
        settings.index_ca_file,
    )
    items = [
        part for name, value in zip(VARIABLES, shown, strict=True) if value for part in (html.Dt(html.Code(name)), html.Dd(str(value)))
    ]
    text = "The environment of this installation says which store it is, so it cannot be changed here."
    return html.Div(
        [html.H2("Set by the environment"), html.P(text, className="ca-muted"), html.Dl(items, className="ca-facts")], className="ca-card"
    )


def _health(services: Services) -> list[Any]:
    return [html.H2("In use"), _facts(services.reader.health())]


def _form(store: StoreSettings) -> html.Div:
    kept = "Kept; empty leaves it as it is." if store.password or store.api_key else "Kept encrypted, never shown again."
    server = html.Div(
        [
            forms.text_field(
                "store-url",
                "URL",
                store.url,
                hint="Such as https://search.example.org:9200; of several nodes with commas between",
                placeholder="https://",
            ),
            forms.row(
                forms.text_field("store-user", "User", store.user, autoComplete="off"),
                forms.secret_field("store-password", "Password", hint=kept),
            ),
            forms.secret_field("store-api_key", "or an API key", hint="In place of user and password"),
            forms.switch_field("store-verified", "Check the server’s certificate", checked=store.is_verified),
            forms.long_text_field(
                "store-certificate",
                "Certificate of its authority (PEM)",
                store.certificate,
                hint="Only where your own authority signed it",
                rows=2,
            ),
        ],
        id="store-server",
        className="ca-form-fields",
        hidden=not store.url,
    )
    return html.Div(
        [
            html.H2("Choose a store"),
            html.P(
                EMBEDDED_DOES,
                className="ca-muted",
            ),
            forms.form(
                [
                    dmc.SegmentedControl(
                        id="store-kind",
                        data=[{"value": key, "label": text} for key, text in KINDS],
                        value="elasticsearch" if store.url else "embedded",
                    ),
                    server,
                    forms.problem(None, id="store-problem"),
                    html.Div(
                        [
                            forms.save_button("store-test", "Test it", variant="default"),
                            forms.plain_button("store-use", "Publish there and use it", "layers", disabled=True),
                        ],
                        className="ca-form-buttons",
                    ),
                ],
                "Store",
            ),
            *job_parts("store"),
            html.Div(id="store-facts", **{"aria-live": "polite"}),
            forms.confirm_window(
                "store",
                title="Use this store?",
                text=FIRST,
                action="Publish and use it",
            ),
        ],
        className="ca-card",
    )


def register(app: Dash, services: Services) -> None:
    """Connect the page."""
    register_clock(app, "store")
    values = [State(f"store-{name}", "checked" if name == "verified" else "value") for name in FIELDS]

    @app.callback(
        Output("store-server", "hidden"),
        Output("store-use", "disabled", allow_duplicate=True),
        Input("store-kind", "value"),
        prevent_initial_call=True,
    )
    def _kind(kind: str) -> tuple[bool, bool]:
        return kind != "elasticsearch", True

    @app.callback(
        Output("store-job", "data"),
        Output("store-url", "error"),
        Output("store-problem", "children"),
        Input("store-test", "n_clicks"),
        *values,
        prevent_initial_call=True,
    )
    def _test(clicks: int, *given: Any) -> Any:
        user = require("admin")
        if not clicks:
            raise PreventUpdate
        return _started(services, "store", user.name, given)

    @app.callback(Output(forms.window_id("store"), "opened"), Input("store-use", "n_clicks"), prevent_initial_call=True)
    def _ask(clicks: int) -> Any:
        require("admin")
        return True if clicks else no_update

    @app.callback(
        Output("store-job", "data", allow_duplicate=True),
        Output("store-url", "error", allow_duplicate=True),
        Output("store-problem", "children", allow_duplicate=True),
        Output(forms.window_id("store"), "opened", allow_duplicate=True),
        Input(forms.confirm_id("store"), "n_clicks"),
        *values,
        prevent_initial_call=True,
    )
    def _use(clicks: int, *given: Any) -> Any:
        user = require("admin")
        if not clicks:
            raise PreventUpdate
        record(
            services.database,
            user.name,
            "store.change",
            "embedded" if given[0] == "embedded" else "Elasticsearch",
            "begun",
            address=request.remote_addr or "",
        )
        return *_started(services, "publish", user.name, given), False

    @app.callback(
        Output("store-job", "data", allow_duplicate=True),
        Output("store-progress", "children"),
        Output("store-facts", "children"),
        Output("store-use", "disabled"),
        Output("store-now", "children"),
        Output(forms.SAID, "data", allow_duplicate=True),
        Input("store-tick", "n_intervals"),
        State("store-job", "data"),
        prevent_initial_call=True,
    )
    def _tick(_ticks: int, job: dict[str, Any] | None) -> Any:
        user = require("admin")
        if not job:
            raise PreventUpdate
        try:
            state = jobs.state(services.settings, str(job["id"]), user.name)
        except JobError as error:
            return None, None, forms.problem(str(error)), True, no_update, no_update
        return _shown(services, state)


def _shown(services: Services, state: JobState) -> Any:
    """What the page shows of a job: outputs of `_tick`."""
    if state.is_running:
        return no_update, running(f"{state.progress} ({state.seconds:.0f} s)"), None, True, no_update, no_update
    if state.error:
        return None, None, forms.problem(state.error), True, no_update, no_update
    if state.kind == "publish":
        return None, None, None, True, _health(services), forms.said("Everything is published, and this store is in use.")
    return None, None, _facts(state.result), bool(state.result["problem"]), no_update, no_update


def _started(services: Services, kind: jobs.Kind, user: str, given: tuple[Any, ...]) -> tuple[Any, Any, Any]:
    """The job, the error of the field url, the problem of the form."""
    try:
        store = _store(services, dict(zip(FIELDS, given, strict=True)))
        content = asdict(store) if kind == "store" else {"store": asdict(store), "user": user}
        return {"id": jobs.start(services.settings, kind, content, user)}, None, None
    except forms.FormError as error:
        return no_update, str(error), None
    except (JobError, SecretError) as error:
        return no_update, None, forms.problem(str(error)).children


def _store(services: Services, given: Mapping[str, Any]) -> StoreSettings:
    """What the form says; a password that is left empty is the one that is kept, if the place and the user are. Raises FormError."""
    if given["kind"] != "elasticsearch":
        return StoreSettings()
    url = str(given["url"] or "").strip().rstrip("/")
    for part in url.split(","):
        parts = urlsplit(part.strip())
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise forms.FormError("Write a URL with its beginning, such as https://search.example.org:9200.", "url")
        if parts.username or parts.password:
            raise forms.FormError("User and password have fields of their own below.", "url")
    texts = {key: str(given[key] or "").strip() for key in ("user", "password", "api_key", "certificate")}
    before = chosen_store(services.database, services.settings)
    if before.url == url and before.user == texts["user"] and not texts["password"] and not texts["api_key"]:
        texts |= {"password": before.password, "api_key": before.api_key}  # never sent to another place than that for which it was given
    return StoreSettings(url, **texts, is_verified=bool(given["verified"]))


def _facts(found: Mapping[str, Any]) -> html.Div:
    """A store's health in words."""
    rows: list[tuple[str, str]] = [("Store", f"{found.get('kind', '')} {found.get('path', '')}")]
    if found.get("version"):
        rows.append(("Version", str(found["version"])))
    if found.get("status"):
        rows.append(("State of the cluster", str(found["status"])))
    if "is_writable" in found:
        rows.append(("May be written", "yes" if found["is_writable"] else "no"))
    if found.get("heap_bytes"):
        rows.append(("Heap", f"{_size(found['heap_bytes'])}, {found['heap_percent']} % in use"))
    if found.get("free_bytes") is not None:
        whole = f" of {_size(found['disk_bytes'])}" if found.get("disk_bytes") else ""
        rows.append(("Disk", f"{_size(found['free_bytes'])}{whole} free"))
    if found.get("data_folders"):
        rows.append(("Data folder", ", ".join(found["data_folders"])))
    items = [part for title, text in rows for part in (html.Dt(title), html.Dd(text))]
    advice = [html.Div([icon("info", 18), html.Span(text)], className="ca-check-question") for text in found.get("advice") or []]
    bad = [forms.problem(found["problem"])] if found.get("problem") else []
    return html.Div([*bad, html.Dl(items, className="ca-facts"), *advice])


def _size(size: float) -> str:
    return f"{size / (1 << 30):.1f} GB"


PAGE = SettingsPage(
    "/settings/store", "Store", "cube", 20, "admin", "Where finished reports are kept, and whether they can be.", _content, register
)
