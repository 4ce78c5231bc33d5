"""How the command line speaks: plain text in which data cannot move the cursor, tables, one line per error."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

import click

HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # control, format (also text direction), surrogates, line and paragraph separators


def safe(text: object) -> str:
    """Text for a terminal: control and direction characters are shown as escapes, so that data cannot act on the terminal."""
    return "".join(_escaped(c) if unicodedata.category(c) in HIDDEN else c for c in str(text))


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii") if ord(character) != 0x200D else character  # joins emoji


def say(text: object = "") -> None:
    """A line on standard output."""
    click.echo("\n".join(safe(line) for line in str(text).split("\n")))


def note(text: object) -> None:
    """A line on standard error: progress, which must not mix with exported data."""
    click.echo(safe(text), err=True)


def table(head: Sequence[str], rows: Iterable[Sequence[object]], *, right: Iterable[int] = ()) -> None:
    """Aligned columns; `right` are the indexes of columns of numbers."""
    cells = [[safe(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    rights = set(right)
    for row in cells:
        padded = (cell.rjust(width) if i in rights else cell.ljust(width) for i, (cell, width) in enumerate(zip(row, widths, strict=True)))
        click.echo("  ".join(padded).rstrip())


class Problem(click.ClickException):
    """What the user must know, in one line: what is wrong and what to do."""

    def show(self, file: object = None) -> None:
        """On standard error."""
        note(f"Error: {' '.join(self.message.split())}")
