"""Alembic migrations of the settings database, run by `ca_assets.settings.database`."""
