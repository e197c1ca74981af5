"""News from the form to the mailbox, through the store: confirmed, and sent once whatever happens."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.portal.domain.news import GATHERS, PATIENCE, QUIET
from services.portal.domain.subscription import EVERY, id_of
from services.portal.handlers.news import LOOK, NEWS_MAIL
from shared.contracts.development import ActivityCompleted, ActivityReopened, PlanAgreed, PlanScheduled
from shared.contracts.diagnosis import DiagnosisOpened, DiagnosisSubmitted
from shared.contracts.financing import ReferralAnswered
from shared.contracts.matching import MatchFound
from shared.contracts.registration import SupplierRegistered
from shared.runtime.clock import now
from shared.service.mail import FolderSender, Mail
from tests.portal.conftest import Visitors
from tests.portal.events import ANCHOR, SUPPLIER, example
from tests.portal.issuer import URL
from tests.portal.mailbox import EMAIL, FIRMS_KINDS, LINK, NAME, Mailbox, offering_until, post


@pytest.fixture
async def box(portal: Visitors, tmp_path: Path) -> Mailbox:
    await portal.stage.consume(example(SupplierRegistered, offering=offering_until(None)))
    browser = await portal.signed_in("supplier", subject="person-1", supplier_id=SUPPLIER)
    return Mailbox(portal, tmp_path / "mail", browser)


async def test_news_go_to_whoever_confirmed_their_address(box: Mailbox) -> None:
    await box.confirmed(*FIRMS_KINDS)
    [row] = await box.portal.stage.rows("SELECT * FROM subscription")
    assert (row["status"], row["supplier_id"]) == ("active", SUPPLIER)
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


async def test_who_else_moved_the_dates_of_a_plan_is_told_and_stands_in_its_story(box: Mailbox) -> None:
    """Seen: a calendar after the agreement moved them, and nobody heard of it."""
    await box.confirmed("calendar")
    plan: Any = example(PlanAgreed)
    mine = {"plan_id": plan.plan_id, "scheduled_at": now()}
    await box.portal.stage.consume(plan, example(PlanScheduled, by="supplier", **mine))
    await box.passes(GATHERS)
    assert box.mail() is None
    # A revision that is agreed before the mail goes takes nothing of it away.
    await box.portal.stage.consume(example(PlanScheduled, by="operator", **mine))
    await box.portal.stage.consume(example(PlanAgreed))
    await box.passes(GATHERS)
    assert "/my-firm/plan" in box.text()
    story = (await (await box.portal.signed_in("supplier", supplier_id=SUPPLIER)).get("/my-firm/story")).text
    assert story.count("Cambiaron las fechas del plan") == 2


async def test_it_is_sent_once_though_its_event_comes_again_and_the_topic_is_read_again(box: Mailbox) -> None:
    await box.confirmed(*FIRMS_KINDS)
    event = example(ReferralAnswered, state="info_requested", answered_at=now())
    await box.portal.stage.consume(event, event)
    await box.passes(GATHERS)
    assert box.mail() is not None
    await box.portal.stage.rows("DELETE FROM inbox")
    await box.portal.stage.consume(example(SupplierRegistered, offering=offering_until(None)), event)
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
