"""Alembic's entry point: runs the migrations on the connection that `database.open_database` (or a developer) gives.

New revision (with `CA_HOME` set to a scratch folder):
`alembic -c ca_assets/settings/migrations/alembic.ini revision --autogenerate -m "why"`.
"""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, create_engine

import ca_assets.settings.alerts.models
import ca_assets.settings.experiments.kept  # noqa: F401 - tables of these modules belong to the metadata
from ca_assets.settings.database import Base
from ca_assets.settings.process import process_settings


def _run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    with create_engine(process_settings().database_url).begin() as own:
        _run(own)
