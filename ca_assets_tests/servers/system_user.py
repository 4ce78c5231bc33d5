"""Servers of tests refuse to run as root: the system user to become, and the words before a command that become it."""

from __future__ import annotations

import os
import pwd
from collections.abc import Sequence
from pathlib import Path


def system_user(names: Sequence[str]) -> pwd.struct_passwd | None:
    """The first of these users that the system has, when we are root; None when we are not."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return next(known[name] for name in names if name in known)


def as_user(user: pwd.struct_passwd | None, end_signal: str = "TERM") -> list[str]:
    """Words before a command: as that user, ended by the kernel with a signal when we end."""
    become = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"] if user else []
    return ["setpriv", *become, "--pdeathsig", end_signal]


def hand_over(user: pwd.struct_passwd | None, *paths: Path) -> None:
    """Make the user the owner of files and folders; nothing when we are not root."""
    if user:
        for path in paths:
            os.chown(path, user.pw_uid, user.pw_gid)
