"""Comments in a real Chromium: begun at a point of a chart, answered, settled; a picture taken from a file."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from playwright.sync_api import Browser

from ca_assets_tests.dash.browsing import HOSTILE, READY, show, visit

pytestmark = pytest.mark.browser


def test_a_comment_at_a_point_is_answered_and_settled(browser: Browser, shop_url: str) -> None:
    complaints: list[str] = []
    page = visit(browser, shop_url, complaints)
    show(page, f"{shop_url}/purchases?window=28d")
    page.locator("[aria-labelledby=title-purchases-orders] button[aria-haspopup=menu]").click()
    page.get_by_role("menuitem", name="Comments").click()
    window = page.get_by_role("dialog")
    window.get_by_text("Nothing is said about this chart yet.").wait_for()
    window.get_by_role("button", name="Comment", exact=True).click()
    window.get_by_text("Write something first.").wait_for()
    window.get_by_role("combobox", name="About").click()
    page.get_by_role("option").nth(1).click()
    window.get_by_label("Comment (@name tells somebody)").fill(f"Why so few? {HOSTILE}")
    window.get_by_role("button", name="Comment", exact=True).click()
    window.locator(".ca-comment-text", has_text="Why so few?").wait_for()
    window.get_by_label("Answer").fill("The shop was down.")
    window.get_by_role("button", name="Send answer").click()
    window.locator(".ca-comment-text", has_text="The shop was down.").wait_for()
    page.keyboard.press("Escape")
    page.wait_for_function(READY)
    sign = page.locator("[aria-labelledby=title-purchases-orders] .annotation")
    sign.wait_for()
    assert "1 comment" in page.locator("[aria-labelledby=title-purchases-orders] .ca-badge").inner_text()
    page.goto(f"{shop_url}/settings/comments")
    page.get_by_role("link", name="Orders").first.wait_for()
    page.get_by_role("button", name="Resolve").click()
    page.get_by_text("No open conversation.").wait_for()
    show(page, f"{shop_url}/purchases?window=28d")
    assert sign.count() == 0
    assert page.evaluate("() => window.hacked") is None
    complaints = [text for text in complaints if "favicon" not in text]
    assert not complaints


def test_a_picture_is_taken_from_a_file(browser: Browser, shop_url: str) -> None:
    page = visit(browser, shop_url, [])
    page.goto(f"{shop_url}/profile")
    page.locator("#profile-picture-file").set_input_files({"name": "me.png", "mimeType": "image/png", "buffer": b"<script>"})
    page.get_by_text("This file is no picture that can be read").wait_for()
    target = io.BytesIO()
    Image.new("RGB", (50, 40), (0, 90, 0)).save(target, "PNG")
    page.locator("#profile-picture-file").set_input_files({"name": "me.png", "mimeType": "image/png", "buffer": target.getvalue()})
    page.wait_for_function("() => document.querySelector('img.ca-face') && document.querySelector('img.ca-face').naturalWidth === 160")
    page.get_by_role("button", name="Remove the picture").click()
    page.wait_for_function("() => document.querySelector('span.ca-face')")
