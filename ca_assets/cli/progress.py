"""How far long work is: on a terminal one line that changes in place, elsewhere (a log, a pipe) a plain line for each thing that is said.

Belongs here: showing it on standard error, by rich. Does not belong here: what is done, and how much of it there is.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from ca_assets.cli.output import is_terminal, note, safe

if TYPE_CHECKING:
    from rich.progress import Progress as Display


class Progress(Protocol):
    """What those who work say of it."""

    def rows(self, what: str, count: int, *, unit: str = "rows") -> None:
        """So many rows (or another unit) of `what` by now."""

    def step_began(self, step: str) -> None:
        """A step of the work begins."""

    def step_ended(self, step: str, seconds: float) -> None:
        """A step of the work is done."""


class PlainProgress:
    """A line each for rows and for ended steps."""

    def rows(self, what: str, count: int, *, unit: str = "rows") -> None:
        """A line at once."""
        note(f"    {what}: {count:,} {unit}")

    def step_began(self, step: str) -> None:
        """Nothing: the line comes at its end, with the time it took."""

    def step_ended(self, step: str, seconds: float) -> None:
        """Its name and its seconds."""
        note(f"  {step}  {seconds:.1f} s")


class TerminalProgress:
    """A line that changes: the present step, its rows, a bar. Ended steps stay above it.

    `counts_rows`: the total is one of rows; else it is one of steps.
    """

    def __init__(self, display: Display, title: str, total: int | None, *, counts_rows: bool) -> None:
        self._display, self._counts_rows = display, counts_rows
        self._step = title
        self._task = display.add_task(safe(title), total=total)

    def rows(self, what: str, count: int, *, unit: str = "rows") -> None:
        """Behind the step's name."""
        self._display.update(self._task, description=safe(f"{self._step}  {what}: {count:,} {unit}"))
        if self._counts_rows:
            self._display.update(self._task, completed=count)

    def step_began(self, step: str) -> None:
        """Its name leads the line."""
        self._step = step
        self._display.update(self._task, description=safe(step))

    def step_ended(self, step: str, seconds: float) -> None:
        """A line above that stays; the bar moves on."""
        from rich.text import Text

        self._display.console.print(Text(safe(f"  {step}  {seconds:.1f} s")))
        self._display.advance(self._task)


@contextmanager
def progress(title: str, *, steps: int | None = None, rows: int | None = None) -> Iterator[Progress]:
    """Show the progress of the block's work, of which so many steps or rows are expected (neither: unknown)."""
    if not is_terminal(sys.stderr):
        yield PlainProgress()
        return
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Display

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    # A copy of the stream: Dagster redirects standard error into the run's log while steps run, where a moving line is no use.
    with os.fdopen(os.dup(sys.stderr.fileno()), "w", encoding="utf-8") as stream:
        console = Console(file=stream, markup=False, highlight=False, emoji=False)
        with Display(*columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False) as display:
            yield TerminalProgress(display, title, steps if rows is None else rows, counts_rows=rows is not None)
