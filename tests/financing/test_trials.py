"""A referral that is marked as a test is answered as any other, and nothing follows from it."""

from typing import Any
from uuid import UUID

import pytest

from services.financing.store.queries import FIRMS, WAITING
from shared.contracts import partner as contract
from shared.contracts.event import EventData, Money
from shared.contracts.refusals import AnswerRefused
from shared.messaging.topics import EVENT_TYPES
from shared.service.callers import Role
from shared.testing.stage import StageUnderTest
from tests.financing.calls import answer, call, ok, refused, sent

AMOUNT = Money(amount="90000.00")
WAYS: dict[str, tuple[tuple[type[contract.Answer], dict[str, Any]], ...]] = {
    "disbursed": (
        (contract.ReferralAcknowledged, {"folio": "N-17"}),
        (contract.ReferralApproved, {"amount": AMOUNT, "term_months": 12}),
        (contract.CreditDisbursed, {"amount": AMOUNT}),
    ),
    "declined": ((contract.ReferralDeclined, {"reason": "insufficient_guarantee"}),),
    "info_requested": ((contract.InformationRequested, {"items": ("Balance de Ana Ejemplo",)}),),
}


async def begun(stage: StageUnderTest, partner: str = "nafin") -> dict[str, Any]:
    trial: dict[str, Any] = await ok(stage, "POST", f"/partners/{partner}/trials", role=Role.OPERATOR)
    return trial


async def shown(stage: StageUnderTest, trial: dict[str, Any]) -> dict[str, Any]:
    path = f"/partners/{trial['partner']}/trials/{trial['id']}"
    found: dict[str, Any] = await ok(stage, "GET", path, role=Role.OPERATOR)
    return found


async def figures(stage: StageUnderTest) -> list[Any]:
    """All that the program knows of firms, and what it waits for."""
    asked = [FIRMS, WAITING, "SELECT kind FROM timer"]
    tables = ("financing_case", "need", "consent", "referral", "dead_letter")
    return [await stage.rows(query) for query in (*asked, *(f"SELECT count(*) FROM {table}" for table in tables))]


async def told(stage: StageUnderTest) -> list[EventData]:
    return [EVENT_TYPES[each.type].model_validate(each.data) for each in await stage.told()]


@pytest.mark.parametrize("state", WAYS)
async def test_a_test_is_answered_as_any_other_and_nothing_follows(stage: StageUnderTest, state: str) -> None:
    before = await figures(stage)
    trial = await begun(stage)
    (packed,) = await told(stage)
    assert isinstance(packed, contract.Referral)
    assert (packed.test, packed.topic, packed.referral_id) == (True, "partner.nafin.referrals.v1", UUID(trial["id"]))
    assert not any(getattr(packed, part) for part in ("identity", "contact", "standing", "capacity", "evidence"))
    for event, fields in WAYS[state]:
        await stage.consume(answer(event, trial, **fields))
    assert (await shown(stage, trial))["state"] == state
    assert await told(stage) == [], "no stage hears of it"
    assert await figures(stage) == before
    assert "Ana" not in str(await stage.rows("SELECT referral FROM trial"))


async def test_no_test_goes_to_a_partner_that_takes_no_referrals(stage: StageUnderTest) -> None:
    gone = {"name": "Nacional Financiera", "kind": "development_bank", "sla_days": 20, "active": False}
    await ok(stage, "PUT", "/partners/nafin", gone, role=Role.OPERATOR)
    await stage.told()
    path = "/partners/nafin/trials"
    assert await refused(stage, "POST", path, role=Role.OPERATOR) == (409, "partner_inactive")
    assert await told(stage) == []


async def test_a_wrong_answer_to_a_test_is_told_and_is_no_dead_letter(stage: StageUnderTest) -> None:
    before, trial = await figures(stage), await begun(stage)
    await stage.consume(answer(contract.CreditDisbursed, trial, amount=AMOUNT))
    await stage.consume(answer(contract.ReferralAcknowledged, trial), answer(contract.ReferralAcknowledged, trial))
    refusals = [each for each in await told(stage) if isinstance(each, AnswerRefused)]
    assert [(each.outcome, each.reason, each.referral_id) for each in refusals] == [
        ("refused", "payment_not_approved", UUID(trial["id"])),
        ("repeated", "nothing_new", UUID(trial["id"])),
    ]
    now = await shown(stage, trial)
    assert (now["state"], now["refused"], now["ignored_answers"]) == ("acknowledged", ["payment_not_approved"], 1)
    assert await figures(stage) == before


async def test_a_firms_referral_is_marked_as_none(stage: StageUnderTest) -> None:
    await sent(stage)
    assert [each.test for each in await told(stage) if isinstance(each, contract.Referral)] == [False]


async def test_a_test_is_its_partners_alone_and_no_firm(stage: StageUnderTest) -> None:
    trial = await begun(stage)
    path = f"/partners/bancomext/trials/{trial['id']}"
    assert await refused(stage, "GET", path, role=Role.OPERATOR) == (404, "trial_unknown")
    assert (await refused(stage, "POST", "/partners/nadie/trials", role=Role.OPERATOR))[0] == 404
    assert (await call(stage, "POST", "/partners/nafin/trials", Role.SUPPLIER))[0] == 403
    body = {"supplier_id": trial["id"], "need_id": trial["id"], "product": "nafin-guaranteed-simple"}
    body |= {"amount": {"amount": "1.00", "currency": "MXN"}, "term_months": 1}
    assert (await refused(stage, "POST", "/referrals", body, role=Role.OPERATOR))[0] == 404
    other = trial | {"partner": "bancomext"}
    await stage.consume(answer(contract.ReferralAcknowledged, other))
    assert (await shown(stage, trial))["refused"] == ["referral_of_another_partner"]
