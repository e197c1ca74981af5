"""What financing tells of a firm is for the firm itself and for operators: consents say so of all others."""

import pytest

from services.portal.domain.scope import Everything
from services.portal.store import firms, story
from shared.contracts.event import Money
from shared.contracts.financing import FinancingEvent, NeedIdentified, ReferralAnswered
from shared.contracts.registration import SupplierRegistered
from shared.service.callers import SEES_ALL, Role
from tests.portal.conftest import Visitors
from tests.portal.events import READ, SUPPLIER, example
from tests.portal.walks import SHOWN, _answer, _of, _with, filled

__all__ = ["filled"]

OF_MONEY = [event for event in READ if issubclass(event, FinancingEvent)]
SAID = ("high_leverage", "Mucho endeudamiento", "7654321", "7,654,321")
DECLINED = example(ReferralAnswered, state="declined", reason="high_leverage")
NEED = example(NeedIdentified, amount=Money(amount="7654321.00"))


@pytest.mark.parametrize("role", sorted(SEES_ALL))
async def test_no_page_tells_it_to_who_accompanies_a_firm(filled: Visitors, role: Role) -> None:
    """Seen: every mentor, assessor and expert read why a bank had declined."""
    await filled.stage.consume(DECLINED, NEED)
    browser, pages = await _with(filled, role), {}
    for path in (_of(path) for path, roles in SHOWN if roles is None or role in roles):
        for address in (path, f"{path}?as=csv"):
            await filled.start_again()
            _answer(filled)
            pages[address] = (await browser.get(address)).text
    telling = {address for address, text in pages.items() if any(word in text for word in SAID)}
    assert f"/firms/{SUPPLIER}" in pages
    assert (telling != set()) == (role is Role.OPERATOR), telling


async def test_no_event_of_it_is_in_what_they_read(portal: Visitors) -> None:
    await portal.stage.consume(example(SupplierRegistered), *map(example, OF_MONEY))
    async with portal.stage.database.connection() as connection:
        for scope, types in ((Everything(), set()), (Everything(money=True), {event.TYPE for event in OF_MONEY})):
            told = await story.story_of(connection, scope, SUPPLIER, None, 100)
            assert {entry.type for entry in told} == {SupplierRegistered.TYPE} | types
            found = [await firms.firm(connection, scope, SUPPLIER)]
            for firm in (*found, *await firms.page_of_firms(connection, scope, None, 10)):
                assert firm is not None
                assert all((firm.needs, firm.consents, firm.referrals)) == bool(types)
                assert any((firm.needs, firm.consents, firm.referrals)) == bool(types)


async def test_a_reason_that_is_erased_goes_from_the_firm_and_from_its_story(portal: Visitors) -> None:
    other = DECLINED.model_copy(update={"referral_id": SUPPLIER})
    await portal.stage.consume(DECLINED, other)
    await portal.stage.consume(example(ReferralAnswered, state="declined", reason=None, for_plan=()))
    rows = await portal.stage.rows("SELECT facts, reasons FROM story")
    assert len(rows) == 2, "it is no event of its own"
    kept = await portal.stage.rows("SELECT to_jsonb(story)::text AS text FROM story")
    kept += await portal.stage.rows(
        "SELECT referral::text AS text FROM firm, jsonb_array_elements(referrals) AS referral"
    )
    assert sum("high_leverage" in row["text"] for row in kept) == 2, "of the other referral"
    assert all(str(SUPPLIER) in row["text"] for row in kept if "high_leverage" in row["text"])
    assert sum('"declined"' in row["text"] for row in kept) == 4
