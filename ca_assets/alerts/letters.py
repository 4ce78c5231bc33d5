"""What messages say: flags with their sentences, a picture and links; failed and late loads; a test. Plain text, English, in CA_LOCALE.

Texts of the shop's data (values, promotions) are put in as they are: messages are plain text, and control signs are taken out.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from ca_assets.alerts.events import Flag, FlagReader, LoadProblem
from ca_assets.alerts.picture import flag_picture
from ca_assets.settings.process import ProcessSettings
from ca_assets.wording.flags import VERDICTS, Writing, flag_sentence
from ca_assets.wording.format import day, number, scope_label
from ca_assets.wording.locales import Locale, locale_of

LISTED = 20
DAYS_BEFORE = 27
Parts = tuple[str, str, bytes | None]


def plain(text: str) -> str:
    """A text in one line, without control and direction characters: a header or a terminal must not be led by data."""
    return " ".join("".join(c if c == " " or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp") else " " for c in text).split())


def flags_letter(flags: Sequence[Flag], reader: FlagReader, settings: ProcessSettings) -> Parts:
    """Subject, text and picture of new flags; the first one is the subject's and the picture's."""
    meta, locale = reader.snapshot.meta(), locale_of(settings.locale)
    told = [_told(flag, reader, meta, locale) for flag in flags[:LISTED]]
    more = len(flags) - 1
    subject = plain(f"{meta.get('shop') or 'Shop'}: {told[0]}{f' (and {more} more)' if more else ''}")
    lines = []
    for flag, sentence in zip(flags, told, strict=False):
        lines += [f"{VERDICTS[flag.row['verdict']]} · {plain(scope_label(flag.scope))}", plain(sentence)]
        lines += [f"Score {number(flag.row['score'], 1, locale)}, flagged from {number(flag.row['threshold'], 1, locale)} on."]
        lines += [*_link(settings, "/anomalies", _filters(flag)), ""]
    if len(flags) > LISTED:
        lines += [f"And {len(flags) - LISTED} more; the page Anomalies shows all.", ""]
    lines.append(f"Figures as of {day(flags[0].report_date, locale)}. Only days and weeks that are over are told of.")
    return subject, "\n".join(lines), _picture(flags[0], reader, locale)


def load_letter(problem: LoadProblem, shop: str, settings: ProcessSettings) -> Parts:
    """Subject and text of a load that failed or is late."""
    head = "A load failed" if problem.kind == "failed" else "The data are late"
    what = (
        "Readers see the figures of the load before."
        if problem.kind == "failed"
        else "Readers see older figures than the schedule promises."
    )
    lines = [f"{head} ({problem.at.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC).", plain(problem.text), what, *_link(settings, "/settings", {})]
    return plain(f"{shop}: {head.lower()}"), "\n".join(line for line in lines if line), None


def test_letter(name: str, shop: str, settings: ProcessSettings) -> Parts:
    """Subject and text of a test."""
    text = f"This is a test of the alert rule “{plain(name)}”. Messages will arrive here."
    return plain(f"{shop}: test of an alert"), "\n".join([text, *_link(settings, "/anomalies", {})]), None


def _told(flag: Flag, reader: FlagReader, meta: dict[str, Any], locale: Locale) -> str:
    writing = Writing(locale, meta.get("currency"), flag.report_date, reader.frame("causes", flag.scope))
    return flag_sentence(flag.row, writing)


def _picture(flag: Flag, reader: FlagReader, locale: Locale) -> bytes | None:
    rows = reader.frame(f"{flag.row['group']}_{flag.row['grain']}", flag.scope)
    return None if rows is None else flag_picture(flag.row, rows, locale)


def _filters(flag: Flag) -> dict[str, str]:
    """The page's filters that end on the flagged period: its causes are shown then."""
    length = 7 if flag.row["grain"] == "weekly" else 1
    last = flag.row["period"] + dt.timedelta(days=length - 1)
    first = flag.row["period"] - dt.timedelta(days=DAYS_BEFORE * length)
    scope = {} if flag.scope == "all" else {"scope": flag.scope}
    return {**scope, "from": first.isoformat(), "to": last.isoformat(), "pace": flag.row["grain"]}


def _link(settings: ProcessSettings, path: str, filters: dict[str, str]) -> list[str]:
    """A line with a link, or none where the application's address is not known."""
    if not settings.public_url:
        return []
    return [f"{settings.public_url.rstrip('/')}{path}{'?' if filters else ''}{urlencode(filters)}"]
