"""Whoever asked for news, with what comes to their mailbox."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from shared.contracts.registration import SupplierRegistered
from tests.portal.conftest import Browser, Visitors
from tests.portal.events import example
from tests.portal.forms import forms

EMAIL, NAME = "ana@firm.example", "Ana Ruiz"
LINK = re.compile(r"https?://\S+")
FIRMS_KINDS = ["questionnaire", "certificate", "evidence", "calendar", "papers", "activity", "declined"]


@dataclass(frozen=True)
class Mailbox:
    """Of whoever asked for news."""

    portal: Visitors
    folder: Path
    browser: Browser

    def mail(self, kind: str = "news") -> EmailMessage | None:
        """What came last, once."""
        found = [*self.folder.glob(f"*.{kind}.eml")]
        if not found:
            return None
        message = message_from_bytes(found[0].read_bytes(), policy=policy.default)
        found[0].unlink()
        return message

    def text(self, kind: str = "news") -> str:
        message = self.mail(kind)
        assert message is not None
        return str(message.get_content())

    def link(self, text: str) -> str:
        """The last one, as an address of the portal."""
        found = LINK.findall(text)[-1]
        return f"{urlsplit(found).path}?{urlsplit(found).query}"

    async def asks(self, *kinds: str, **changed: str) -> str:
        """Ask for these. Returns where the browser goes."""
        given: dict[str, Any] = {"kinds": [*kinds], "email": EMAIL, "name": NAME} | changed
        answer = await self.browser.post("/news", given)
        return answer.headers.get("location", answer.text)

    async def confirmed(self, *kinds: str) -> None:
        assert await self.asks(*kinds) == "/news"
        await self.portal.stage.post()
        link = self.link(self.text("news-confirmation"))
        somebody = self.portal.anybody()
        page = await self.portal.stage.client.get(link)
        [hidden] = forms(page.text, "/news/confirmation")
        assert (await post(somebody, page, "/news/confirmation", hidden)).status_code == 200
        await self.passes(timedelta(0))

    async def passes(self, time: timedelta) -> None:
        """So much later, as far as timers and what stands in the store go."""
        stage = self.portal.stage
        await stage.rows("UPDATE timer SET at = at - $1::interval", time)
        await stage.tick()
        await stage.post()

    async def waits(self) -> dict[str, datetime]:
        rows = await self.portal.stage.rows("SELECT kind, at FROM timer")
        return {row["kind"]: row["at"] for row in rows}


async def post(somebody: Browser, page: Any, action: str, given: dict[str, str]) -> Any:
    """A form of a page that a browser opened without having signed in."""
    cookie = page.headers["set-cookie"].split(";")[0]
    [token] = {*re.findall(r'name="token" value="([^"]+)"', page.text)}
    return await somebody.post(action, given | {"token": token}, Cookie=cookie)


def offering_until(last: object) -> object:
    offering: Any = example(SupplierRegistered)
    return offering.offering.model_copy(update={"qms_valid_to": last}).model_dump(mode="json")
