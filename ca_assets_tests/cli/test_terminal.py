"""Tables and progress on a terminal, and without one: aligned, and no text from outside can act on the terminal."""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Callable

import pytest

from ca_assets.cli.output import table
from ca_assets.cli.progress import progress

HOSTILE = "\x1b[31m[red]:smile:[/red] [link=http://x]\u202ee\x9b2J\r\n[/]"
ESCAPED = "\\x1b[31m[red]:smile:[/red] [link=http://x]\\u202ee\\x9b2J\\r\\n[/]"
STYLE = re.compile(r"\x1b\[[0-9;]*m")  # what rich writes around a heading: colour and weight, never a move
MOVE = re.compile(r"\x1b\[(\?25[hl]|[0-9]*[AK]|2K)")  # what a line that changes in place needs


class Terminal(io.TextIOWrapper):
    """One end of a pseudo-terminal; `shown` is what arrived at the other."""

    def __init__(self) -> None:
        self._other, own = os.openpty()
        super().__init__(os.fdopen(own, "wb", buffering=0), encoding="utf-8", write_through=True)

    def shown(self) -> str:
        """All that was written, once closed."""
        text = b""
        self.close()
        while True:
            try:
                chunk = os.read(self._other, 65_536)
            except OSError:  # Linux's word for the end
                break
            if not chunk:
                break
            text += chunk
        os.close(self._other)
        return text.decode()


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Terminal]:
    """Makes one and puts it in place of both streams (in the test itself: pytest sets its own just before)."""

    def put(kind: str = "xterm-256color") -> Terminal:
        made = Terminal()
        for name, value in {"TERM": kind, "COLUMNS": "100", "LINES": "30"}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "stdout", made)
        monkeypatch.setattr(sys, "stderr", made)
        return made

    return put


def test_data_in_a_table_cannot_act_on_a_terminal(terminal: Callable[[], Terminal]) -> None:
    screen = terminal()
    table(("name", "rows"), [(HOSTILE, 7), ("plain", 1_234)], right=[1])
    text = STYLE.sub("", screen.shown()).replace("\r\n", "\n")
    assert "\x1b" not in text and "\x9b" not in text and "\u202e" not in text and "\r" not in text
    assert ESCAPED in text


def test_columns_align_also_where_characters_are_wide(terminal: Callable[[], Terminal]) -> None:
    screen = terminal()
    table(("name", "rows"), [("日本", "1"), ("🚀", "22"), ("abcd", "333")], right=[1])
    lines = STYLE.sub("", screen.shown()).replace("\r\n", "\n").splitlines()
    assert [line.rstrip() for line in lines] == ["name  rows", "日本     1", "🚀      22", "abcd   333"]


def test_a_long_value_stays_in_its_column(terminal: Callable[[], Terminal]) -> None:
    screen = terminal()
    table(("name", "message"), [("a", "word " * 60)])
    lines = STYLE.sub("", screen.shown()).replace("\r\n", "\n").splitlines()
    assert len(lines) > 3 and max(map(len, lines)) <= 100
    assert all(line.startswith("      ") for line in lines[2:])


def test_progress_on_a_terminal_is_a_line_that_changes(terminal: Callable[[], Terminal]) -> None:
    screen = terminal()
    with progress("Starting", steps=2) as shown:
        shown.step_began("lake/orders")
        shown.rows(HOSTILE, 1_000_000)
        shown.step_ended("lake/orders", 1.26)
        shown.step_began(HOSTILE)
    text = screen.shown()
    assert "  lake/orders  1.3 s" in text
    rest = MOVE.sub("", STYLE.sub("", text)).replace("\r\n", "\n").replace("\r", "")
    assert "\x1b" not in rest and "\x9b" not in rest and "\u202e" not in rest
    assert "[red]:smile:[/red]" in rest


def test_progress_elsewhere_is_a_plain_line_each(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    with progress("Starting", steps=2) as shown:
        shown.step_began("lake/orders")
        shown.rows("sessions", 1_234)
        shown.rows("January", 5, unit="sessions")
        shown.step_ended("lake/orders", 1.26)
    assert capsys.readouterr().err == "    sessions: 1,234 rows\n    January: 5 sessions\n  lake/orders  1.3 s\n"


def test_a_table_elsewhere_is_plain(capsys: pytest.CaptureFixture[str]) -> None:
    table(("name", "rows"), [(HOSTILE, 7), ("plain", 1_234)], right=[1])
    width = len(ESCAPED)
    assert capsys.readouterr().out == f"{'name'.ljust(width)}  rows\n{ESCAPED}     7\n{'plain'.ljust(width)}  1234\n"


def test_a_dumb_terminal_gets_plain_lines(terminal: Callable[[str], Terminal]) -> None:
    screen = terminal("dumb")
    table(("a", "b"), [(1, 2)])
    with progress("Starting") as shown:
        shown.rows("sessions", 3)
    assert screen.shown().replace("\r\n", "\n") == "a  b\n1  2\n    sessions: 3 rows\n"
