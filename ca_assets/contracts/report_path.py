"""The path of a report, `name/type` or `name/type@28d` for a window, as a value: the one place that reads and writes its text."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

WINDOW_DAYS = (7, 28, 90, 365)  # docs/contract, section 1, Windows
_PATTERN = re.compile(r"(?P<name>[^/@]+)/(?P<type>[^/@]+)(?:@(?P<window>[1-9][0-9]*)d)?")


@dataclass(frozen=True, order=True)
class ReportPath:
    """A report: the family's name, its type, and for a window its number of days (None: all days)."""

    name: str
    type: str
    window: int | None = None

    @classmethod
    def parse(cls, text: str) -> ReportPath:
        """From `name/type[@<days>d]`; ValueError when the text is none."""
        match = _PATTERN.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is no path of a report: name/type or name/type@28d")
        window = match["window"]
        return cls(match["name"], match["type"], int(window) if window else None)

    def __str__(self) -> str:
        return f"{self.name}/{self.windowed_type}"

    @property
    def windowed_type(self) -> str:
        """The type with the window's suffix (`top_products@28d`), as tables, index and files name it."""
        return self.type + window_suffix(self.window)

    @property
    def whole(self) -> ReportPath:
        """The report over all days."""
        return replace(self, window=None)


def window_suffix(days: int | None) -> str:
    """`@28d`; empty for all days."""
    return f"@{days}d" if days else ""
