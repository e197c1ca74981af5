"""What goes by mail is seen before: each kind of news, and a message that one operator writes and another one sends."""

from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from uuid import UUID

import pytest

from services.portal.domain.message import LONGEST_SUBJECT, LONGEST_TEXT, Message, Written
from services.portal.domain.news import KINDS, PROGRAM
from services.portal.domain.subscription import EVERY
from services.portal.handlers import messages
from services.portal.views.mails import preview, preview_of_confirmation
from shared.i18n import LANGUAGES
from shared.messaging import actors
from shared.messaging.decision import Decision, Refused
from shared.service.callers import Role
from tests.portal.conftest import Browser, Visitors
from tests.portal.issuer import URL
from tests.portal.mailbox import Mailbox
from tests.portal.news_given import NOW

PAGE = "/operations/news"
GIVEN = {
    "subject_es": "Se abre una convocatoria",
    "text_es": "Las empresas pueden registrarse hasta mayo.\r\nVea el portal.",
    "subject_en": "A call opens",
    "text_en": "Firms may register until May.",
}
WORDS = Written("A call opens", "Firms may register until May.")


def _message() -> Message:
    decision = messages.propose(UUID(int=1), WORDS, WORDS, "operator-1", NOW)
    assert isinstance(decision, Decision)
    assert decision.state is not None
    return decision.state


def test_another_one_than_wrote_it_sends_it_once() -> None:
    proposed = _message()
    assert messages.send(proposed, "operator-1", NOW) == messages.SAME_PERSON
    sent = messages.send(proposed, "operator-2", NOW)
    assert isinstance(sent, Decision)
    assert sent.state is not None
    assert (sent.state.status, sent.state.settled_at) == ("sent", NOW)
    for settled in (sent.state, replace(sent.state, status="withdrawn")):
        assert messages.send(settled, "operator-2", NOW) == messages.MESSAGE_SETTLED
        assert messages.withdraw(settled, NOW) == messages.MESSAGE_SETTLED
    for unknown in (messages.send(None, "operator-2", NOW), messages.withdraw(None, NOW)):
        assert unknown == messages.MESSAGE_UNKNOWN


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("changed", "part"),
    [
        ({"subject": ""}, "subject"),
        ({"subject": "one\nBcc: two"}, "subject"),
        ({"subject": "x" * (LONGEST_SUBJECT + 1)}, "subject"),
        ({"text": ""}, "text"),
        ({"text": "x" * (LONGEST_TEXT + 1)}, "text"),
        ({"text": "zero \u0000"}, "text"),
        ({"text": "turned \u202e"}, "text"),
    ],
)
def test_what_no_mail_can_have_is_refused_at_its_field(language: str, changed: dict[str, str], part: str) -> None:
    words = {"es": WORDS, "en": WORDS} | {language: replace(WORDS, **changed)}
    refused = messages.propose(UUID(int=1), words["es"], words["en"], "operator-1", NOW)
    assert isinstance(refused, Refused)
    assert refused.at == f"{part}_{language}"


async def test_every_kind_is_shown_as_its_readers_get_it(portal: Visitors) -> None:
    page = unescape((await (await portal.signed_in("operator")).get(PAGE)).text)
    for kind in KINDS.keys() - {PROGRAM.name}:
        for language in LANGUAGES:
            mail = preview(kind, language, URL)
            assert mail is not None
            assert (mail.text in page, mail.subject in page) == (True, True), kind
    for language in LANGUAGES:
        first = preview_of_confirmation(language, URL)
        assert first is not None
        assert first.text in page


async def test_a_message_is_seen_and_sent_to_whoever_asked(portal: Visitors, tmp_path: Path) -> None:
    box = await _subscribed(portal, tmp_path)
    author = await portal.signed_in("operator", subject="operator-1")
    other = await portal.signed_in("operator", subject="operator-2")
    assert (await author.post(f"{PAGE}/messages", GIVEN)).headers["location"] == PAGE
    [row] = await portal.stage.rows("SELECT id FROM message")
    sending = f"{PAGE}/messages/{row['id']}/sending"
    seen = [(await browser.get(PAGE)).text for browser in (author, other)]
    assert ["hasta mayo.\nVea el portal." in page for page in seen] == [True, True]
    assert [sending in page for page in seen] == [False, True]
    await box.passes(EVERY)
    assert box.mail() is None
    assert (await author.post(sending)).status_code == 403
    assert (await other.post(sending)).headers["location"] == PAGE
    await box.passes(timedelta(0))
    mail = box.mail()
    assert mail is not None
    assert (mail["Subject"], "hasta mayo." in str(mail.get_content())) == (GIVEN["subject_es"], True)
    assert (await other.post(sending)).status_code == 409
    await box.passes(2 * EVERY)
    assert box.mail() is None
    assert "1 persona" in (await author.get(PAGE)).text
    acts = await portal.stage.rows(
        "SELECT action, actor, about FROM audit WHERE action LIKE 'portal:message:%' ORDER BY id"
    )
    assert [(act["action"], actors.read(act["actor"]).subject, act["about"]) for act in acts] == [
        ("portal:message:written", "operator-1", row["id"]),
        ("portal:message:sent", "operator-2", row["id"]),
    ]


async def test_what_is_withdrawn_is_not_sent(portal: Visitors, tmp_path: Path) -> None:
    box = await _subscribed(portal, tmp_path)
    author = await portal.signed_in("operator", subject="operator-1")
    await author.post(f"{PAGE}/messages", GIVEN)
    [row] = await portal.stage.rows("SELECT id FROM message")
    message = f"{PAGE}/messages/{row['id']}"
    assert (await author.post(f"{message}/withdrawal")).headers["location"] == PAGE
    other = await portal.signed_in("operator", subject="operator-2")
    assert (await other.post(f"{message}/sending")).status_code == 409
    await box.passes(EVERY)
    assert box.mail() is None


async def test_what_is_wrong_is_shown_again_at_its_field(portal: Visitors) -> None:
    author = await portal.signed_in("operator")
    page = (await author.post(f"{PAGE}/messages", GIVEN | {"subject_en": ""})).text
    assert ('id="write-subject_en-error"' in page, GIVEN["subject_es"] in page) == (True, True)
    assert (await author.post(f"{PAGE}/messages/{UUID(int=1)}/sending")).status_code == 404
    assert await portal.stage.rows("SELECT FROM message") == []


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OPERATOR])
async def test_nobody_else_writes_to_all(portal: Visitors, role: Role) -> None:
    browser: Browser = await portal.signed_in(str(role), supplier_id=UUID(int=1), anchor_id=UUID(int=2))
    assert (await browser.post(f"{PAGE}/messages", GIVEN)).status_code == 403


async def _subscribed(portal: Visitors, tmp_path: Path) -> Mailbox:
    browser = await portal.signed_in("mentor", subject="mentor-9")
    box = Mailbox(portal, tmp_path / "mail", browser)
    await box.confirmed("program")
    return box
