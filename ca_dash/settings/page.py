"""What a settings page is, and what it works with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dash import Dash
from flask import request

from ca_assets.settings.database import Database
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.roles import ROLES
from ca_dash.reports import Reader

ROOT = "/settings"  # the page that leads to all others; their paths begin with it


@dataclass(frozen=True)
class Services:
    """What the pages work with, and which pages there are, in their order. `read` gives the reader of a request."""

    database: Database
    settings: ProcessSettings
    read: Callable[[], Reader]
    pages: tuple[SettingsPage, ...]

    @property
    def reader(self) -> Reader:
        """What is published, as the user of this request may see it."""
        return self.read()

    def address(self, path: str) -> str:
        """A path of the application as a link to send: after `CA_PUBLIC_URL`; without it after the host that the request named."""
        return f"{(self.settings.public_url or request.host_url).rstrip('/')}{path}"

    def page_at(self, pathname: str | None) -> SettingsPage | None:
        """The page at a path of the URL, with or without a slash at its end; None where there is none."""
        path = "/" + (pathname or "/").strip("/")
        return next((page for page in self.pages if page.path == path), None)


@dataclass(frozen=True)
class SettingsPage:
    """A page of settings. `about`: a sentence for whoever looks for it; `role`: the least role that may open it.

    `content` is asked at each visit, after the role was checked; `register` adds the page's callbacks and routes once. Each of
    these checks the role again (`auth.guard.needs`): callbacks can be called without the page. `is_listed`: shown among the links.
    """

    path: str
    title: str
    icon: str
    order: int
    role: str
    about: str
    content: Callable[[Services], Any]
    register: Callable[[Dash, Services], None] | None = None
    is_listed: bool = True

    def is_for(self, role: str) -> bool:
        """Whether people of a role may open the page."""
        return ROLES.index(role) >= ROLES.index(self.role)
