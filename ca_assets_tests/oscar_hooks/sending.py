"""A process that sends events and ends: `python -m ca_assets_tests.oscar_hooks.sending URL COUNT`, also from a fork and a child process.

It runs the app's client and nothing of a shop.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import sys

from django.conf import settings


def main(url: str, count: int) -> None:
    """Send one event, fork, start a child; each of the three then sends `count` and ends without waiting."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    settings.configure(OSCAR_HOOKS={"HOST": url, "WRITE_KEY": "k", "EXIT_SECONDS": float(os.environ.get("EXIT_SECONDS", "10"))})
    send("first", 1)
    wait()
    if os.environ.get("ALONE"):
        send("parent", count)
        return
    child = multiprocessing.get_context("fork").Process(target=send, args=("child", count))
    child.start()
    forked = os.fork()
    send("parent" if forked else "fork", count)
    if forked:
        child.join()
        os.waitpid(forked, 0)


def send(name: str, count: int) -> None:
    """Hand over so many events of that name."""
    from oscar_hooks.emit import deliver, message_of
    from oscar_hooks.shopper import Shopper

    for number in range(count):
        deliver(message_of("track", Shopper("1", None), None, f"{name}-{number}") | {"event": name, "properties": {}})


def wait() -> None:
    """Until the first event arrived (so that the parent has an open connection when it forks), or half a second."""
    from oscar_hooks.client import sender

    connection = sender()
    assert connection is not None
    connection.flush(5 if not os.environ.get("ALONE") else 0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
