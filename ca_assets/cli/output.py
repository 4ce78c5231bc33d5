"""How the command line speaks: plain text in which data cannot move the cursor, tables, one line per error.

Text that may hold data goes through `safe`, and never through rich's markup: on a terminal tables are `rich.text.Text` in each cell.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TextIO

import click

HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # control, format (also text direction), surrogates, line and paragraph separators
EMOJI_JOINER = "\u200d"
COLUMN_GAP = 2


def safe(text: object) -> str:
    """Text for a terminal: control and direction characters are shown as escapes, so that data cannot act on the terminal."""
    return "".join(
        c if c == EMOJI_JOINER or unicodedata.category(c) not in HIDDEN else c.encode("unicode_escape").decode("ascii") for c in str(text)
    )


def is_terminal(stream: TextIO) -> bool:
    """Whether people look at the stream on a terminal that can do more than append lines."""
    return stream.isatty() and os.environ.get("TERM", "dumb") not in ("dumb", "unknown")


def say(text: object = "") -> None:
    """A line (or several) on standard output."""
    click.echo("\n".join(safe(line) for line in str(text).split("\n")))


def note(text: object) -> None:
    """A line on standard error: progress, which must not mix with exported data."""
    click.echo(safe(text), err=True)


def table(head: Sequence[str], rows: Iterable[Sequence[object]], *, right: Iterable[int] = ()) -> None:
    """Aligned columns on standard output; `right` are the indexes of columns of numbers. On a terminal they are made to fit its width."""
    cells, rights = [[safe(cell) for cell in row] for row in (head, *rows)], set(right)
    if is_terminal(sys.stdout):
        _terminal_table(cells, rights)
        return
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    for row in cells:
        padded = (cell.rjust(width) if i in rights else cell.ljust(width) for i, (cell, width) in enumerate(zip(row, widths, strict=True)))
        click.echo((" " * COLUMN_GAP).join(padded).rstrip())


def _terminal_table(cells: Sequence[Sequence[str]], rights: set[int]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    head, *rows = cells
    shown = Table(box=None, pad_edge=False, padding=(0, COLUMN_GAP, 0, 0), header_style="bold")
    for i, name in enumerate(head):
        shown.add_column(Text(name), justify="right" if i in rights else "left", overflow="fold")
    for row in rows:
        shown.add_row(*map(Text, row))
    Console(markup=False, highlight=False, emoji=False).print(shown)


class Problem(click.ClickException):
    """What the user must know, in one line: what is wrong and what to do."""

    def show(self, file: object = None) -> None:
        """On standard error."""
        note(f"Error: {' '.join(self.message.split())}")
