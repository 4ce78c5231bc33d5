"""A mail server and an HTTP endpoint on free ports, which keep what they were sent."""

from __future__ import annotations

import email
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller

from ca_assets_tests.servers.processes import free_port


@dataclass
class Inbox:
    """What arrived, in order. `refuses`: the server answers each with an error."""

    url: str = ""
    refuses: bool = False
    mails: list[EmailMessage] = field(default_factory=list)
    posts: list[tuple[dict[str, str], dict[str, Any]]] = field(default_factory=list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if self.refuses:
            return "451 try again later"
        self.mails.append(email.message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


def text_of(mail: EmailMessage) -> str:
    """Its plain text."""
    part = mail.get_body(preferencelist=("plain", "html"))
    assert part is not None
    return str(part.get_content())


def pictures_of(mail: EmailMessage) -> list[bytes]:
    """Its pictures."""
    return [part.get_payload(decode=True) for part in mail.walk() if part.get_content_type() == "image/png"]


@contextmanager
def mail_server() -> Iterator[Inbox]:
    """A mail server that speaks SMTP; `url` is what CA_MAIL_URL would be."""
    inbox = Inbox()
    controller = Controller(inbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        inbox.url = f"mailto://127.0.0.1:{controller.port}?from=shop@example.com&mode=insecure"
        yield inbox
    finally:
        controller.stop()


@contextmanager
def http_server() -> Iterator[Inbox]:
    """An endpoint that takes JSON; `url` is apprise's, with a user and a secret in it."""
    inbox = Inbox()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if not inbox.refuses:
                inbox.posts.append((dict(self.headers), body))
            self.send_response(503 if inbox.refuses else 200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        inbox.url = f"json://hook:s3cr3t-w0rd@127.0.0.1:{server.server_port}/t0ken-in-path"
        yield inbox
    finally:
        server.shutdown()
        server.server_close()
