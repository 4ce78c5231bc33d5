"""One's own profile: the picture. What concerns the account (password, sessions) is on its own page."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import Dash, html
from flask import Response, abort, request

from ca_assets.settings.profiles import MAX_BYTES, PictureError, picture_of, remove_picture, set_picture
from ca_dash.auth.guard import needs, require
from ca_dash.auth.security import check_csrf, csrf_token
from ca_dash.comments.service import CommentService
from ca_dash.comments.threads import face
from ca_dash.settings.page import Services, SettingsPage


def _content(services: Services) -> Any:
    user = require("viewer")
    pictured = CommentService(services.database, services.read).pictured()
    token = {"data-csrf": csrf_token()}
    choose = html.Label(
        ["Choose a picture", html.Span(id="profile-picture-slot", **token)], className="ca-upload", htmlFor="profile-picture-file"
    )
    rules = (
        f"PNG, JPEG or WebP, at most {MAX_BYTES // 1024 // 1024} MB. It is cut to a small square; nothing else that the file holds is kept."
    )
    remove = dmc.Button("Remove the picture", id="profile-picture-remove", variant="subtle", className="ca-picture-remove", **token)
    return html.Div(
        [
            html.Div(
                [face(user.name, pictured), html.Div([html.Strong(user.name), html.P(user.role, className="ca-muted")])],
                className="ca-profile",
            ),
            html.H2("Picture"),
            html.P(rules, className="ca-muted"),
            html.Div([choose, *([remove] if user.name in pictured else [])], className="ca-thread-actions"),
            html.P(id="profile-picture-said", role="alert", className="ca-error"),
        ]
    )


def _register(app: Dash, services: Services) -> None:
    @app.server.get("/profile/picture/<path:name>")
    @needs("viewer")
    def _picture(name: str) -> Response:
        png = picture_of(services.database, name)
        if png is None:
            abort(404)
        return Response(png, mimetype="image/png")

    @app.server.post("/profile/picture")
    @needs("viewer")
    def _change() -> Any:
        check_csrf()
        user, file = require("viewer"), request.files.get("picture")
        if file is None:
            remove_picture(services.database, user)
            return "", 204
        try:
            set_picture(services.database, user, file.stream.read(MAX_BYTES + 1))
        except PictureError as error:
            return Response(str(error), 400, mimetype="text/plain")
        return "", 204


PAGE = SettingsPage("/profile", "Profile", "user", 90, "viewer", "How others see you in comments.", _content, _register)
