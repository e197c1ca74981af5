"""An institution without Kafka sees at a page what went to it, and answers there."""

import re
from uuid import UUID

import pytest

from shared.contracts import partner as contract
from shared.messaging.topics import EVENT_TYPES
from shared.testing.stage import StageUnderTest
from tests.financing.calls import SECRETS, answer, known, ok, sent
from tests.financing.test_trials import begun
from tests.portal.conftest import Browser, Visitors

KEY = "0" * 16
APPROVAL = {"key": KEY, "act": "approve", "amount": "380,000", "currency": "MXN", "term_months": "18"}


@pytest.fixture
async def financing(portal: Visitors) -> StageUnderTest:
    return await portal.real("financing")


async def _desk(portal: Visitors, code: str | None = "nafin", language: str = "en") -> Browser:
    return await portal.signed_in("partner", partner_code=code, language=language)


async def _told(stage: StageUnderTest) -> None:
    """What was put on the partner's topic comes back from there."""
    for each in await stage.told():
        if issubclass(EVENT_TYPES[each.type], contract.Answer):
            await stage.consume(EVENT_TYPES[each.type].model_validate(each.data))


@pytest.mark.usefixtures("nothing_arrives")
async def test_a_referral_is_seen_and_answered_and_its_effect_is_shown(
    portal: Visitors, financing: StageUnderTest
) -> None:
    referral = await sent(financing)
    await financing.told()
    for language in ("es", "en"):
        desk = await _desk(portal, language=language)
        listed = (await desk.get("/desk")).text
        assert f'href="/desk/{referral["id"]}"' in listed
        page = (await desk.get(f"/desk/{referral['id']}")).text
        assert all(secret in page for secret in ("Troqueles Inventados", "TME840315KT6", "ana@example.mx"))
    assert re.findall(r'name="act" value="(\w+)"', page) == ["acknowledge", "request_information", "approve", "decline"]
    assert (await desk.post(f"/desk/{referral['id']}", APPROVAL)).status_code == 303
    await _told(financing)
    page = (await desk.get(f"/desk/{referral['id']}")).text
    assert ">Approved</strong>" in page
    assert "380,000.00" in page
    assert re.findall(r">(.*folio.*)</button>", page) == ["Correct the folio"]
    receipt = {"key": f"{KEY}-folio", "act": "acknowledge", "folio": "N-71"}
    assert (await desk.post(f"/desk/{referral['id']}", receipt)).status_code == 303
    await _told(financing)
    page = (await desk.get(f"/desk/{referral['id']}")).text
    assert re.findall(r"<dd>(N-71)</dd>", page) == ["N-71"]
    asked = {"key": f"{KEY}-pay", "act": "pay", "amount": "400,000", "currency": "MXN"}
    refused = await desk.post(f"/desk/{referral['id']}", asked)
    assert refused.status_code == 409
    assert "400,000" in refused.text, "what was typed stays"
    assert await financing.rows("SELECT id FROM dead_letter") == []


@pytest.mark.usefixtures("nothing_arrives")
async def test_that_an_answer_is_on_its_way_is_said_before_another_one_is_typed(
    portal: Visitors, financing: StageUnderTest
) -> None:
    referral = await sent(financing)
    await financing.told()
    desk, path = await _desk(portal), f"/desk/{referral['id']}"
    assert (await desk.post(path, APPROVAL)).status_code == 303
    waiting = (await desk.get(path)).text
    assert ("is on its way since" in waiting, f'action="{path}"' in waiting) == (True, False)
    refused = await desk.post(path, {"key": f"{KEY}-b", "act": "decline", "reason": "no_funds"})
    assert (refused.status_code, "has not been read yet" in refused.text) == (409, True)
    await financing.consume(answer(contract.ReferralDeclined, referral, reason="no_funds"))
    await _told(financing)
    ended = (await desk.get(path)).text
    assert ("It ended" in ended, "Troqueles Inventados" in ended, "no_funds" in ended) == (True, False, False)
    assert f'href="{path}"' in (await desk.get("/desk?ended=true")).text
    assert f'href="{path}"' not in (await desk.get("/desk")).text


@pytest.mark.usefixtures("nothing_arrives")
async def test_why_an_answer_had_no_effect_is_said_in_words(portal: Visitors, financing: StageUnderTest) -> None:
    referral = await sent(financing)
    await financing.told()
    path = f"/desk/{referral['id']}"
    desk, money = await _desk(portal), {"amount": "380,000", "currency": "MXN"}
    assert (await desk.post(path, APPROVAL)).status_code == 303
    await _told(financing)
    assert (await desk.post(path, {"key": f"{KEY}-pay", "act": "pay"} | money)).status_code == 303
    paid = answer(contract.CreditDisbursed, referral, amount={"amount": "1000.00", "currency": "MXN"})
    await financing.consume(paid)
    await _told(financing)
    for language, words in (
        ("es", "Los pagos suman más de lo aprobado"),
        ("en", "together are above what was approved"),
    ):
        page = (await (await _desk(portal, language=language)).get(path)).text
        assert (words in page, f'action="{path}"' in page) == (True, True)


@pytest.mark.usefixtures("nothing_arrives")
async def test_what_an_answer_lacks_is_said_at_its_field(portal: Visitors, financing: StageUnderTest) -> None:
    referral = await sent(financing)
    refused = await (await _desk(portal)).post(f"/desk/{referral['id']}", {"key": KEY, "act": "approve", "amount": "1"})
    assert refused.status_code == 422
    assert 'id="approve-term_months-error"' in refused.text


async def test_nobody_else_sees_it_and_after_a_revocation_nobody(portal: Visitors, financing: StageUnderTest) -> None:
    referral = await sent(financing)
    path = f"/desk/{referral['id']}"
    other = await _desk(portal, "bancomext")
    assert referral["id"] not in (await other.get("/desk")).text
    assert (await other.get(path)).status_code == 404
    assert (await (await _desk(portal, None)).get("/desk")).status_code == 403
    firm = await portal.signed_in("supplier", supplier_id=UUID(int=1))
    assert (await firm.get(path)).status_code == 403
    await ok(financing, "POST", f"/consents/{referral['consent_id']}/revocation")
    mine = await _desk(portal)
    assert referral["id"] not in (await mine.get("/desk")).text
    gone = await mine.get(path)
    assert (gone.status_code, [each for each in SECRETS if each in gone.text]) == (200, [])
    assert "erase what you kept" in gone.text


async def test_a_test_is_marked(portal: Visitors, financing: StageUnderTest) -> None:
    await known(financing)
    trial = await begun(financing)
    desk = await _desk(portal)
    assert f'href="/desk/{trial["id"]}"' in (await desk.get("/desk")).text
    assert "it is of no firm" in (await desk.get(f"/desk/{trial['id']}")).text
