"""The console script `ca`: a command is a module of `ca_assets.cli.commands`, found by listing that package.

Belongs here: the command group and how errors end. Such a module imports what it works with when the command runs, not at its top: for a
list of commands all of them are imported.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from types import TracebackType
from typing import Any

import click

from ca_assets.cli import commands
from ca_assets.cli.errors import message_of, user_errors
from ca_assets.cli.output import Problem, note
from ca_assets.control.failures import explain_full_disk

INTERRUPTED = "Query interrupted"  # what DuckDB makes of Ctrl-C while it computes


class Ca(click.Group):
    """Commands by module; errors that users can mend end as one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """By name."""
        return sorted(module.name for module in pkgutil.iter_modules(commands.__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module; None when there is none."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = importlib.import_module(f"{commands.__name__}.{cmd_name}").command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run; with --debug errors keep their stack trace."""
        try:
            return super().invoke(ctx)
        except Problem as problem:
            raise Problem(explain_full_disk(problem.message)) from problem
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise  # before `user_errors` imports the world
        except user_errors() as error:
            if ctx.params.get("debug"):
                raise
            raise Problem(message_of(error)) from error
        except RuntimeError as error:
            if str(error) != INTERRUPTED:
                raise
            raise click.Abort from None


@click.group(cls=Ca, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Show the stack trace of an error.")
@click.version_option(package_name="customer-analytics")
def cli(debug: bool) -> None:
    """Customer analytics for a shop that owns its database. Everything is kept in the folder CA_HOME.

    Begin with `ca demo`, or with `ca sources apply shop.yaml`, `ca load` and `ca up`.
    """
    if not debug:
        sys.excepthook = _one_line


def _one_line(kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    """An error that nobody foresaw: still one line, with the way to more."""
    text = " ".join(str(error).split())[:500]
    if (explained := explain_full_disk(text)) != text:
        note(f"Error: {explained}")
    else:
        note(f"Error: {kind.__name__}: {text} (this is a bug; `ca --debug …` shows where)")


def main() -> None:
    """Entry point of the console script."""
    cli()
