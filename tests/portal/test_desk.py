"""An institution without Kafka sees at a page what went to it, and answers there."""

import re
from uuid import UUID

import pytest

from shared.contracts import partner as contract
from shared.messaging.topics import EVENT_TYPES
from shared.testing.stage import StageUnderTest
from tests.financing.calls import SECRETS, known, ok, sent
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
    asked = {"key": f"{KEY}-pay", "act": "pay", "amount": "400,000", "currency": "MXN"}
    refused = await desk.post(f"/desk/{referral['id']}", asked)
    assert refused.status_code == 409
    assert "400,000" in refused.text, "what was typed stays"
    assert await financing.rows("SELECT id FROM dead_letter") == []


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
    assert (gone.status_code, [each for each in SECRETS if each in gone.text]) == (404, [])


async def test_a_test_is_marked(portal: Visitors, financing: StageUnderTest) -> None:
    await known(financing)
    trial = await begun(financing)
    desk = await _desk(portal)
    assert f'href="/desk/{trial["id"]}"' in (await desk.get("/desk")).text
    assert "it is of no firm" in (await desk.get(f"/desk/{trial['id']}")).text
