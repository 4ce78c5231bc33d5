"""`manage.py check` says what is wrong with the settings; the shop runs all the same."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.core.checks import Warning as CheckWarning

from oscar_hooks.conf import PERSONAL_FACTS, SETTING, hook_settings, unknown_keys
from oscar_hooks.names import SEED, V2


def check_settings(app_configs: Any = None, **_: Any) -> list[CheckWarning]:
    """A warning for each thing that will not do what it says."""
    settings = hook_settings()
    found = [(f"{key} is no key of {SETTING}", "W001") for key in unknown_keys()]
    if not (settings.host and settings.write_key):
        found.append(("HOST and WRITE_KEY are not both set: events go to the tracking log only", "W002"))
    if settings.host and urlsplit(settings.host).scheme not in {"http", "https"}:
        found.append(("HOST is no http or https URL", "W003"))
    if settings.names not in {SEED, V2}:
        found.append((f'NAMES is neither "{SEED}" nor "{V2}": events are called as with "{SEED}"', "W004"))
    if unknown := sorted(set(settings.personal) - set(PERSONAL_FACTS)):
        found.append((f"PERSONAL knows {', '.join(PERSONAL_FACTS)}, not {', '.join(unknown)}", "W005"))
    return [
        CheckWarning(text, hint=f"See settings.{SETTING} in the README of oscar_hooks.", id=f"oscar_hooks.{id_}") for text, id_ in found
    ]
