"""Uploads over HTTP, for assets/uploads.js: create, PUT parts at an offset, complete with a SHA-256. Editors and admins only.

Each request carries the session's token in a header, which no other site can send. Answers are JSON; an error has a `message` for people.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from dash import Dash
from flask import Response, abort, jsonify, request, session

from ca_assets.connecting.uploads.errors import UploadError
from ca_assets.connecting.uploads.store import CHUNK_BYTES, Upload, Uploads
from ca_assets.settings.audit import record
from ca_assets.settings.shops import list_editions
from ca_dash.auth.guard import require
from ca_dash.settings.page import Services

ROUTE, CSRF_HEADER = "/settings/uploads", "X-CSRF-Token"
Answer = Response | tuple[Response, int]


@dataclass(frozen=True)
class UploadApi:
    """What the routes do. Each answers with what becomes JSON; raises UploadError."""

    uploads: Uploads
    services: Services

    def unfinished(self, owner: str) -> list[dict[str, Any]]:
        """Those of the user that are not complete."""
        return [_shown(upload) for upload in self.uploads.unfinished(owner)]

    def create(self, owner: str) -> dict[str, Any]:
        """Begin one, and forget what was abandoned."""
        body = _body()
        self.uploads.remove_abandoned([edition.text for edition in list_editions(self.services.database)])
        return _shown(self.uploads.create(owner, str(body.get("name", "")), _whole(body.get("size")), body.get("batch")))

    def find(self, owner: str, upload: str) -> dict[str, Any]:
        """Where it stands."""
        return _shown(self.uploads.find(owner, upload))

    def append(self, owner: str, upload: str) -> dict[str, Any]:
        """A part at the offset of the query."""
        return _shown(self.uploads.append(owner, upload, _whole(request.args.get("offset")), request.get_data(cache=False)))

    def complete(self, owner: str, upload: str) -> dict[str, Any]:
        """Check and keep it."""
        part = self.uploads.find(owner, upload)
        names = self.uploads.complete(owner, upload, str(_body().get("sha256", "")))
        record(self.services.database, owner, "source.upload", part.name, f"{part.size:,} bytes", address=request.remote_addr or "")
        return {"batch": part.batch, "names": names, "files": self.uploads.files(part.batch)}

    def cancel(self, owner: str, upload: str) -> dict[str, Any]:
        """Forget it."""
        self.uploads.cancel(owner, upload)
        return {}


def register(app: Dash, services: Services) -> None:
    """Add the routes to an application."""
    api = UploadApi(Uploads(services.settings.home), services)
    routes = (
        ("", "GET", api.unfinished),
        ("", "POST", api.create),
        ("/<upload>", "GET", api.find),
        ("/<upload>", "PUT", api.append),
        ("/<upload>", "DELETE", api.cancel),
        ("/<upload>/complete", "POST", api.complete),
    )
    for rule, method, answer in routes:
        app.server.add_url_rule(f"{ROUTE}{rule}", f"uploads.{answer.__name__}", _guarded(answer), methods=[method])


def _guarded(answer: Callable[..., Any]) -> Callable[..., Answer]:
    def handle(**values: str) -> Answer:
        """Answer editors whose form is this session's; what is refused says why and where to go on."""
        owner = require("editor").name
        if request.method != "GET":
            _check_token()
        try:
            return jsonify(answer(owner, **values))
        except UploadError as error:
            return jsonify({"message": str(error), "offset": error.offset}), int(error.status)

    return handle


def _shown(upload: Upload) -> dict[str, Any]:
    return {name: value for name, value in asdict(upload).items() if name != "owner"} | {"chunk": CHUNK_BYTES}


def _check_token() -> None:
    expected, given = str(session.get("csrf", "")), request.headers.get(CSRF_HEADER, "")
    if not expected or not hmac.compare_digest(expected.encode(), given.encode()):
        abort(400, "Load the page again.")


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True)
    return body if isinstance(body, dict) else {}


def _whole(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise UploadError("The request has no such number.") from None
