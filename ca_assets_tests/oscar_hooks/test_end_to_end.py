"""From the shop to the report: what Oscar counted itself is what the report says, and its tables' money is the revenue."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

from ca_assets_tests.oscar_hooks.conftest import open_shop
from ca_assets_tests.oscar_hooks.test_visits import logged_lines

SHOP = "name: Oscar\ncalendar: {timezone: UTC}\ncurrency: EUR\nsources:\n  sessions: {kind: events, path: events.jsonl}\n"


def ca(home: Path, *arguments: str) -> str:
    """What the command wrote."""
    command = [sys.executable, "-m", "ca_assets.cli", *arguments]
    environment = {**os.environ, "CA_HOME": str(home)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=300).stdout


def test_the_report_is_what_oscar_counted(filled_shop: tuple[Path, Path], tmp_path: Path) -> None:
    from django.db import connection
    from oscar.core.loading import get_model

    from ca_assets_tests.oscar_hooks.shop.facts import product_records
    from ca_assets_tests.oscar_hooks.shop.visits import guest_visit, registered_visit

    open_shop(filled_shop)
    with logged_lines() as lines:
        guest_visit()
        registered_visit()
    records = product_records()
    orders = get_model("order", "Order").objects
    paid = sum(orders.values_list("total_incl_tax", flat=True), Decimal(0))
    day = orders.latest("date_placed").date_placed.date().isoformat()
    connection.close()
    (tmp_path / "events.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "shop.yaml").write_text(SHOP, encoding="utf-8")
    ca(tmp_path / "home", "sources", "apply", str(tmp_path / "shop.yaml"))
    ca(tmp_path / "home", "load", "--as-of", day)
    products = list(csv.DictReader(ca(tmp_path / "home", "export", "oscar/product_performance").splitlines()))
    ours = {row["product"]: tuple(int(float(row[name])) for name in ("views", "basket_additions", "purchases")) for row in products}
    assert ours == records == {"1": (1, 2, 3), "2": (2, 2, 2), "3": (1, 1, 1)}
    customers = list(csv.DictReader(ca(tmp_path / "home", "export", "oscar/customer_behaviour").splitlines()))
    assert sum(Decimal(row["total_spent"]) for row in customers) == paid == Decimal("67.72")
