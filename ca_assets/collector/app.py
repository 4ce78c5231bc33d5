"""The collector as a WSGI application: Segment's paths, health, metrics, the browser's script.

200: every event is durable, or put aside with its reason. 400: no JSON. 401: no known key. 403: a page that may not use the key. 413: too
large. 503 with Retry-After: nothing was lost, send it again. Official clients retry 5xx and throw away what any other error refuses.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
from flask import Flask, Response, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from ca_assets.collector.access import AccessError, KeyRing, KnownKey, key_of_header, require_origin
from ca_assets.collector.bodies import BodyError, unpack
from ca_assets.collector.messages import make_lines, read_request
from ca_assets.collector.metrics import Metrics
from ca_assets.collector.privacy import Privacy
from ca_assets.collector.settings import BATCH_BYTES
from ca_assets.collector.writer import RETRY_LATER_SECONDS, EventWriter, Unavailable

# The type that a path says; None: a batch. The short ones are the browser's.
PATHS: dict[str, str | None] = {
    **{"track": "track", "t": "track", "identify": "identify", "i": "identify", "page": "page", "p": "page"},
    **{"screen": "screen", "s": "screen", "group": "group", "g": "group", "alias": "alias", "a": "alias"},
    **{"batch": None, "b": None, "import": None},
}
SCRIPT = Path(__file__).parent / "static" / "ca.js"
ALLOWED_HEADERS = "Authorization, Content-Type, Content-Encoding, X-Retry-Count"
PREFLIGHT_SECONDS = 86_400
SCRIPT_SECONDS = 3_600
DONE = b'{"success":true}'


def make_app(keys: KeyRing, writer: EventWriter, privacy: Privacy, metrics: Metrics) -> Flask:
    """The application on opened parts."""
    app = Flask("ca_assets.collector", static_folder=None)
    collect = _Collect(keys, writer, privacy, metrics)
    for path in PATHS:
        app.add_url_rule(
            f"/v1/{path}", f"collect_{path}", collect.post, methods=["POST"], defaults={"path": path}, provide_automatic_options=False
        )
        app.add_url_rule(f"/v1/{path}", f"preflight_{path}", _empty, methods=["OPTIONS"], defaults={"path": path})
    app.add_url_rule("/v1/m", "client_metrics", _client_metrics, methods=["POST", "OPTIONS"])
    app.add_url_rule("/v1/projects/<key>/settings", "client_settings", collect.client_settings, methods=["GET"])
    app.add_url_rule("/ca.js", "script", _script, methods=["GET"])
    app.add_url_rule("/healthz", "healthz", collect.health, methods=["GET"])
    app.add_url_rule("/metrics", "metrics", lambda: Response(metrics.text(), content_type="text/plain; version=0.0.4"), methods=["GET"])
    app.register_error_handler(AccessError, lambda error: _failure(error.status, str(error)))
    app.register_error_handler(BodyError, lambda error: _failure(error.status, str(error)))
    app.register_error_handler(Unavailable, lambda error: _failure(503, str(error), error.retry_after))
    app.register_error_handler(SQLAlchemyError, lambda _: _failure(503, "write keys cannot be read now", RETRY_LATER_SECONDS))
    app.register_error_handler(HTTPException, lambda error: _failure(error.code or 500, error.name))
    app.after_request(collect.finish)
    return app


class _Collect:
    """Requests with events."""

    def __init__(self, keys: KeyRing, writer: EventWriter, privacy: Privacy, metrics: Metrics) -> None:
        self._keys, self._writer, self._privacy, self._metrics = keys, writer, privacy, metrics

    def post(self, path: str) -> Response:
        """Keep the events of a request."""
        header_key = key_of_header(request.headers.get("Authorization"))
        key = self._keys.find(header_key) if header_key else None  # before the work on a body of whoever
        body = unpack(request.stream.read(BATCH_BYTES + 1), request.headers.get("Content-Encoding", ""))
        sent = read_request(body, PATHS[path])
        key = key or self._keys.find(sent.write_key)
        require_origin(key, request.headers.get("Origin"))
        lines = make_lines(sent, key_name=key.name, channel=key.role, user_agent=request.headers.get("User-Agent"), privacy=self._privacy)
        if lines.good or lines.bad:
            self._writer.append(lines.good, lines.bad)
            self._metrics.stored(key.name, lines.types, lines.reasons)
        return Response(DONE, content_type="application/json")

    def client_settings(self, key: str) -> Response:
        """What analytics.js asks a Segment CDN for (`cdnURL`): which destination it shall send to. This one, through a browser's key."""
        known: KnownKey = self._keys.find(key)
        require_origin(known, request.headers.get("Origin"))
        target = {"apiKey": key, "apiHost": f"{request.host}/v1", "protocol": request.scheme}
        plan = {"track": {"__default": {"enabled": True, "integrations": {}}}}
        return Response(_json({"integrations": {"Segment.io": target}, "plan": plan}), content_type="application/json")

    def health(self) -> Response:
        """200 when events can be kept."""
        return Response("ok", content_type="text/plain") if self._writer.is_well() else _failure(503, self._writer.problem or "stalled")

    def finish(self, answer: Response) -> Response:
        """Count the answer; let pages of known web sites read it."""
        self._metrics.requests.labels(str(answer.status_code)).inc()
        origin = request.headers.get("Origin")
        if request.path.startswith("/v1/"):
            answer.headers["Vary"] = "Origin"
            if origin and self._is_known(origin):
                answer.headers["Access-Control-Allow-Origin"] = origin
                answer.headers["Access-Control-Expose-Headers"] = "Retry-After"
                if request.method == "OPTIONS":
                    answer.headers["Access-Control-Allow-Methods"] = "POST, OPTIONS"
                    answer.headers["Access-Control-Allow-Headers"] = ALLOWED_HEADERS
                    answer.headers["Access-Control-Max-Age"] = str(PREFLIGHT_SECONDS)
        return answer

    def _is_known(self, origin: str) -> bool:
        try:
            return self._keys.allows(origin)
        except SQLAlchemyError:
            return False


def _empty(path: str) -> Response:
    """A preflight's answer; which headers it gets depends on the origin."""
    return Response(status=204)


def _client_metrics() -> Response:
    """What analytics.js tells of itself to its maker: taken, so that it does not try again, and not kept."""
    return Response(status=204) if request.method == "OPTIONS" else Response(DONE, content_type="application/json")


def _script() -> Response:
    answer = Response(SCRIPT.read_bytes(), content_type="text/javascript; charset=utf-8")
    answer.headers["Cache-Control"] = f"public, max-age={SCRIPT_SECONDS}"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer.add_etag()
    return answer.make_conditional(request)  # type: ignore[return-value]


def _failure(status: int, message: str, retry_after: int | None = None) -> Response:
    answer = Response(_json({"success": False, "message": message}), status, content_type="application/json")
    if retry_after is not None:
        answer.headers["Retry-After"] = str(retry_after)
    return answer


def _json(value: object) -> bytes:
    return msgspec.json.encode(value)
