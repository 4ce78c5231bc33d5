"""How an error ends a command: which errors have a message written for the user, and what that message says.

Belongs here: the list of those errors. Does not belong here: printing (`output`), why a run failed (`ca_assets.control.failures`).
"""

from __future__ import annotations

from ca_assets.control.failures import explain_full_disk


def user_errors() -> tuple[type[Exception], ...]:
    """Errors whose message is written for the user. Imports much: call it only when something has failed."""
    from ca_assets.alerts.sending import NotSent
    from ca_assets.engine.errors import EngineError
    from ca_assets.index.protocol import IndexUnavailable, NotPublished
    from ca_assets.lake.lake import LakeError, NotInLake
    from ca_assets.loading.locks import LoadRunning
    from ca_assets.recipes.recipe import RecipeError
    from ca_assets.settings.alerts.rules import RuleError
    from ca_assets.settings.dagster_home import DagsterSettingsError
    from ca_assets.settings.database import SettingsUnavailable
    from ca_assets.settings.experiments.kept import ExperimentError
    from ca_assets.settings.process import SecretError
    from ca_assets.settings.users import UserError
    from ca_assets.settings.write_keys import WriteKeyError
    from ca_assets.shop import ShopError
    from ca_assets.sources.errors import SourceError

    return (
        *(LoadRunning, SettingsUnavailable, DagsterSettingsError, SecretError, UserError, ShopError, SourceError, RecipeError),
        *(EngineError, IndexUnavailable, NotPublished, LakeError, NotInLake, NotSent, RuleError, WriteKeyError, ExperimentError, OSError),
    )


def message_of(error: Exception) -> str:
    """The text for the user, in one line or several; a full disk's says what to do about it."""
    if isinstance(error, OSError) and error.filename is not None:
        return explain_full_disk(f"{error.filename}: {error.strerror}")
    return explain_full_disk(str(error) or type(error).__name__)
