"""Where messages go: an e-mail address (through the installation's mail server, CA_MAIL_URL), or a url of apprise for chats and webhooks.

Belongs here: what may be a destination, what may be shown of one, and the url that apprise is given. A url is a secret as a whole.
"""

from __future__ import annotations

import re
from contextlib import suppress
from urllib.parse import quote, urlsplit

from ca_assets.alerts.apprise_log import captured_log
from ca_assets.settings.alerts.rules import RuleError
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.roles import ROLES

ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")
MAXIMUM_LENGTH = 2_000
# Of apprise's services those that send to a person's or a team's inbox over the network; none that acts on this machine.
MAILS, HOOKS = ("mailto", "mailtos"), ("json", "jsons", "xml", "xmls", "form", "forms")
CHATS = (
    *("slack", "msteams", "workflow", "workflows", "discord", "gchat", "tgram", "ntfy", "ntfys", "matrix", "matrixs", "mmost", "mmosts"),
    *("rocket", "rockets", "gotify", "gotifys", "pover", "zulip", "opsgenie", "pagerduty", "signal", "signals", "webex", "splunk"),
)
SCHEMES = frozenset((*MAILS, *HOOKS, *CHATS))
URL_ROLES = ROLES[1:]  # a url makes this machine call any server: not for viewers


def checked_destination(text: str, role: str) -> tuple[str, str]:
    """The destination as it is kept, and what may be shown of it. RuleError says what is wrong and repeats nothing of a url."""
    text = text.strip()
    if not text or len(text) > MAXIMUM_LENGTH or not text.isprintable():
        raise RuleError("the destination is an e-mail address, or a url such as jsons://example.com/hook or slack://…")
    if "://" not in text:
        if not ADDRESS.fullmatch(text):
            raise RuleError("this is no e-mail address; write one such as ann@example.com, or a url such as jsons://example.com/hook")
        return text, text
    if role not in URL_ROLES:
        raise RuleError("viewers may be told by e-mail only: give an e-mail address, or ask an editor to make the rule")
    scheme = text.partition("://")[0].lower()
    if scheme not in SCHEMES:
        raise RuleError(f"urls of this kind are not sent to; use one of {', '.join(sorted(SCHEMES))}")
    if _plugin(text) is None:
        raise RuleError(f"this is no complete url for {scheme}; https://appriseit.com/services says what it consists of")
    return text, _shown(scheme, text)


def apprise_url(destination: str, message_id: str, settings: ProcessSettings) -> str:
    """The url to send to; it gives mails and webhooks the message's id as a header. RuleError for an address without a mail server."""
    url = destination
    if "://" not in destination:
        if settings.mail_url is None:
            raise RuleError(
                "no mail server is set: set CA_MAIL_URL (or CA_MAIL_URL_FILE), as in mailtos://user:password@smtp.example.com?from=a@b.c"
            )
        server = settings.mail_url.get_secret_value()
        url = f"{server}{'&' if '?' in server else '?'}to={quote(destination, safe='@')}"
    if url.partition("://")[0].lower() in (*MAILS, *HOOKS):
        url += f"{'&' if '?' in url else '?'}+X-CA-Message-Id={message_id}"
    return url


def secret_parts(url: str) -> list[str]:
    """Texts of a url that no message may repeat: everything behind its scheme that is not the host, longest first."""
    rest = url.partition("://")[2]
    parts = {part for part in re.split(r"[/:@?&=#]", rest) if len(part) >= 4}
    with suppress(ValueError):  # a url whose host cannot be told shows none of it
        parts -= {urlsplit(url).hostname or ""}
    return sorted({rest, *parts}, key=len, reverse=True)


def _plugin(url: str) -> object | None:
    import apprise  # takes a third of a second

    with captured_log():
        plugin: object | None = apprise.Apprise.instantiate(url, suppress_exceptions=True)
    return plugin


def _shown(scheme: str, url: str) -> str:
    """The kind, and the host where it surely is one: of chats it is a token."""
    if scheme not in (*MAILS, *HOOKS):
        return scheme
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    return f"{scheme} {host}".strip() if re.fullmatch(r"[\w.:-]{1,150}", host) and "@" not in url.partition("@")[2] else scheme
