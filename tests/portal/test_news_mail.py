"""News from the form to the mailbox, through the store: confirmed, sent once whatever happens, stopped."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from services.portal.domain.news import GATHERS, PATIENCE, QUIET
from services.portal.domain.subscription import EVERY, id_of
from services.portal.handlers.news import LAPSE, LOOK, NEWS_MAIL
from services.portal.store import subscriptions
from shared.contracts.development import ActivityCompleted, ActivityReopened, PlanAgreed
from shared.contracts.diagnosis import DiagnosisOpened, DiagnosisSubmitted
from shared.contracts.financing import ReferralAnswered
from shared.contracts.matching import MatchFound
from shared.contracts.registration import SupplierRegistered, SupplierWithdrawn
from shared.i18n import LANGUAGES
from shared.runtime.clock import now
from shared.service.mail import FolderSender, Mail
from tests.portal import one_firm
from tests.portal.conftest import Browser, Visitors
from tests.portal.events import ANCHOR, OTHER_SUPPLIER, SUPPLIER, example
from tests.portal.forms import forms
from tests.portal.issuer import URL

EMAIL, NAME = "ana@firm.example", "Ana Ruiz"
LINK = re.compile(r"https?://\S+")
FIRMS_KINDS = ["questionnaire", "certificate", "evidence", "papers", "activity"]


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


@pytest.fixture
async def box(portal: Visitors, tmp_path: Path) -> Mailbox:
    await portal.stage.consume(example(SupplierRegistered, offering=_offering(None)))
    browser = await portal.signed_in("supplier", subject="person-1", supplier_id=SUPPLIER)
    return Mailbox(portal, tmp_path / "mail", browser)


def _offering(last: object) -> object:
    offering: Any = example(SupplierRegistered)
    return offering.offering.model_copy(update={"qms_valid_to": last}).model_dump(mode="json")


async def test_news_go_to_whoever_confirmed_their_address(box: Mailbox) -> None:
    await box.confirmed(*FIRMS_KINDS)
    [row] = await box.portal.stage.rows("SELECT * FROM subscription")
    assert (row["status"], row["email"], row["supplier_id"]) == ("active", EMAIL, SUPPLIER)
    await box.portal.stage.consume(example(ReferralAnswered, state="info_requested", answered_at=now()))
    assert box.mail() is None
    await box.passes(GATHERS)
    mail = box.mail()
    assert mail is not None
    text = str(mail.get_content())
    assert (NAME in text, f"{URL}/my-firm/money" in text.splitlines()) == (True, True)
    assert mail["List-Unsubscribe"] == f"<{LINK.findall(text)[-1]}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert not {str(SUPPLIER), "NAFIN"} & {*re.split(r"[\s/]", text)}


async def test_what_comes_together_is_one_mail(box: Mailbox) -> None:
    await box.confirmed(*FIRMS_KINDS)
    plan: Any = example(PlanAgreed)
    activity = {"activity_id": plan.activities[0].activity_id, "plan_id": plan.plan_id}
    await box.portal.stage.consume(
        plan,
        example(ActivityCompleted, **activity),
        example(ActivityReopened, reopened_at=now(), **activity),
        example(ReferralAnswered, state="info_requested", answered_at=now()),
    )
    await box.passes(GATHERS)
    text = box.text()
    assert ("/my-firm/plan" in text, "/my-firm/money" in text) == (True, True)
    await box.passes(2 * EVERY)
    assert box.mail() is None


async def test_it_is_sent_once_though_its_event_comes_again_and_the_topic_is_read_again(box: Mailbox) -> None:
    await box.confirmed(*FIRMS_KINDS)
    event = example(ReferralAnswered, state="info_requested", answered_at=now())
    await box.portal.stage.consume(event, event)
    await box.passes(GATHERS)
    assert box.mail() is not None
    await box.portal.stage.rows("DELETE FROM inbox")
    await box.portal.stage.consume(example(SupplierRegistered, offering=_offering(None)), event)
    assert LOOK in await box.waits()
    await box.passes(2 * EVERY)
    assert box.mail() is None
    # What is news after that is told a day later.
    await box.portal.stage.consume(
        example(ReferralAnswered, state="info_requested", answered_at=now(), referral_id=UUID(int=1))
    )
    await box.passes(GATHERS)
    assert box.mail() is None
    await box.portal.stage.rows("UPDATE subscription SET mailed_at = mailed_at - $1::interval", EVERY)
    await box.passes(EVERY)
    assert "1 institución" in box.text()


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("taken", [False, True])
async def test_a_sender_that_is_killed_sends_again_until_a_server_took_it(
    box: Mailbox, monkeypatch: pytest.MonkeyPatch, taken: bool
) -> None:
    """Once more where nobody knows whether a server took it, and never again once that is known."""
    await box.confirmed("papers")
    await box.portal.stage.consume(example(ReferralAnswered, state="info_requested", answered_at=now()))
    send = FolderSender.send

    async def killed(self: FolderSender, mail: Mail) -> Any:
        if taken:
            await send(self, mail)
        raise Killed

    monkeypatch.setattr(FolderSender, "send", killed)
    with pytest.raises(Killed):
        await box.passes(GATHERS)
    assert ((box.mail() is not None), NEWS_MAIL in await box.waits()) == (taken, True)
    monkeypatch.setattr(FolderSender, "send", send)
    await box.passes(timedelta(minutes=1))
    assert (box.mail() is not None, NEWS_MAIL in await box.waits()) == (True, False)
    await box.passes(2 * EVERY)
    assert box.mail() is None


async def test_what_was_done_before_the_mail_goes_is_not_told(box: Mailbox) -> None:
    await box.confirmed("questionnaire")
    await box.portal.stage.consume(example(DiagnosisOpened), arrived_at=now())
    await box.passes(GATHERS)
    waits = await box.waits()
    assert timedelta(0) < now() + QUIET - waits[LOOK] < timedelta(hours=1)
    await box.portal.stage.consume(example(DiagnosisSubmitted), arrived_at=now())
    await box.passes(GATHERS)
    assert LOOK not in await box.waits()
    assert box.mail() is None


async def test_a_queue_that_waits_is_told_to_whoever_works_it_off(portal: Visitors, tmp_path: Path) -> None:
    browser = await portal.signed_in("assessor", subject="assessor-9", language="en")
    box = Mailbox(portal, tmp_path / "mail", browser)
    await box.confirmed("assessments")
    await portal.stage.consume(example(DiagnosisSubmitted), arrived_at=now())
    waits = await box.waits()
    assert now() + PATIENCE - waits[LOOK] < timedelta(minutes=1)
    longer = PATIENCE + timedelta(days=7)
    await portal.stage.rows("UPDATE firm SET waits_assessment = waits_assessment - $1::interval", longer)
    await _asked_long_ago(portal, "assessments")
    await box.passes(PATIENCE)
    assert "1 firm of the program has waited for a visit" in box.text()


async def test_buyers_are_told_of_firms_that_wait_for_their_answer(portal: Visitors, tmp_path: Path) -> None:
    browser = await portal.signed_in("anchor", subject="buyer-9", anchor_id=ANCHOR)
    box = Mailbox(portal, tmp_path / "mail", browser)
    await box.confirmed("candidates")
    await portal.stage.consume(example(MatchFound, blocked_by=(), standing="found"), arrived_at=now() - PATIENCE)
    await _asked_long_ago(portal, "candidates")
    assert LOOK in await box.waits()
    await box.passes(PATIENCE)
    assert "/requirements" in box.text()


async def test_the_link_of_a_mail_stops_it_by_a_button_and_opening_it_does_not(box: Mailbox) -> None:
    await box.confirmed("papers", "evidence")
    await box.portal.stage.consume(example(ReferralAnswered, state="info_requested", answered_at=now()))
    await box.passes(GATHERS)
    link = box.link(box.text())
    page = await box.portal.stage.client.get(link)
    assert (page.status_code, (await _status(box))) == (200, "active")
    [hidden] = forms(page.text, "/news/stopped")
    somebody = box.portal.anybody()
    assert (await post(somebody, page, "/news/stopped", hidden | {"kind": "papers"})).status_code == 200
    [row] = await box.portal.stage.rows("SELECT kinds FROM subscription")
    assert "papers" not in row["kinds"]
    assert (await post(somebody, page, "/news/stopped", hidden | {"kind": ""})).status_code == 200
    assert await _gone(box)
    again = await box.portal.stage.client.get(link)
    assert (again.status_code, forms(again.text, "/news/stopped")) == (200, [])


async def test_a_program_of_mail_stops_it_at_once(box: Mailbox) -> None:
    """Without a cookie, a token or a page of ours: by the secret alone (RFC 8058)."""
    await box.confirmed("papers")
    await box.portal.stage.consume(example(ReferralAnswered, state="info_requested", answered_at=now()))
    await box.passes(GATHERS)
    link, client = box.link(box.text()), box.portal.stage.client
    one_click = {"List-Unsubscribe": "One-Click"}
    for wrong in (link[:-4] + "xxxx", "/news/stop", "/news/stop?subscription=x&secret=y", f"{link}%00"):
        assert (await client.post(wrong, data=one_click)).status_code in {204, 404}
        assert await _status(box) == "active"
    for _ in range(2):
        assert (await client.post(link, data=one_click)).status_code == 204
        assert await _gone(box)


async def test_whoever_asked_sees_it_and_ends_it(box: Mailbox) -> None:
    await box.confirmed("papers")
    for language in LANGUAGES:
        page = (await Browser(box.browser.client, box.browser.cookie, language).get("/news")).text
        assert (EMAIL in page, 'value="papers" checked' in page, 'value="plans"' in page) == (True, True, False)
    assert (await box.browser.post("/news/end")).headers["location"] == "/news"
    assert await _gone(box)
    assert EMAIL not in (await box.browser.get("/news")).text
    async with box.portal.stage.database.connection() as connection:
        await subscriptions.forget(connection)
    assert await box.portal.stage.rows("SELECT FROM subscription") == []


async def test_it_is_in_the_file_of_what_is_held_about_whoever_asks(box: Mailbox) -> None:
    await box.confirmed("papers")
    [kept] = await box.portal.stage.rows("SELECT stop FROM subscription")
    file = (await box.browser.get("/my-firm/data/file")).text
    assert (EMAIL in file, kept["stop"] in file) == (True, False)
    colleague = await box.portal.signed_in("supplier", subject="person-2", supplier_id=SUPPLIER)
    assert EMAIL not in (await colleague.get("/my-firm/data/file")).text


async def test_it_ends_with_the_firm_and_with_the_year_and_if_nobody_confirms(box: Mailbox) -> None:
    await box.confirmed("papers")
    other = await box.portal.signed_in("supplier", subject="person-2", supplier_id=OTHER_SUPPLIER)
    await Mailbox(box.portal, box.folder, other).asks("papers", email="beto@other.example")
    await box.portal.stage.consume(example(SupplierWithdrawn))
    await box.passes(GATHERS)
    rows = await box.portal.stage.rows("SELECT subject, status, email FROM subscription ORDER BY subject")
    assert [(row["status"], row["email"]) for row in rows] == [("ended", None), ("pending", "beto@other.example")]
    assert (await box.waits())[LAPSE] < now() + timedelta(days=1)
    await box.passes(timedelta(days=1))
    assert await box.waits() == {}
    rows = await box.portal.stage.rows("SELECT FROM subscription WHERE email IS NOT NULL OR status <> 'ended'")
    assert rows == []


async def test_it_ends_for_whoever_is_removed_from_the_firm_or_whose_address_is_erased(box: Mailbox) -> None:
    one_firm.say(box.portal.others)
    removal = f"/my-firm/people/{one_firm.PERSON}/removal"
    box.portal.others.answer("registration", f"/suppliers/{SUPPLIER}/people/{one_firm.PERSON}", {})
    await box.asks("papers", email="Beto@tornillos.mx")
    other = await box.portal.signed_in("supplier", subject="person-2", supplier_id=OTHER_SUPPLIER)
    await Mailbox(box.portal, box.folder, other).asks("papers", email="beto@tornillos.mx")
    assert (await box.browser.post(removal)).headers["location"] == "/my-firm/people"
    rows = await box.portal.stage.rows("SELECT status FROM subscription ORDER BY subject")
    assert [row["status"] for row in rows] == ["ended", "pending"]
    await Mailbox(box.portal, box.folder, other).asks("papers", email="ana@tornillos.mx")
    operator = await box.portal.signed_in("operator")
    box.portal.others.answer("registration", f"/suppliers/{SUPPLIER}/contact", {})
    assert (await operator.post(f"/registrations/{SUPPLIER}/contact/erasure")).status_code == 303
    assert await box.portal.stage.rows("SELECT FROM subscription WHERE status <> 'ended'") == []


async def test_whoever_names_a_mailbox_again_and_again_does_not_fill_it(box: Mailbox) -> None:
    for number in range(5):
        browser = await box.portal.signed_in("supplier", subject=f"person-{number}", supplier_id=SUPPLIER)
        await Mailbox(box.portal, box.folder, browser).asks("papers")
        await box.portal.stage.post()
    assert len([*box.folder.glob("*.news-confirmation.eml")]) == 3


async def test_what_is_wrong_stands_at_its_field(box: Mailbox) -> None:
    page = await box.asks("plans", email="no address")
    assert ("news_email" in page, 'id="email-error"' in page) == (False, True)
    assert 'id="kinds-error"' in await box.asks("plans")
    assert await box.portal.stage.rows("SELECT FROM subscription") == []


async def test_a_code_that_does_not_fit_is_refused(box: Mailbox) -> None:
    await box.asks("papers")
    page = await box.portal.stage.client.get("/news/confirmation")
    for subscription in (str(id_of("person-1")), str(UUID(int=1)), "x"):
        given = {"subscription": subscription, "code": "other"}
        assert (await post(box.portal.anybody(), page, "/news/confirmation", given)).status_code == 403
    assert await _status(box) == "pending"


async def test_nothing_personal_is_logged(box: Mailbox, capsys: pytest.CaptureFixture[str]) -> None:
    await box.confirmed("papers")
    await box.portal.stage.consume(example(ReferralAnswered, state="info_requested", answered_at=now()))
    await box.passes(GATHERS)
    await box.browser.post("/news/end")
    logged = capsys.readouterr()
    assert not any(word in logged.out + logged.err for word in (EMAIL, NAME, "Ana"))
    assert await box.portal.stage.rows("SELECT FROM journal") == []


async def _asked_long_ago(portal: Visitors, kind: str) -> None:
    await portal.stage.rows(
        "UPDATE subscription SET kinds = jsonb_build_object($1::text, now() - interval '30 days')", kind
    )


async def _status(box: Mailbox) -> str:
    [row] = await box.portal.stage.rows("SELECT status FROM subscription")
    return str(row["status"])


async def _gone(box: Mailbox) -> bool:
    [row] = await box.portal.stage.rows("SELECT * FROM subscription")
    return row["status"] == "ended" and EMAIL not in repr(row) and NAME not in repr(row) and await box.waits() == {}
