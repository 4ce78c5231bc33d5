"""Starting the shop in this process: settings, an empty database with its tables, and the catalogue."""

from __future__ import annotations

import os
import sys

SETTINGS = "ca_assets_tests.oscar_hooks.shop.settings"
TZ = "TZ"


def start(database: str = "") -> None:
    """Set Django up, once per process. Django sets the time zone of the whole process; it is put back."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    os.environ["OSCAR_SHOP_DATABASE"] = database
    zone = os.environ.get(TZ)
    import django

    django.setup()
    if zone is None:
        os.environ.pop(TZ, None)
    else:
        os.environ[TZ] = zone


def fill() -> None:
    """Make the tables and put the catalogue into them."""
    from django.core.management import call_command

    from ca_assets_tests.oscar_hooks.shop.catalogue import make_catalogue

    call_command("migrate", run_syncdb=True, verbosity=0)
    make_catalogue()


if __name__ == "__main__":
    start(sys.argv[1])
    fill()
