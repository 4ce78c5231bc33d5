"""Runs and schedules in a real browser on a real Dagster: started, followed live, broken in plain words, scheduled, by role."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from ca_assets.control.runs import all_events, failure_of, list_runs
from ca_assets.index.open import open_index
from ca_assets.settings.audit import entries
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.schedules.store import list_schedules
from ca_assets.settings.users import add_user
from ca_assets_tests.control.installation import Installation
from ca_assets_tests.dash.applications import PASSWORD, serve
from ca_assets_tests.dash.axe_core import findings, script
from ca_assets_tests.dash.browsing import chromium, visit
from ca_assets_tests.shops.tea_shop import SESSIONS
from ca_dash.app.factory import create_app

pytestmark = [pytest.mark.dagster, pytest.mark.browser]
LONG = 400_000  # milliseconds: a load on a busy machine
SHOTS = os.environ.get("CA_TEST_SCREENSHOTS")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    yield from chromium()


@pytest.fixture(scope="module")
def url(installation: Installation) -> Iterator[str]:
    """The application on the installation, with an editor."""
    settings = ProcessSettings(home=installation.home, dagster_web_url=installation.dagster.url, range_processes=0)
    add_user(installation.database, "ada", PASSWORD, "editor")
    app = create_app(index=open_index(settings), database=installation.database, settings=settings, secret_key="a key for tests only")
    yield from serve(app)


def shot(page: Page, name: str) -> None:
    """A picture for whoever looks at the pages by eye."""
    if not SHOTS:
        return
    for scheme, width in (("light", 1440), ("dark", 1440), ("light", 390)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=f"{SHOTS}/{name}-{scheme}-{width}.png", full_page=True)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1440, "height": 900})


def test_a_load_is_followed_and_its_failure_said(installation: Installation, browser: Browser, url: str) -> None:
    complaints: list[str] = []
    page = visit(browser, url, complaints, bypass_csp=True)  # axe is no script of ours
    page.add_init_script(script())
    page.goto(f"{url}/settings/runs")
    page.get_by_role("button", name="Start now").click()
    expect(page.locator(".ca-run-steps li.is-waiting, .ca-run-steps li.is-running").first).to_be_visible(timeout=LONG)
    shot(page, "run-live")
    expect(page.locator("#run-facts")).to_contain_text("Succeeded", timeout=LONG)
    expect(page.locator("#run-facts")).to_contain_text("ada")
    expect(page.locator("#run-steps li").last).to_contain_text("Done")
    expect(page.locator("#run-results tbody tr").first).to_contain_text("Sessions75110")
    expect(page.locator("#run-log")).to_contain_text("Make everything visible is done")
    assert findings(page, "run") == []
    shot(page, "run-done")

    file = installation.shop / "sessions.csv"
    file.write_text(SESSIONS.replace(",amount,", ",sum,"))
    try:
        page.get_by_role("button", name="Run again").click()
        expect(page.locator("#run-facts")).to_contain_text("Failed", timeout=LONG)
    finally:
        file.write_text(SESSIONS)
    failed = list_runs(installation.dagster, limit=1)[0]
    expect(page.locator("#run-failure")).to_contain_text(failure_of(list(all_events(installation.dagster, failed.id))) or "?")
    shot(page, "run-failed")
    page.get_by_role("link", name="All runs").click()
    expect(page.locator(".ca-plain-table tbody tr").first).to_contain_text("Failed", timeout=LONG)
    assert findings(page, "runs") == []
    shot(page, "runs")
    page.goto(f"{url}/settings/ledger")
    expect(page.locator(".ca-ledger").first).to_be_visible()
    shot(page, "ledger")
    assert complaints == [] and {row.action for row in entries(installation.database)} >= {"run.start"}


def test_a_schedule_is_made_paused_and_deleted(installation: Installation, browser: Browser, url: str) -> None:
    complaints: list[str] = []
    page = visit(browser, url, complaints, bypass_csp=True)  # axe is no script of ours
    page.add_init_script(script())
    page.goto(f"{url}/settings/schedules")
    expect(page.locator("#code-schedules")).to_contain_text("Nightly load", timeout=LONG)
    page.locator("#schedule-period").click()
    page.get_by_role("option", name="Cron expression").click()
    page.locator("#schedule-name").fill("Mornings")
    page.locator("#schedule-cron").fill("0 25 * * *")
    page.get_by_role("button", name="Make the schedule").click()
    expect(page.locator(".mantine-InputWrapper-error")).to_contain_text("Bad hour", timeout=30_000)
    page.locator("#schedule-cron").fill("0 6 29 2 *")
    expect(page.locator("#schedule-preview")).to_contain_text("29 Feb 2028, 06:00", timeout=30_000)
    page.locator("#schedule-cron").press("Enter")
    row = page.locator("#schedules tbody tr")
    expect(row).to_contain_text("made by ada", timeout=30_000)
    assert findings(page, "schedules") == []
    shot(page, "schedules")
    page.get_by_role("button", name="Pause Mornings").click()
    expect(row).to_contain_text("Paused", timeout=30_000)
    page.get_by_role("button", name="Delete Mornings").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator("#schedules")).to_contain_text("No schedules yet", timeout=30_000)
    assert complaints == [] and list_schedules(installation.database) == []
