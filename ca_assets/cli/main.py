"""The console script `ca`: one module per command, found by name and imported only when it is used.

Belongs here: the command group and how errors end. Adding a command = one module in this package with a click command `command`.
"""

from __future__ import annotations

import importlib
import sys
from types import TracebackType
from typing import Any

import click

from ca_assets.cli.full_disk import in_words
from ca_assets.cli.output import Problem, note

COMMANDS = ("demo", "up", "serve", "sources", "connections", "load", "publish", "health", "export", "rejects", "users")

INTERRUPTED = "Query interrupted"  # what DuckDB makes of Ctrl-C while it computes


class Ca(click.Group):
    """Commands by module; errors that users can mend end as one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of first use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"ca_assets.cli.{cmd_name}").command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run; with --debug errors keep their stack trace."""
        try:
            return super().invoke(ctx)
        except Problem as problem:
            raise Problem(in_words(problem.message)) from problem
        except user_errors() as error:
            if ctx.params.get("debug"):
                raise
            raise Problem(in_words(_words(error))) from error
        except RuntimeError as error:
            if str(error) != INTERRUPTED:
                raise
            raise click.Abort from None


def user_errors() -> tuple[type[Exception], ...]:
    """Errors whose message is written for the user."""
    from ca_assets.loads.lock import LoadRunning
    from ca_assets.settings.dagster_home import DagsterSettingsError
    from ca_assets.settings.database import SettingsUnavailable
    from ca_assets.settings.secrets import SecretError
    from ca_assets.settings.users import UserError
    from ca_assets.shop import ShopError
    from ca_assets.sources.errors import SourceError
    from ca_assets.storage.engine import EngineError
    from ca_assets.storage.index import IndexUnavailable, NotPublished
    from ca_assets.storage.lake import LakeError, NotInLake

    return (
        *(LoadRunning, SettingsUnavailable, DagsterSettingsError, SecretError, UserError, ShopError, SourceError),
        *(EngineError, IndexUnavailable, NotPublished, LakeError, NotInLake, OSError),
    )


def _words(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return str(error) or type(error).__name__


@click.group(cls=Ca, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Show the stack trace of an error.")
@click.version_option(package_name="customer-analytics")
def cli(debug: bool) -> None:
    """Customer analytics for a shop that owns its database. Everything is kept in the folder CA_HOME."""
    if not debug:
        sys.excepthook = _one_line


def _one_line(kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    """An error that nobody foresaw: still one line, with the way to more."""
    text = " ".join(str(error).split())[:500]
    if (told := in_words(text)) != text:
        note(f"Error: {told}")
        return
    note(f"Error: {kind.__name__}: {text} (this is a bug; `ca --debug …` shows where)")


def main() -> None:
    """Entry point of the console script."""
    cli()
