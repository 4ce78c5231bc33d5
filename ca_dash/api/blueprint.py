"""The routes of the API: each says which scope it needs and how much it weighs; the guard stands before all of them.

What a token's owner may see is decided where the snapshot is opened, so that no route can forget it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Flask, Response, g, request

from ca_assets.index.limited import LimitedIndex
from ca_assets.index.protocol import Index
from ca_assets.settings.access import access_of
from ca_assets.settings.database import Database, User
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.tokens import SCOPES
from ca_dash.api import reports, search, tables
from ca_dash.api.answers import json_answer
from ca_dash.api.arguments import require_known
from ca_dash.api.guard import caller, require_rate, require_scope
from ca_dash.api.openapi import document
from ca_dash.api.problems import Problem, answer_error
from ca_dash.auth.login import API

ROOT = "/api/v1"
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
REPORTS, TABLES, SEARCH = SCOPES
FILE_COST = 10  # requests that the export of a whole table, or of a report of all scopes, counts as


@dataclass(frozen=True)
class Route:
    """`path` below the root, the scope that it needs (None: any token), what it costs, and its answer from a snapshot."""

    path: str
    scope: str | None
    view: Callable[..., Response]
    cost: int = 1


ROUTES = (
    Route("/shop", REPORTS, reports.shop),
    Route("/reports", REPORTS, reports.listing),
    Route("/reports/<name>/<type_>", REPORTS, reports.rows),
    Route("/reports/<name>/<type_>/meta", REPORTS, reports.meta),
    Route("/tables", TABLES, tables.listing),
    Route("/tables/<name>/rows", TABLES, tables.page),
    Route("/tables/<name>/file", TABLES, tables.file, FILE_COST),
    Route("/search", SEARCH, search.search),
)


def _shown_to(owner: User, index: Index) -> Index | LimitedIndex:
    """What the owner of a token may see. Raises Problem where that cannot be told."""
    try:
        scopes = access_of(owner).scopes
    except ValueError as error:
        raise Problem(403, "the limits of this token's owner cannot be read; ask an admin to set them again") from error
    g.api_limits = scopes
    return LimitedIndex(index, scopes) if scopes else index


def register(server: Flask, index: Index, database: Database, settings: ProcessSettings) -> None:
    """Add the API to a server."""
    api = Blueprint(API, __name__, url_prefix=ROOT)

    def checked(scope: str | None, cost: int) -> User:
        """The owner of the request's token, which has the scope and is within its rate. Raises Problem."""
        token, owner = caller(request, database, settings)
        require_rate(database, token, settings, FILE_COST if request.args.get("scope") == "*" else cost)
        if scope is not None:
            require_scope(token, scope)
        return owner

    def add(route: Route) -> None:
        """Serve a route from one snapshot, as its caller may see it."""

        def view(**names: Any) -> Response:
            with _shown_to(checked(route.scope, route.cost), index).snapshot() as snapshot:
                return route.view(snapshot, **names, arguments=request.args)

        api.add_url_rule(route.path, route.path, view, methods=["GET"])

    for route in ROUTES:
        add(route)

    @api.get("/openapi.json")
    def _document() -> Response:
        checked(None, 1)
        require_known(request.args, ())
        return json_answer(document())

    @api.route("/", defaults={"_rest": ""}, methods=METHODS)
    @api.route("/<path:_rest>", methods=METHODS)
    def _other(_rest: str) -> Response:
        checked(None, 1)
        if request.method != "GET":
            raise Problem(405, "nothing can be changed over the API", {"Allow": "GET, HEAD"})
        raise Problem(404, f"there is nothing here; {ROOT}/openapi.json describes what there is")

    api.register_error_handler(Exception, answer_error)
    server.register_blueprint(api)
