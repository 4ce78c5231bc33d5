"""A real Chromium as a careful visitor: opens pages, waits until they are drawn, notes whatever must not happen."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from ca_assets_tests.dash.applications import PASSWORD, SITE

HOSTILE = "<script>window.hacked=1</script><img src=x onerror=window.hacked=1>"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
expect.set_options(timeout=30_000)  # as long as every other wait: a busy machine is no fault of the page
PATHS = tuple(page.path for page in SITE.pages)
READY = """() => document.querySelectorAll('.ca-panel').length && !document.querySelectorAll('.is-pending').length &&
    [...document.querySelectorAll('.ca-panel-body:not(.has-state) .ca-graph')].every(graph => graph.querySelector('.main-svg'))"""


def chromium() -> Iterator[Browser]:
    """The browser; without one the test is skipped, in CI it fails."""
    if not Path(CHROMIUM).exists():
        message = "needs Chromium: apt-get install -y chromium"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def visit(browser: Browser, url: str, complaints: list[str], width: int = 1440, scheme: str = "light", *, bypass_csp: bool = False) -> Page:
    """A page after logging in; whatever a careful visitor must not see is added to `complaints`."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,  # type: ignore[arg-type]
        accept_downloads=True,
        bypass_csp=bypass_csp,
    )
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request", lambda request: None if request.url.startswith((url, "data:", "blob:")) else complaints.append(f"external {request.url}")
    )
    page.on("response", lambda response: complaints.append(f"{response.status} {response.url}") if response.status >= 400 else None)
    page.goto(f"{url}/login")
    page.fill("#name", "ada")
    page.fill("#password", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_function(READY)
    return page


def show(page: Page, url: str) -> None:
    """Open a page and wait until everything on it is drawn."""
    page.goto(url)
    page.wait_for_function(READY)
