"""Who may see and start runs, and what is written down of it. Logs tell what sources hold, so the least role is the one that may load."""

from __future__ import annotations

from flask import request

from ca_assets.settings.audit import record
from ca_dash.auth.guard import require
from ca_dash.settings.page import Services

ROLE = "editor"


def note(services: Services, action: str, subject: str, detail: str = "") -> None:
    """Write into the audit log what the user of this request did."""
    record(services.database, require(ROLE).name, action, subject, detail, address=request.remote_addr or "")
