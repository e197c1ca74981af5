"""How news end: by a link, a button, a program of mail, or with whoever asked for them."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.portal.domain.news import GATHERS
from services.portal.handlers.news import LAPSE
from services.portal.store import subscriptions
from shared.contracts.financing import ReferralAnswered
from shared.contracts.registration import AnchorLeft, ContactErased, PersonLeft, SupplierRegistered, SupplierWithdrawn
from shared.four_eyes import mark_of
from shared.i18n import LANGUAGES
from shared.runtime.clock import now
from tests.portal import one_firm
from tests.portal.conftest import Browser, Visitors
from tests.portal.events import ANCHOR, OTHER_ANCHOR, OTHER_SUPPLIER, SUPPLIER, example
from tests.portal.forms import forms
from tests.portal.mailbox import EMAIL, NAME, Mailbox, offering_until, post


@pytest.fixture
async def box(portal: Visitors, tmp_path: Path) -> Mailbox:
    await portal.stage.consume(example(SupplierRegistered, offering=offering_until(None)))
    browser = await portal.signed_in("supplier", subject="person-1", supplier_id=SUPPLIER)
    return Mailbox(portal, tmp_path / "mail", browser)


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
    rows = await box.portal.stage.rows("SELECT status, email IS NULL AS bare FROM subscription ORDER BY subject")
    assert [(row["status"], row["bare"]) for row in rows] == [("ended", True), ("pending", False)]
    assert (await box.waits())[LAPSE] < now() + timedelta(days=1)
    await box.passes(timedelta(days=1))
    assert await box.waits() == {}
    rows = await box.portal.stage.rows("SELECT FROM subscription WHERE email IS NOT NULL OR status <> 'ended'")
    assert rows == []


async def test_it_ends_for_whoever_left_the_firm_however_they_were_removed(box: Mailbox) -> None:
    await box.confirmed("papers")
    (known,) = await box.portal.stage.rows("SELECT subject, asked_at FROM subscription")
    colleague = await box.portal.signed_in("supplier", subject="person-2", supplier_id=SUPPLIER)
    await Mailbox(box.portal, box.folder, colleague).asks("papers", email="beto@tornillos.mx")

    async def left(subject: str, firm: UUID, at: datetime) -> list[str]:
        mark = mark_of(SUPPLIER, subject)
        await box.portal.stage.consume(example(PersonLeft, supplier_id=firm, person=mark, left_at=at))
        await box.passes(timedelta(0))
        rows = await box.portal.stage.rows("SELECT status FROM subscription ORDER BY asked_at")
        return [row["status"] for row in rows]

    assert await left(known["subject"], OTHER_SUPPLIER, now()) == ["active", "pending"]
    assert await left("person-3", SUPPLIER, now()) == ["active", "pending"]
    before = known["asked_at"] - timedelta(seconds=1)
    assert await left(known["subject"], SUPPLIER, before) == ["active", "pending"], "they came back and asked anew"
    assert await left(known["subject"], SUPPLIER, now()) == ["ended", "pending"]
    assert await left("person-2", SUPPLIER, now()) == ["ended", "ended"]


@pytest.mark.parametrize("event", [ContactErased, SupplierWithdrawn, AnchorLeft])
async def test_it_ends_for_all_of_whoever_is_erased_or_leaves(
    box: Mailbox, event: type[ContactErased] | type[SupplierWithdrawn] | type[AnchorLeft]
) -> None:
    """Also where nobody confirmed it yet: the mail with its code is one too."""
    await box.confirmed("papers")
    asks: list[tuple[str, dict[str, Any], str]] = [
        ("supplier", {"supplier_id": SUPPLIER}, "papers"),
        ("anchor", {"anchor_id": ANCHOR}, "candidates"),
        ("supplier", {"supplier_id": OTHER_SUPPLIER}, "papers"),
        ("anchor", {"anchor_id": OTHER_ANCHOR}, "candidates"),
    ]
    for number, (role, of, kind) in enumerate(asks):
        person = await box.portal.signed_in(role, subject=f"asks-{number}", **of)
        await Mailbox(box.portal, box.folder, person).asks(kind, email=f"p{number}@uno.mx")
    moment = next(name for name in event.model_fields if name.endswith("_at"))
    both = "SELECT coalesce(supplier_id, anchor_id) AS of FROM subscription WHERE status <> 'ended' ORDER BY asked_at"

    async def told(at: datetime) -> list[UUID]:
        await box.portal.stage.consume(example(event, **{moment: at}))
        await box.passes(timedelta(0))
        return [row["of"] for row in await box.portal.stage.rows(both)]

    assert await told(now() - timedelta(days=1)) == [SUPPLIER, SUPPLIER, ANCHOR, OTHER_SUPPLIER, OTHER_ANCHOR]
    left = (
        [SUPPLIER, SUPPLIER, OTHER_SUPPLIER, OTHER_ANCHOR]
        if event is AnchorLeft
        else [ANCHOR, OTHER_SUPPLIER, OTHER_ANCHOR]
    )
    assert await told(now()) == left


async def test_it_ends_at_an_address_that_is_erased(box: Mailbox) -> None:
    one_firm.say(box.portal.others)
    await box.asks("papers", email="Ana@tornillos.mx")
    operator = await box.portal.signed_in("operator")
    box.portal.others.answer("registration", f"/suppliers/{SUPPLIER}/contact", {})
    assert (await operator.post(f"/registrations/{SUPPLIER}/contact/erasure")).status_code == 303
    assert await box.portal.stage.rows("SELECT FROM subscription WHERE status <> 'ended'") == []


async def _status(box: Mailbox) -> str:
    [row] = await box.portal.stage.rows("SELECT status FROM subscription")
    return str(row["status"])


async def _gone(box: Mailbox) -> bool:
    [row] = await box.portal.stage.rows("SELECT * FROM subscription")
    return row["status"] == "ended" and EMAIL not in repr(row) and NAME not in repr(row) and await box.waits() == {}
