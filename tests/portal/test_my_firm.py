"""What people of a firm see of it, and that it is theirs alone."""

import pytest

from services.portal.domain.firm import Firm, Missing
from services.portal.domain.tasks import AWAITED, by_gate, tasks
from shared.contracts.development import ActivityCompleted, PlanAgreed, SupplierSelected
from shared.contracts.diagnosis import DiagnosisCompleted
from shared.contracts.financing import ConsentGiven, ConsentRevoked, NeedIdentified, ReferralLapsed, ReferralSent
from shared.contracts.matching import MatchFound, OfferingAligned, OfferingNotAligned, RequirementPublished
from shared.contracts.registration import AnchorJoined, SupplierRegistered
from tests.portal.conftest import Browser, Visitors
from tests.portal.events import ANCHOR, EXAMPLES, OTHER_SUPPLIER, REQUIREMENT, SUPPLIER, example

REVOCATION = f"/consents/{EXAMPLES[ConsentGiven.TYPE]['consent_id']}/revocation"


async def _mine(portal: Visitors, language: str = "en") -> Browser:
    return await portal.signed_in("supplier", supplier_id=SUPPLIER, language=language)


async def _page(portal: Visitors, path: str) -> str:
    answer = await (await _mine(portal)).get(path)
    assert answer.status_code == 200
    assert answer.text.count("<h1>") == 1
    return answer.text


def _missing(gate: str) -> Missing:
    return Missing("P13", None, gate, "force_too_low", "400 t", "250 t")


def test_the_gate_that_fails_most_often_comes_first() -> None:
    found = by_gate([_missing("qms"), _missing("force"), _missing("force"), _missing("envelope")])
    assert [(gate, len(missing)) for gate, missing in found] == [("force", 2), ("envelope", 1), ("qms", 1)]


def test_of_a_firm_that_no_stage_spoke_of_everything_is_awaited() -> None:
    assert {task.state for task in tasks(Firm(SUPPLIER))} == {AWAITED}


async def test_the_task_list_says_how_far_each_task_is(portal: Visitors) -> None:
    await portal.stage.consume(
        example(SupplierRegistered),
        example(OfferingAligned),
        example(MatchFound, blocked_by=["T04"]),
        example(SupplierSelected),
        example(NeedIdentified),
    )
    page = await _page(portal, "/my-firm")
    for state in ("Registered", "Aligned", "Not open yet", "Held back by gaps", "Selected", "Need identified"):
        assert f">{state}</strong>" in page
    assert "PDP-2026-000123" in page
    for address in ("alignment", "result", "plan", "money", "story"):
        assert f'href="/my-firm/{address}"' in page


async def test_alignment_shows_what_can_be_met(portal: Visitors) -> None:
    [aligned, *_] = example(OfferingAligned).model_dump()["requirements"]
    met = aligned | {"requirement_id": REQUIREMENT, "anchor_id": ANCHOR}
    portal.others.answer("matching", "/areas", {"areas": [{"code": "P13", "name": "Troquel", "name_en": "Stamping"}]})
    await portal.stage.consume(
        example(AnchorJoined), example(RequirementPublished), example(OfferingAligned, requirements=[met])
    )
    page = await _page(portal, "/my-firm/alignment")
    for shown in ("Bracket, stamped", "P13 Stamping", "Armadora del Norte", "80.0 %"):
        assert shown in page


async def test_alignment_shows_what_is_missing_and_what_lifts_most(portal: Visitors) -> None:
    [first, *_] = example(OfferingNotAligned).model_dump()["missing"]
    short = first | {"gate": "force", "reason": "force_too_low"}
    await portal.stage.consume(example(OfferingNotAligned, missing=[first | {"gate": "qms"}, short, short]))
    page = await _page(portal, "/my-firm/alignment")
    assert "What would lift you most: force of the machine" in page
    assert page.index("<td>400 t</td><td>250 t</td>") < page.index("<h2>quality system</h2>")


async def test_the_result_shows_shares_reasons_and_gaps(portal: Visitors) -> None:
    await portal.stage.consume(example(DiagnosisCompleted))
    page = await _page(portal, "/my-firm/result")
    for shown in ("Technical", "80.0 %", "gap critical", "Critical", "M04", ">T04 "):
        assert shown in page


async def test_questions_and_modules_have_their_texts_where_their_stages_answer(portal: Visitors) -> None:
    questions = {"questions": [{"code": "T04", "text": "¿Mide su proceso?"}]}
    portal.others.answer("diagnosis", "/instrument", questions)
    portal.others.answer("development", "/modules", {"modules": [{"code": "M04", "name": "Control estadístico"}]})
    await portal.stage.consume(example(DiagnosisCompleted))
    page = await _page(portal, "/my-firm/result")
    assert '<span lang="es">¿Mide su proceso?</span>' in page
    assert '<span lang="es">Control estadístico</span>' in page


@pytest.mark.parametrize(("done", "shown"), [(False, "Open"), (True, "Done")])
async def test_the_plan_shows_the_selection_and_what_is_done(portal: Visitors, shown: str, *, done: bool) -> None:
    await portal.stage.consume(example(SupplierSelected, reasons=["meets_every_condition"]), example(PlanAgreed))
    if done:
        await portal.stage.consume(example(ActivityCompleted))
    page = await _page(portal, "/my-firm/plan")
    assert "meets every condition" in page.lower()
    assert f">{shown}</strong>" in page


async def test_money_shows_verdicts_consents_and_referrals(portal: Visitors) -> None:
    await portal.stage.consume(
        example(NeedIdentified), example(ConsentGiven), example(ReferralSent), example(ReferralLapsed)
    )
    page = await _page(portal, "/my-firm/money")
    for shown in ("Receivables", "1,250,000.00", "Eligible", "Identity", "December 31, 2026", "did not answer in time"):
        assert shown in page
    assert f'action="/my-firm/money{REVOCATION}"' in page


async def test_a_consent_is_revoked_as_its_person(portal: Visitors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.portal.api.asking.ARRIVES_S", 0.05)
    await portal.stage.consume(example(ConsentGiven))
    portal.others.answer("financing", REVOCATION, {})
    answer = await (await _mine(portal)).post(f"/my-firm/money{REVOCATION}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/my-firm/money")
    [asked] = portal.others.asked
    assert asked.headers["If-Match"] == "*"
    assert asked.headers["Authorization"].startswith("Bearer ")
    await portal.stage.consume(example(ConsentRevoked))
    page = await _page(portal, "/my-firm/money")
    assert ">Revoked</strong>" in page
    assert "/revocation" not in page


async def test_a_revocation_that_is_refused_says_why_on_the_same_page(portal: Visitors) -> None:
    await portal.stage.consume(example(ConsentGiven))
    problem = {"title": "consent_unknown", "detail": "No existe ese consentimiento."}
    portal.others.answer("financing", REVOCATION, problem, 404)
    answer = await (await _mine(portal)).post(f"/my-firm/money{REVOCATION}")
    assert answer.status_code == 404
    assert 'role="alert"' in answer.text
    assert "No existe ese consentimiento." in answer.text
    assert f'action="/my-firm/money{REVOCATION}"' in answer.text


async def test_a_stage_that_is_away_is_said_on_the_same_page(portal: Visitors) -> None:
    answer = await (await _mine(portal)).post(f"/my-firm/money{REVOCATION}")
    assert answer.status_code == 503
    assert "Nothing is lost" in answer.text


async def test_the_story_is_of_the_own_firm_alone(portal: Visitors) -> None:
    await portal.stage.consume(
        example(SupplierRegistered), example(SupplierSelected, supplier_id=OTHER_SUPPLIER, reasons=["override_in"])
    )
    page = await _page(portal, "/my-firm/story")
    assert page.count("<time ") == 1
    assert "override" not in page


async def test_whoever_is_of_no_firm_sees_a_clear_page_and_no_data(portal: Visitors) -> None:
    await portal.stage.consume(example(SupplierRegistered), example(NeedIdentified), example(ConsentGiven))
    browser = await portal.signed_in("supplier", language="en")
    for path in ("", "/alignment", "/result", "/plan", "/money", "/story"):
        answer = await browser.get(f"/my-firm{path}")
        assert answer.status_code == 403, path
        assert "nobody has said yet whose it is" in answer.text
        for leaked in ("PDP-2026-000123", "nafin", str(SUPPLIER)):
            assert leaked not in answer.text
    assert (await browser.post(f"/my-firm/money{REVOCATION}")).status_code == 403
    assert portal.others.asked == []
