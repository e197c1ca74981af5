"""News by mail as people meet it: asked for on a page, confirmed and stopped by links of real mails."""

import re
from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from deploy.demo.people import OPERATOR, REVIEWER
from deploy.local.client import LocalClient
from services.portal.domain.subscription import id_of
from tests.running.desk import People, people
from tests.running.developed import until

__all__ = ["people"]
pytestmark = pytest.mark.timeout(180)

READER, SUBJECT = "mentora-avisos", "Se abre una convocatoria"
LINK = re.compile(r"https?://\S+")
MESSAGE = {
    "write-subject_es": SUBJECT,
    "write-text_es": "Las empresas pueden registrarse hasta mayo.",
    "write-subject_en": "A call opens",
    "write-text_en": "Firms may register until May.",
}


def _mailed(client: LocalClient, kind: str) -> Callable[[], str]:
    """The address that the mail of this kind leads to; nothing while there is none."""
    file = Path(str(client.target.mail)) / f"{id_of(READER)}.{kind}.eml"

    def link() -> str:
        if not file.exists():
            return ""
        found = LINK.findall(str(message_from_bytes(file.read_bytes(), policy=policy.default).get_content()))
        address = urlsplit(found[-1])
        return f"{address.path}?{address.query}"

    return link


def test_somebody_is_told_what_the_program_announces_until_they_stop_it(people: People, client: LocalClient) -> None:
    reader, anybody = people.of("mentor", READER), people.anybody()
    reader.go("/news")
    reader.page.locator("#kinds-program").check()
    reader.fill({"email": "mentora@example.com", "name": "Mentora Ejemplo"})
    reader.send("/news")
    confirmation, told = _mailed(client, "news-confirmation"), _mailed(client, "news")
    until(lambda: bool(confirmation()))
    anybody.go(confirmation())
    anybody.send("/news/confirmation")
    author, other = people.of("operator", OPERATOR), people.of("operator", REVIEWER)
    author.go("/operations/news")
    author.fill(MESSAGE)
    author.send("/operations/news/messages")
    other.go("/operations/news")
    assert SUBJECT in other.text
    with other.page.expect_navigation():
        other.page.locator("form[action$='/sending'] button").first.click()
    until(lambda: bool(told()))
    anybody.go(told())
    anybody.send("/news/stopped")
    reader.go("/news")
    assert reader.page.locator("form[action='/news/end']").count() == 0
