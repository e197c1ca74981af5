"""Somebody at a browser, and the people of one firm's way."""

import re
import urllib.parse
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from deploy.local.client import LocalClient
from deploy.target.person import Person
from tests.running import chromium
from tests.running.travelled import Travelled

LINK = re.compile(r"https?://\S+/register/confirmation\?\S+")


class Desk:
    """Somebody at a browser, signed in or not."""

    def __init__(self, browser: Browser, client: LocalClient, person: Person | None = None) -> None:
        assert client.portal is not None
        self._portal = client.portal
        self.page: Page = browser.new_context(locale="es-MX").new_page()
        if person is not None:
            self.page.goto(client.sign_in_link(person))

    def go(self, path: str) -> None:
        answer = self.page.goto(f"{self._portal}{path}")
        assert answer is not None
        assert answer.ok, (path, answer.status)

    def fill(self, typed: dict[str, str]) -> None:
        for name, value in typed.items():
            field = self.page.locator(f"[id='{name}']")
            if field.evaluate("each => each.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)

    def send(self, action: str, *, method: str = "post", button: str = "button") -> None:
        """Press a form's button, and be on the page that follows."""
        with self.page.expect_navigation():
            self.page.locator(f"form[method='{method}'][action='{action}'] {button}").first.click()
        assert self.page.locator(".error-summary").count() == 0, self.page.locator("main").inner_text()

    def has(self, path: str, selector: str) -> bool:
        answer = self.page.goto(f"{self._portal}{path}")
        return answer is not None and answer.ok and self.page.locator(selector).count() > 0

    @property
    def text(self) -> str:
        return self.page.locator("main").inner_text()


class People:
    """Everybody of the journey."""

    def __init__(self, browser: Browser, client: LocalClient) -> None:
        self.browser, self.client = browser, client

    def anybody(self) -> Desk:
        return Desk(self.browser, self.client)

    def of(self, role: Any, subject: str, **bonds: Any) -> Desk:
        return Desk(self.browser, self.client, Person.of(role, subject, **bonds))

    def mailed(self) -> str:
        """The address that the newest mail about a registration leads to."""
        folder = Path(str(self.client.target.mail))
        mails = sorted(folder.iterdir(), key=lambda file: file.stat().st_mtime, reverse=True)
        found = (LINK.search(_text(file)) for file in mails)
        link = urllib.parse.urlsplit(next(each[0] for each in found if each))
        return f"{link.path}?{link.query}"


def _text(mail: Path) -> str:
    return str(message_from_bytes(mail.read_bytes(), policy=policy.default).get_content())


@pytest.fixture(scope="module")
def people(client: LocalClient, travelled: Travelled) -> Iterator[People]:
    """On a platform where anchors ask, as after another firm's journey."""
    with chromium.running() as browser:
        yield People(browser, client)
