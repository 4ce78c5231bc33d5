"""First steps: what is to be done before there are figures, and what of it is done. Pages without data lead here."""

from __future__ import annotations

from dataclasses import dataclass

from dash import dcc, html

from ca_assets.index.protocol import IndexUnavailable, NotPublished
from ca_assets.settings.shops import newest_edition
from ca_assets.settings.store import is_set_by_environment, newest_choice
from ca_dash.auth.guard import require
from ca_dash.components.icons import icon
from ca_dash.settings.page import Services, SettingsPage

PATH = "/settings/start"


@dataclass(frozen=True)
class Step:
    """A step: what it is for, where it is done, whether it is."""

    title: str
    text: str
    path: str
    is_done: bool


def steps(services: Services) -> tuple[Step, ...]:
    """The steps in their order."""
    edition = newest_edition(services.database)
    is_chosen = is_set_by_environment(services.settings) or newest_choice(services.database) is not None
    kind = "The store is chosen." if is_chosen else "Embedded is ready as it is; go on, or choose Elasticsearch."
    return (
        Step("The store", kind, "/settings/store", is_done=True),
        Step(
            "Your sources",
            "Upload CSV files or connect a database, and say what the columns mean.",
            "/settings/sources",
            edition is not None,
        ),
        Step("When to load", "Every night, say; or only now.", "/settings/schedules", _is_loaded(services)),
    )


def _is_loaded(services: Services) -> bool:
    try:
        return services.reader.shop() is not None
    except (NotPublished, IndexUnavailable):
        return False


def _content(services: Services) -> html.Div:
    role = require("viewer").role
    listed = steps(services)
    following = next((step for step in listed if not step.is_done), None)
    items = [_item(number, step, services, role, is_next=step is following) for number, step in enumerate(listed, 1)]
    done = html.P(["All is set up. ", dcc.Link("See your figures", href="/")]) if following is None else None
    return html.Div([html.Ol(items, className="ca-steps"), done])


def _item(number: int, step: Step, services: Services, role: str, *, is_next: bool) -> html.Li:
    page = services.page_at(step.path)
    mark = html.Span("✓" if step.is_done else str(number), className="ca-step-mark", **{"aria-hidden": "true"})
    state = html.Span("Done" if step.is_done else "Next" if is_next else "Later", className="ca-badge")
    title = dcc.Link(step.title, href=step.path) if page and page.is_for(role) else html.Span(step.title)
    asked = f"For {page.role}s." if page and not page.is_for(role) else ""
    texts = html.Div(
        [html.Div([html.Strong(title), state], className="ca-edition-head"), html.Span(f"{step.text} {asked}", className="ca-muted")]
    )
    go = (
        dcc.Link([icon("back", 16), "Go on"], href=step.path, className="ca-list-csv ca-step-go")
        if is_next and page and page.is_for(role)
        else None
    )
    return html.Li([mark, texts, go], className=f"ca-card ca-step{' is-done' if step.is_done else ''}")


PAGE = SettingsPage(PATH, "First steps", "steps", 10, "viewer", "From an empty installation to your figures, in three steps.", _content)
