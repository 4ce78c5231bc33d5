"""What the callbacks of a source's page share: the shop in force, jobs as they are, words of the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ca_assets.connecting.jobs import jobs
from ca_assets.connecting.jobs.jobs import JobError, JobState
from ca_assets.settings.shops import newest_edition
from ca_dash.auth.guard import require
from ca_dash.settings.page import Services


def folder_of(services: Services) -> Path:
    """What paths of the shop are relative to: the folder of the shop in force, CA_HOME for one that is made here."""
    edition = newest_edition(services.database)
    return Path(edition.folder) if edition else services.settings.home.resolve()


def text_in_force(services: Services) -> str | None:
    """The text of the newest edition; None before the first."""
    edition = newest_edition(services.database)
    return edition.text if edition else None


def job_state(services: Services, job: dict[str, Any] | None) -> JobState | None:
    """How the user's job is; None without one. A job that is gone has an error."""
    user = require("editor")
    if not job:
        return None
    try:
        return jobs.state(services.settings, str(job["id"]), user.name)
    except JobError as error:
        return JobState(str(job["id"]), str(job["kind"]), is_running=False, seconds=0.0, error=str(error))


def plain(text: str) -> str:
    """Words of the page for those of the file and the command line."""
    for source in ("sessions", "customers", "baskets", "deliveries"):
        text = text.removeprefix(f"{source}: ")
    return text.removeprefix("shop.yaml: ").replace("correct sources.", "look at sources.")
