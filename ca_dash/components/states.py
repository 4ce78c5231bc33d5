"""What stands in place of a chart: a message that says what is missing and what to do about it."""

from __future__ import annotations

from dash import html

from ca_dash.components.icons import icon


class Missing(LookupError):
    """Nothing to show; carries a title and what to do, both for users."""

    def __init__(self, title: str, remedy: str) -> None:
        super().__init__(title)
        self.title, self.remedy = title, remedy


def state_message(title: str, remedy: str, picture: str = "empty") -> html.Div:
    """An empty, refused or failed panel in words."""
    return html.Div(
        [icon(picture, 28), html.P(title, className="ca-state-title"), html.P(remedy, className="ca-muted")], className="ca-state"
    )


def unavailable(error: Exception) -> html.Div:
    """The state while the index does not answer; the error's message says what to check."""
    return state_message("The store of reports does not answer", str(error), "alert")
