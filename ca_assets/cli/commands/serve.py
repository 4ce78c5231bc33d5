"""`ca serve`: one process of an installation in the foreground, for containers and service managers; `ca up` starts all together."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

import click

from ca_assets.cli import processes


@dataclass(frozen=True)
class _Options:
    """What may be chosen of a process."""

    host: str
    port: int
    workers: int
    path_prefix: str


@dataclass(frozen=True)
class _Process:
    """How a process is started and how it is asked whether it is well."""

    port: int
    command: Callable[[_Options], list[str]]
    check: Callable[[_Options], list[str]]
    opens_dagster: bool = True


PROCESSES = {
    "app": _Process(
        processes.APPLICATION_PORT,
        lambda options: processes.application(options.host, options.port, options.workers),
        lambda options: processes.http_check(options.port, "/healthz"),
        opens_dagster=False,
    ),
    "web": _Process(
        processes.WEB_PORT,
        lambda options: processes.web_server(options.host, options.port, options.path_prefix),
        lambda options: processes.http_check(options.port, f"{options.path_prefix}/server_info"),
    ),
    "daemon": _Process(0, lambda _: processes.daemon(), lambda _: processes.daemon_check()),
    "code": _Process(
        processes.CODE_PORT,
        lambda options: processes.code_server(options.host, options.port),
        lambda options: processes.code_server_check(options.port),
    ),
    "collector": _Process(
        processes.COLLECTOR_PORT,
        lambda options: processes.collector(options.host, options.port),
        lambda options: processes.http_check(options.port, "/healthz"),
        opens_dagster=False,
    ),
}


@click.command("serve")
@click.argument("process", type=click.Choice(tuple(PROCESSES)))
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port. [default: app 8050, web 3000, code 4000, collector 8070]")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="app: worker processes.")
@click.option("--path-prefix", default="", help="web: where a proxy shows it, such as /dagster.")
@click.option("--check", is_flag=True, help="Start nothing: end with 0 when the running process answers on this machine.")
def command(*, process: str, host: str, port: int | None, workers: int, path_prefix: str, check: bool) -> None:
    """Run one process until it is stopped: app (the application), web (Dagster's pages), daemon (schedules), code (runs loads),
    collector (takes events).

    Dagster's pages have no login. Keep web and code on addresses that only the proxy and the other processes reach.
    """
    from ca_assets.cli.dagster_storage import make_storage
    from ca_assets.settings.dagster_home import dagster_environment

    chosen = PROCESSES[process]
    options = _Options(host, port or chosen.port, workers, path_prefix)
    if chosen.opens_dagster and not check:
        make_storage()
    words = (chosen.check if check else chosen.command)(options)
    os.execve(words[0], words, dagster_environment())  # noqa: S606 - this process becomes the other: signals reach it directly
