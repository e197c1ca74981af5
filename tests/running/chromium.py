"""A real browser on the portal, and what is found on a page."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Request, ViewportSize, sync_playwright

PICTURES = "PDP_PICTURES"
"""The folder for a picture of every page; without it none is taken."""
NAMES = ("chromium", "chromium-browser", "google-chrome")
NARROW: ViewportSize = {"width": 320, "height": 640}
"""WCAG 2.2, 1.4.10: no scrolling sideways at this width."""
LANGUAGES = {"es": "es-MX", "en": "en-US"}


@contextmanager
def running() -> Iterator[Browser]:
    """Chromium of this machine."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no Chromium is installed: `make browser` installs Debian's")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


OF_LOOKS = "color-contrast"
"""Rules of axe that take half of its time, and find the same in each language."""


def violations(page: Page, but: str | None = None) -> list[tuple[str, str]]:
    """What axe finds on a page, `but` for one rule: the rule, and where it is broken first."""
    rules = {} if but is None else {but: {"enabled": False}}
    found = Axe().run(page, options={"resultTypes": ["violations"], "rules": rules}).response["violations"]
    return [(each["id"], each["nodes"][0]["html"][:200]) for each in found]


def keep_picture(page: Page, path: str) -> None:
    """Where somebody asked for pictures."""
    if folder := os.environ.get(PICTURES):
        name = path.strip("/").replace("/", "-").replace("{", "").replace("}", "") or "home"
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def overflow(page: Page) -> int:
    """CSS pixels by which a page is wider than a narrow screen."""
    page.set_viewport_size(NARROW)
    wide: int = page.evaluate("document.documentElement.scrollWidth")
    return max(0, wide - NARROW["width"])


class Watched:
    """One page of a context, and everything that the browser says of it and loads for it."""

    def __init__(self, context: BrowserContext) -> None:
        self.page = context.new_page()
        self.said: list[str] = []
        self._loaded: list[Request] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("requestfinished", self._keep)

    def forget(self) -> None:
        """Empty the cache that the pages of a context share."""
        self.page.context.new_cdp_session(self.page).send("Network.clearBrowserCache")

    def _keep(self, request: Request) -> None:
        self._loaded.append(request)

    def open(self, address: str) -> int:
        """Go there. Returns the status."""
        self._loaded.clear()
        answer = self.page.goto(address, wait_until="load")
        assert answer is not None
        return answer.status

    @property
    def loaded(self) -> int:
        """Bytes of bodies that came over the network for the last address, as they travel."""
        return sum(request.sizes()["responseBodySize"] for request in self._loaded)

    @property
    def hosts(self) -> set[str]:
        """From where."""
        return {request.url.split("/")[2] for request in self._loaded if request.url.startswith("http")}
