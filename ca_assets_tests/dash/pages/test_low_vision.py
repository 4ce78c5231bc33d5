"""Pages for eyes that need more: forced colours keep what a background draws, and a zoom of 200 % cuts nothing off."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from ca_assets_tests.dash.browsing import PATHS, show, visit

pytestmark = pytest.mark.browser

# Of a picture: its most frequent colour, and the largest contrast (WCAG 2) to it of a colour that fills at least one pixel in a hundred.
LOOK = """async picture => {
    const image = await createImageBitmap(await (await fetch('data:image/png;base64,' + picture)).blob());
    const canvas = new OffscreenCanvas(image.width, image.height), context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    const data = context.getImageData(0, 0, image.width, image.height).data, counts = new Map();
    for (let i = 0; i < data.length; i += 4) {
        const color = data.slice(i, i + 3).join();
        counts.set(color, (counts.get(color) || 0) + 1);
    }
    const linear = part => part <= .04045 * 255 ? part / 255 / 12.92 : ((part / 255 + .055) / 1.055) ** 2.4;
    const light = color => color.split(',').map(Number).map(linear).reduce((sum, part, i) => sum + part * [.2126, .7152, .0722][i], .05);
    const [ground] = [...counts].sort((a, b) => b[1] - a[1])[0];
    const seen = [...counts].filter(entry => entry[1] * 100 >= data.length / 4).map(entry => light(entry[0]) / light(ground));
    return { ground: light(ground), contrast: Math.max(...seen.map(ratio => Math.max(ratio, 1 / ratio))) };
}"""
# Links and controls that reach beyond the window's sides, and those whose text is wider than they are and not shown whole.
CUT = """() => [...document.querySelectorAll('a, button, input, label, h1, h2, summary, .ca-badge, .ca-tile-value')].filter(element => {
    const box = element.getBoundingClientRect(), style = getComputedStyle(element);
    if (!box.width || style.visibility === 'hidden' || element.closest('.ca-skip, .ca-rows, .ca-unseen, [inert]')) return false;
    const isCut = style.overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1;
    return box.left < 0 || box.right > innerWidth || isCut;
}).map(element => element.outerHTML.slice(0, 200))"""
SCROLLS = "() => document.documentElement.scrollWidth > innerWidth"


@pytest.fixture(scope="module")
def page(browser: Browser, shop_url: str) -> Iterator[Page]:
    """One visit for all tests. Its policy is set aside: the tests look at pictures that the page may not load."""
    complaints: list[str] = []
    page = visit(browser, shop_url, complaints, bypass_csp=True)
    yield page
    assert not [text for text in complaints if not text.startswith("external data:")]


def look(element: Locator) -> dict[str, float]:
    """The luminance of an element's ground, and the largest contrast inside it."""
    picture = base64.b64encode(element.screenshot(animations="disabled")).decode()
    seen: dict[str, float] = element.page.evaluate(LOOK, picture)
    return seen


def ratio(one: float, other: float) -> float:
    return max(one, other) / min(one, other)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_keep_icons_buttons_and_the_chosen(page: Page, shop_url: str, scheme: str) -> None:
    page.emulate_media(forced_colors="active", color_scheme=scheme)  # type: ignore[arg-type]
    show(page, f"{shop_url}/descriptive")
    ground = look(page.locator(".ca-question"))["ground"]
    icons = (
        ".ca-nav-link:not(.is-active)",
        ".ca-nav-link.is-active",
        ".ca-fold",
        ".ca-header-right",
        ".ca-panel-actions",
        ".ca-filter-scope",
    )
    for place in icons:
        assert look(page.locator(f"{place} .ca-icon").first)["contrast"] >= 3, place
    for place in (".ca-panel-actions button", ".ca-header-right button", ".ca-fold"):
        edge = page.locator(place).first.evaluate(
            "button => [getComputedStyle(button).borderTopWidth, getComputedStyle(button).borderTopStyle]"
        )
        assert edge == ["1px", "solid"], place
    window = page.locator(".ca-filter-window")
    chosen, other = look(window.locator("label[data-active]")), look(window.locator("label:not([data-active])").first)
    assert ratio(chosen["ground"], other["ground"]) >= 3 and chosen["contrast"] >= 4.5
    assert ratio(look(page.locator(".ca-nav-link.is-active"))["ground"], ground) >= 3
    page.emulate_media(forced_colors="none", color_scheme="light")


def test_a_zoom_of_two_hundred_per_cent_cuts_nothing_off(page: Page, shop_url: str) -> None:
    """A window of 1440 × 900 has 720 × 450 CSS pixels then."""
    page.set_viewport_size({"width": 720, "height": 450})
    for path in PATHS:
        show(page, f"{shop_url}{path}?from=2024-01-10&to=2024-03-11&grain=monthly&scope=country%3DFR")
        assert not page.evaluate(SCROLLS), path
        assert page.evaluate(CUT) == [], path


def test_what_opens_fits_into_the_zoomed_window(page: Page, shop_url: str) -> None:
    page.set_viewport_size({"width": 720, "height": 450})
    show(page, f"{shop_url}/descriptive")
    for opener, opened in (
        (page.get_by_role("button", name="Account of ada"), page.locator(".ca-account")),
        (page.locator(".ca-filter-range button"), page.locator("[data-dates-dropdown]")),
        (page.locator(".ca-filter-scope input"), page.get_by_role("listbox")),
        (page.locator(".ca-panel-actions button").nth(0), page.locator("[role=dialog].ca-definition")),
        (page.locator(".ca-panel-actions button").nth(1), page.get_by_role("menu")),
    ):
        opener.click()
        expect(opened).to_be_visible()
        box = opened.bounding_box()
        room = page.evaluate("() => [-scrollY, document.documentElement.scrollHeight - scrollY]")
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= 720, opened
        assert box["y"] >= room[0] and box["y"] + box["height"] <= room[1], opened
        page.keyboard.press("Escape")
        expect(opened).to_be_hidden()
    page.locator("#drawer").click()
    last = page.locator("#navbar a").last
    last.focus()
    box = last.bounding_box()
    assert box and box["y"] >= 56 and box["y"] + box["height"] <= 450, "the last entry can be reached"
    page.keyboard.press("Escape")


@pytest.mark.parametrize("path", PATHS)
def test_no_page_is_wider_than_a_phone(page: Page, shop_url: str, path: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    show(page, shop_url + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_filters_of_a_phone_are_one_line_until_opened(page: Page, shop_url: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    show(page, f"{shop_url}/purchases")
    fold, periods = page.locator(".ca-filters-fold"), page.get_by_role("group", name="Periods")
    expect(fold).to_have_attribute("aria-expanded", "false")
    expect(periods).to_be_hidden()
    fold.focus()
    page.keyboard.press("Enter")
    expect(fold).to_have_attribute("aria-expanded", "true")
    periods.get_by_text("Monthly").click()
    page.wait_for_url("**grain=monthly")
    expect(periods).to_be_visible()
    expect(fold).to_contain_text("Monthly")
    fold.focus()
    page.keyboard.press("Space")
    expect(periods).to_be_hidden()


def test_numbers_of_a_heat_map_are_seen_on_a_phone(page: Page, shop_url: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    show(page, f"{shop_url}/cohorts")
    scrolled = page.locator(".ca-scrolled")
    assert scrolled.evaluate("box => box.scrollWidth > box.clientWidth && box.tabIndex === 0")
    expect(scrolled.locator(".textpoint").first).to_be_visible()
