"""Notifications: one's own rules about unusual days, failed loads and digests; a test of each, and what became of its last message."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, ctx, html, no_update
from dash.exceptions import PreventUpdate

from ca_assets.settings.alerts.models import AlertRule
from ca_assets.settings.alerts.rules import ALL_SCOPES, MAX_NAME, NewRule, RuleError, add_rule, get_rule, list_rules, remove_rule
from ca_assets.settings.database import User
from ca_assets.settings.process import SecretError
from ca_assets.settings.roles import ROLES
from ca_dash.auth.guard import require
from ca_dash.components.icons import icon
from ca_dash.format import scope_label
from ca_dash.settings import forms
from ca_dash.settings.page import Services, SettingsPage

LIST, PROBLEM, ADD = "alerts-list", "alerts-problem", "alerts-add"
FIELDS = ("name", "kind", "scope", "group", "verdict", "score", "quiet-from", "quiet-until", "destination")
KINDS = (
    ("flags", "Unusual days and weeks"),
    ("loads", "Loads that failed or are late"),
    ("digest_daily", "A digest each day"),
    ("digest_weekly", "A digest each week"),
)
GROUPS = (("", "Any"), ("funnel", "The funnel"), ("orders", "Orders and revenue"), ("cohort", "New customers"))
VERDICTS = (("", "Any"), ("data_missing", "Data missing"), ("data_broken", "Data broken"), ("business_changed", "Business changed"))
CLOCK = {"placeholder": "22:00", "attributes": {"input": {"maxLength": 5}}}


def field_id(name: str) -> str:
    """The id of a field of the form."""
    return f"alerts-{name}"


def _content(services: Services) -> html.Div:
    user = require("viewer")
    where = "An e-mail address" + (
        "." if user.role == ROLES[0] else ", or a url for a webhook or chat (jsons://…, slack://…). Kept encrypted."
    )
    fields = [
        forms.text_field(
            field_id("name"), "Name", hint="What the rule is called.", required=True, attributes={"input": {"maxLength": MAX_NAME}}
        ),
        forms.choice_field(field_id("kind"), "Tell me of", KINDS, "flags"),
        forms.choice_field(field_id("scope"), "In", _scopes(services), "all", hint="Of unusual days and digests."),
        forms.row(
            forms.choice_field(field_id("group"), "Of unusual days only those of", GROUPS, ""),
            forms.choice_field(field_id("verdict"), "Where", VERDICTS, ""),
            forms.number_field(field_id("score"), "From this score on", 0, min=0, max=1000, hint="0: each flag."),
        ),
        forms.row(
            forms.text_field(field_id("quiet-from"), "Quiet from", hint="Nothing is sent then (the shop's clock).", **CLOCK),
            forms.text_field(field_id("quiet-until"), "Quiet until", hint="Empty: no quiet hours.", **CLOCK | {"placeholder": "07:00"}),
        ),
        forms.secret_field(field_id("destination"), "Send to", hint=where, required=True),
        html.Div(id=PROBLEM),
        forms.save_button(ADD, "Add the rule"),
    ]
    about = html.P(
        "Each unusual day is told once, when it is over and loaded. A digest comes when its day or week is completely loaded.",
        className="ca-muted",
    )
    return html.Div([about, html.Div(_listed(services, user), id=LIST), forms.form(fields, "Add a rule")])


def _scopes(services: Services) -> list[tuple[str, str]]:
    """The scopes that the reader may choose."""
    shop = services.reader.shop()
    scopes = shop.scopes if shop else ("all",)
    return [*((scope, scope_label(scope)) for scope in scopes), (ALL_SCOPES, "Everything that I may see (unusual days only)")]


def _listed(services: Services, user: User) -> Any:
    """The user's rules with their buttons."""
    rules = list_rules(services.database, user.name)
    if not rules:
        return html.P("You have no rules yet. Add one below, then send a test.", className="ca-muted")
    return html.Ul([_entry(services, rule) for rule in rules], className="ca-views")


def _entry(services: Services, rule: AlertRule) -> html.Li:
    from ca_assets.alerts.outbox import aware, messages_of

    quiet = f"quiet {rule.quiet_from}–{rule.quiet_until}" if rule.quiet_from else ""
    last = next(iter(messages_of(services.database, rule.id, 1)), None)
    state = f"last message {last.state} {aware(last.sent_at or last.created_at):%Y-%m-%d %H:%M} UTC" if last else "nothing sent yet"
    scope = "everything" if rule.scope == ALL_SCOPES else scope_label(rule.scope)
    facts = " · ".join(filter(None, (dict(KINDS)[rule.kind], scope, f"to {rule.shown}", quiet, state)))
    error = [html.Small(last.error, className="ca-muted")] if last and last.error else []
    buttons = [_button("test", rule, "play", "Send a test of"), _button("remove", rule, "trash", "Remove")]
    return html.Li([html.Span([rule.name, html.Small(facts), *error]), *buttons])


def _button(action: str, rule: AlertRule, picture: str, words: str) -> dmc.ActionIcon:
    return dmc.ActionIcon(
        icon(picture, 16),
        id={"type": f"alerts-{action}", "name": rule.name},
        variant="subtle",
        color="gray",
        n_clicks=0,
        **{"aria-label": f"{words} {rule.name}"},
    )


def _add(services: Services, user: User, values: dict[str, Any]) -> AlertRule:
    """Keep a rule as the form gives it. Raises RuleError."""
    from ca_assets.alerts.destinations import checked_destination
    from ca_assets.alerts.dispatch import newest_day

    texts = {name: value.strip() if isinstance(value, str) else "" for name, value in values.items()}
    score, quiet = values["score"], (texts["quiet-from"], texts["quiet-until"])
    if isinstance(score, bool) or not isinstance(score, int | float):
        raise RuleError("the least score is a number; 0 for each flag")
    if texts["scope"] not in dict(_scopes(services)):
        raise RuleError("choose what the rule is about from the list")
    new = NewRule(
        texts["name"],
        texts["kind"],
        texts["scope"],
        group=texts["group"],
        verdict=texts["verdict"],
        minimum_score=float(score),
        quiet=quiet if any(quiet) else None,
    )
    new.check()
    destination = checked_destination(texts["destination"], user.role)
    return add_rule(services.database, user.name, new, destination, since=newest_day(services.settings), settings=services.settings)


def _test(services: Services, user: User, name: str) -> str:
    """Send a test by one of the user's rules; what became of it, in words."""
    from ca_assets.alerts.dispatch import send_test
    from ca_assets.alerts.sending import NotSent

    try:
        rule = get_rule(services.database, user.name, name)
        send_test(services.database, services.settings, rule)
    except (NotSent, RuleError, SecretError) as error:
        return f"The test was not sent: {error}"
    return f"A test is sent to {rule.shown}."


def _register(app: Dash, services: Services) -> None:
    @app.callback(
        Output(LIST, "children"),
        Output(PROBLEM, "children"),
        Output(field_id("destination"), "value"),
        Output(forms.SAID, "data", allow_duplicate=True),
        Input(ADD, "n_clicks"),
        *(State(field_id(name), "value") for name in FIELDS),
        prevent_initial_call=True,
    )
    def _press(_clicks: int, *values: Any) -> Any:
        user = require("viewer")
        try:
            rule = _add(services, user, dict(zip(FIELDS, values, strict=True)))
        except RuleError as error:
            return no_update, forms.problem(str(error)), no_update, no_update
        return _listed(services, user), None, "", forms.said(f"The rule “{rule.name}” is kept. Send a test to try it.")

    @app.callback(
        Output(LIST, "children", allow_duplicate=True),
        Output(forms.SAID, "data", allow_duplicate=True),
        Input({"type": "alerts-test", "name": ALL}, "n_clicks"),
        Input({"type": "alerts-remove", "name": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    def _of_rule(_tests: list[int], _removals: list[int]) -> Any:
        user = require("viewer")
        if not isinstance(ctx.triggered_id, dict) or not ctx.triggered[0]["value"]:
            raise PreventUpdate
        name = str(ctx.triggered_id["name"])
        if ctx.triggered_id["type"] == "alerts-test":
            return no_update, forms.said(_test(services, user, name))
        try:
            remove_rule(services.database, user.name, name)
            text = f"The rule “{name}” is removed."
        except RuleError:
            text = "You have no such rule."
        return _listed(services, user), forms.said(text)


PAGE = SettingsPage(
    "/settings/notifications",
    "Notifications",
    "alert",
    70,
    "viewer",
    "Be told of unusual days and failed loads, and get digests, by e-mail or chat.",
    _content,
    _register,
)
