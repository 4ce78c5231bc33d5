"""What stands in place of a chart: a message that says what is missing and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc, html

from ca_dash.components.icons import icon


class Missing(LookupError):
    """Nothing to show; carries a title and what to do, both for users, and links (text, URL) that show something else."""

    def __init__(self, title: str, remedy: str, links: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(title)
        self.title, self.remedy, self.links = title, remedy, tuple(links)

    def message(self) -> html.Div:
        """The state in place of a chart."""
        return state_message(self.title, self.remedy, links=self.links)


def state_message(title: str, remedy: str, picture: str = "empty", links: Sequence[tuple[str, str]] = ()) -> html.Div:
    """An empty, refused or failed panel in words, with links (text, URL) if there are some."""
    parts = [icon(picture, 28), html.P(title, className="ca-state-title"), html.P(remedy, className="ca-muted")]
    if links:
        parts.append(html.Div([dcc.Link(text, href=href, className="ca-state-link") for text, href in links], className="ca-state-links"))
    return html.Div(parts, className="ca-state")


def unavailable(error: Exception) -> html.Div:
    """The state while the index does not answer; the error's message says what to check."""
    return state_message("The store of reports does not answer", str(error), "alert")
