"""Makes the application: Flask server behind the login, Dash on it, pages found in `ca_dash/pages`."""

from __future__ import annotations

import datetime as dt
from http import HTTPStatus
from typing import Any

from dash import Dash
from flask import Flask, request

from ca_assets.index.protocol import Index
from ca_assets.on_demand.sharing import SharedPool
from ca_assets.settings.database import Database
from ca_assets.settings.process import ProcessSettings
from ca_dash.api import blueprint as api
from ca_dash.app import callbacks, explanation, export, lists, own_files, saved_views, search, shell
from ca_dash.app import comments as comments_window
from ca_dash.app.site import Site, find_site
from ca_dash.app.views import Views
from ca_dash.auth import joining, sharing, sign_on
from ca_dash.auth.attempts import Attempts
from ca_dash.auth.login import Auth, current_access, current_user, protect
from ca_dash.auth.security import TlsAwareCookies, add_headers, trust_proxies
from ca_dash.comments.service import CommentService
from ca_dash.limits import Readers
from ca_dash.lists.url import kind_at
from ca_dash.locales import locale_of
from ca_dash.reports import Reader
from ca_dash.search.url import kind_of
from ca_dash.settings import forms
from ca_dash.settings.page import Services
from ca_dash.settings.runs import notices
from ca_dash.settings.site import find_settings_pages


class Application(Dash):
    """Dash, whose document is the same for every path: the one of a path without a page is found missing by programs too."""

    def __init__(self, site: Site, services: Services, **options: Any) -> None:
        self.site, self.services = site, services
        super().__init__("ca_dash", **options)

    def index(self, *args: Any, **kwargs: Any) -> Any:
        """The document and, where no page has the path of the request, the status 404."""
        document = super().index(*args, **kwargs)
        return document if self._has_page(request.path) else (document, HTTPStatus.NOT_FOUND)

    def _has_page(self, path: str) -> bool:
        return bool(self.site.page_at(path) or kind_at(path) or self.services.page_at(path)) or kind_of(path) is not None


def create_app(*, index: Index, database: Database, settings: ProcessSettings, secret_key: str) -> Dash:
    """The application on an index and a settings database."""
    server = _server(secret_key)
    server.config["CA_LOCALE"] = locale_of(settings.locale).tag
    trust_proxies(server, settings.proxy_hops)
    protect(server, Auth(database, settings, Attempts(database)))
    server.register_blueprint(joining.pages)
    server.register_blueprint(sharing.pages)
    sign_on.offer(server, settings)
    site = find_site()
    server.extensions["ca_shareable"] = {
        page.path: sharing.Shareable(page.title, frozenset(panel.id for panel in page.panels)) for page in site.pages
    }
    ranges = SharedPool(settings) if settings.range_processes else None
    readers = Readers(index, ranges)

    def reader() -> Reader:
        """That of the request's user: who is limited to a part of the shop reads that part alone."""
        return readers.of(current_access())

    comments = CommentService(database, reader)
    views = Views(reader, site, comments)
    services = Services(database, settings, reader, find_settings_pages())
    app = Application(
        site,
        services,
        server=server,
        title="CustomerAnalytics",
        update_title="",
        use_pages=False,  # own router: Dash's would rebuild the whole page at every change of a filter
        serve_locally=True,
        compress=True,  # without a proxy before it a first visit would load megabytes of scripts as they are
        suppress_callback_exceptions=True,
        index_string=own_files.index_page(own_files.register(server)),
        include_assets_files=False,  # they are in that page, as one file each
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
    )
    # Dash makes the document once when the server begins, too, for nobody.
    app.layout = lambda: (
        shell.shared_layout(views.shop()) if sharing.is_shared() else shell.layout(views.shop() if current_user() else None, views.site)
    )
    callbacks.register(app, views, services)
    explanation.register(app, views)
    saved_views.register(app, views, database)
    export.register(server, views)
    comments_window.register(app, views, comments)
    lists.register(app, server, views)
    search.register(app, server, views)
    forms.register(app)
    api.register(server, index, database, settings)
    notices.register(app, services)
    for page in services.pages:
        if page.register:
            page.register(app, services)
    add_headers(server, app.csp_hashes())
    return app


def _server(secret_key: str) -> Flask:
    server = Flask("ca_dash", static_folder=None)
    server.secret_key = secret_key
    server.session_interface = TlsAwareCookies()
    server.config.update(
        SESSION_COOKIE_NAME="ca_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_REFRESH_EACH_REQUEST=False,  # a late answer must not bring back a session that was logged out
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=dt.timedelta(hours=12),
        MAX_CONTENT_LENGTH=8 * 1024 * 1024,
        COMPRESS_ALGORITHM=["br", "gzip"],  # smaller than zstd at a level that costs no time to speak of
        COMPRESS_ALGORITHM_STREAMING=["br"],
        COMPRESS_BR_LEVEL=5,
    )
    return server
