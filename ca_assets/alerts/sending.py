"""Sending one message through apprise, with quick retries (tenacity). Long retries are the outbox's.

Belongs here: one delivery, and what may be said of a failure. Nothing here logs a destination or puts one into a message.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from ca_assets.alerts.apprise_log import captured_log
from ca_assets.alerts.destinations import apprise_url, secret_parts
from ca_assets.settings.process import ProcessSettings

ATTEMPTS = 3
LONGEST_REASON = 300
HIDDEN = "…"


class NotSent(RuntimeError):
    """A message was not taken by the other side; the message says what it answered and nothing of the destination's secrets."""


@dataclass(frozen=True)
class Letter:
    """What is sent: an id that stays the same when it is sent again, a subject, plain text, and a picture (PNG) or none."""

    id: str
    subject: str
    body: str
    picture: bytes | None = None


def send(letter: Letter, destination: str, settings: ProcessSettings, attempts: int = ATTEMPTS) -> None:
    """Send it, trying again a few times within seconds. Raises NotSent; RuleError for an address where no mail server is set."""
    url = apprise_url(destination, letter.id, settings)
    retrying = Retrying(
        stop=stop_after_attempt(attempts),
        wait=wait_exponential_jitter(multiplier=0.5, max=5, jitter=0.5),
        retry=retry_if_exception_type(NotSent),
        reraise=True,
    )
    for attempt in retrying:
        with attempt:
            _send_once(letter, url)


def _send_once(letter: Letter, url: str) -> None:
    import apprise

    service = apprise.Apprise(asset=apprise.AppriseAsset(app_id="CustomerAnalytics", app_desc="CustomerAnalytics", app_url=""))
    with captured_log() as log, TemporaryDirectory() as folder:
        if not service.add(url):
            raise NotSent("the destination is no url that messages can be sent to; remove the rule and add it anew")
        attachment = None
        if letter.picture is not None:
            path = Path(folder) / "figure.png"
            path.write_bytes(letter.picture)
            attachment = apprise.AppriseAttachment(str(path))
        is_sent = service.notify(
            title=letter.subject, body=letter.body, body_format=apprise.NotifyFormat.TEXT, attach=attachment, interpret_escapes=False
        )
    if not is_sent:
        raise NotSent(_reason(log.getvalue(), url))


def _reason(log: str, url: str) -> str:
    """The last line of what apprise said, without anything of the url but its host."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    text = lines[-1] if lines else "the other side did not take it"
    for part in secret_parts(url):
        text = text.replace(part, HIDDEN)
    return " ".join(text.split())[:LONGEST_REASON]
