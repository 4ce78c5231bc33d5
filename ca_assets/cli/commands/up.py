"""`ca up`: the application, Dagster's web server and its daemon as child processes of this one."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import click

from ca_assets.cli import processes
from ca_assets.cli.output import Problem, note, say

GRACE_SECONDS = 15
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@click.command("up")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address of the application; 0.0.0.0 for all.")
@click.option("--port", default=8050, show_default=True, help="Port of the application.")
@click.option("--dagster-port", default=3000, show_default=True, help="Port of Dagster's pages (on 127.0.0.1 only: they have no login).")
def command(host: str, port: int, dagster_port: int) -> None:
    """Serve the application and run the schedules until Ctrl-C."""
    up(host, port, dagster_port)


def up(host: str = "127.0.0.1", port: int = 8050, dagster_port: int = 3000, jobs: Sequence[str] = ()) -> None:
    """Start the three processes and wait; the end of one ends all. Raises Problem.

    `jobs`: of families beside the loads, run once, one after the other, when the pages answer: nobody waits for them.
    """
    from ca_assets.cli.dagster_storage import make_storage
    from ca_assets.settings.dagster_home import dagster_environment
    from ca_assets.settings.secrets import signing_key

    _require_free(host, port, "--port")
    _require_free("127.0.0.1", dagster_port, "--dagster-port")
    announce_admin()
    signing_key()
    make_storage()
    dagster = f"http://127.0.0.1:{dagster_port}"
    shown = {"CA_DAGSTER_PUBLIC_URL": dagster} if host in LOOPBACK else {}  # from elsewhere nobody reaches Dagster's pages
    environment = {"CA_DAGSTER_WEB_URL": dagster, **shown, **dagster_environment()}
    with _children(_commands(host, port, dagster_port), environment) as children:
        say("Starting; this takes some seconds")
        pages = [f"http://{host}:{port}/login", f"http://127.0.0.1:{dagster_port}/server_info"]
        with _Background(list(jobs)) as background:
            ended = _wait(children, pages, background)
    if ended:
        raise Problem(f"{ended} ended by itself; see its messages above")


def announce_admin(password: str | None = None) -> None:
    """Make the first admin and show the generated password, this once."""
    from ca_assets.settings import users
    from ca_assets.settings.database import open_database

    generated = users.ensure_admin(open_database(), password)
    if generated:
        say(f"\nFirst start: user {users.ADMIN}, password {generated}\n(shown only now; `ca users passwd {users.ADMIN}` changes it)\n")


def _require_free(host: str, port: int, option: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Problem(
                f"port {port} on {host} cannot be used ({error.strerror}); stop what runs there or give another {option}"
            ) from None


def _commands(host: str, port: int, dagster_port: int) -> dict[str, list[str]]:
    return {
        "application": processes.application(host, port),
        "Dagster web server": processes.web_server("127.0.0.1", dagster_port),
        "Dagster daemon": processes.daemon(),
    }


Children = dict[str, "subprocess.Popen[bytes]"]


@contextmanager
def _children(commands: dict[str, list[str]], environment: dict[str, str]) -> Iterator[Children]:
    """Started children, each a session of its own, so that Ctrl-C reaches them through us only; all are ended with the block."""
    children: Children = {}
    signal.signal(signal.SIGTERM, _as_interrupt)
    try:
        for name, words in commands.items():
            children[name] = subprocess.Popen(words, env=environment, start_new_session=True)  # noqa: S603 - fixed words
        yield children
    finally:
        _end(children)


def _as_interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


@dataclass
class _Background:
    """Jobs that run one after the other with what the served pages leave of the processors; leaving the block ends the one that runs."""

    jobs: list[str]
    _running: tuple[str, subprocess.Popen[bytes]] | None = None

    def step(self) -> None:
        """Start the next job when none runs; say what has ended."""
        if self._running and self._running[1].poll() is not None:
            name, process = self._running
            say(f"The {name} job is done: its pages are filled" if process.returncode == 0 else f"The {name} job failed; see Dagster")
            self._running = None
        if self._running is None and self.jobs:
            name = self.jobs.pop(0)
            note(f"The {name} job runs in the background; its pages are filled when it is done")
            self._running = name, subprocess.Popen(processes.job(name), stdout=subprocess.DEVNULL, start_new_session=True)  # noqa: S603

    def __enter__(self) -> _Background:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._running:
            _end({self._running[0]: self._running[1]})


def _wait(children: Children, pages: list[str], background: _Background) -> str | None:
    """Until Ctrl-C (None) or until a child ends (its name); says which page answers as soon as it does."""
    try:
        while True:
            for name, child in children.items():
                if child.poll() is not None:
                    return name
            for page in [page for page in pages if _answers(page)]:
                pages.remove(page)
                say(f"Ready: {page.rpartition('/')[0]}  ({'Dagster' if page.endswith('_info') else 'the application'})")
            if not pages:
                background.step()
            time.sleep(0.5)
    except KeyboardInterrupt:
        note("Stopping")
        return None


def _answers(page: str) -> bool:
    import urllib.request

    try:
        with urllib.request.urlopen(page.replace("//0.0.0.0:", "//127.0.0.1:"), timeout=1):  # noqa: S310 - our own address
            return True
    except OSError:  # not yet; also what urllib raises for an answer that is an error
        return False


def _end(children: Children) -> None:
    """Ask, wait, then insist."""
    for child in children.values():
        child.terminate()
    deadline = time.monotonic() + GRACE_SECONDS
    for child in children.values():
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
