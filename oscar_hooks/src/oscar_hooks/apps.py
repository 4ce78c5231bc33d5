"""The app: it connects the receivers when the shop starts."""

from __future__ import annotations

from django.apps import AppConfig
from django.core import checks


class OscarHooks(AppConfig):
    """To add to INSTALLED_APPS, anywhere after Oscar's own."""

    name = "oscar_hooks"
    verbose_name = "Events of the shop"

    def ready(self) -> None:
        """Connect each signal with its receiver; the system check looks at the settings."""
        from oscar_hooks.checks import check_settings
        from oscar_hooks.connections import connect

        checks.register(check_settings)
        connect()
