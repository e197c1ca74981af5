"""What people of a firm see of it, and that it is theirs alone."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from services.portal.domain.firm import Firm, Missing
from services.portal.domain.money import Consent
from services.portal.domain.tasks import AWAITED, by_gate, tasks
from shared.contracts.development import ActivityCompleted, PlanAgreed, SupplierSelected
from shared.contracts.diagnosis import DiagnosisCompleted
from shared.contracts.financing import (
    ConsentGiven,
    ConsentRevoked,
    NeedIdentified,
    ReferralAnswered,
    ReferralLapsed,
    ReferralSent,
)
from shared.contracts.matching import MatchFound, OfferingAligned, OfferingNotAligned, RequirementPublished
from shared.contracts.registration import AnchorJoined, SupplierRegistered
from tests.portal.conftest import Browser, Visitors
from tests.portal.events import ANCHOR, EXAMPLES, OTHER_SUPPLIER, REQUIREMENT, SUPPLIER, example

TODAY, FAR = date(2026, 3, 2), date(2199, 12, 31)
SENT, DUE = example(ReferralSent, answer_due_at="2026-04-04T18:00:00Z"), "4 Apr 2026"
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
    assert {task.state for task in tasks(Firm(SUPPLIER), TODAY)} == {AWAITED}


def _consent(number: int, **changed: object) -> Consent:
    given = {"given_at": datetime(2026, 1, number, tzinfo=UTC), "expires_on": TODAY} | changed
    return Consent(UUID(int=number), "nafin", ("tooling",), ("need",), **given)  # type: ignore[arg-type]


def test_only_the_last_consent_to_a_partner_counts_and_until_its_last_day() -> None:
    [first, last] = _consent(1), _consent(2)
    firm = Firm(SUPPLIER, consents=(last, first, replace(_consent(3), partner="banco")))
    assert [firm.standing(each, TODAY) for each in firm.consents] == ["given", "superseded", "given"]
    assert [firm.standing(each, TODAY + timedelta(1)) for each in firm.consents] == ["expired", "superseded", "expired"]
    taken_back = replace(firm, consents=(first, replace(last, revoked_at=last.given_at)))
    assert [taken_back.standing(each, TODAY) for each in taken_back.consents] == ["superseded", "revoked"]
    assert taken_back.consents_standing(TODAY) == ()


@pytest.mark.parametrize(("on", "state"), [(0, "consented"), (1, "awaited")])
def test_consents_that_no_longer_hold_are_no_task_done(on: int, state: str) -> None:
    firm = Firm(SUPPLIER, consents=(_consent(1),))
    assert {task.name: task.state for task in tasks(firm, TODAY + timedelta(on))}["money"] == state


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


async def test_a_gap_names_the_anchors_that_may_be_named_and_counts_the_others(portal: Visitors) -> None:
    """Who did not choose to be named, and does not know the firm, is a number."""
    data = EXAMPLES[DiagnosisCompleted.TYPE]
    [gap, *_] = data["result"]["gaps"]
    gaps = [gap | {"question": "T04", "anchors_asking": 2}, gap | {"question": "T05", "anchors_asking": 0}]
    asked, other = EXAMPLES[RequirementPublished.TYPE]["specification"], UUID(int=77)
    await portal.stage.consume(
        example(AnchorJoined),
        example(AnchorJoined, anchor_id=UUID(int=78), name="Otra Armadora"),
        example(RequirementPublished, specification=asked | {"named": True}),
        example(
            RequirementPublished,
            requirement_id=other,
            anchor_id=UUID(int=78),
            specification=asked | {"named": False},
        ),
        example(OfferingAligned, requirements=[_met(REQUIREMENT, ANCHOR), _met(other, UUID(int=78))]),
        example(DiagnosisCompleted, result=data["result"] | {"gaps": gaps}),
    )
    asking = [{"requirement_id": str(id_), "anchor_id": None} for id_ in (REQUIREMENT, other)]
    shown = [gaps[0] | {"asked_by": asking}, gaps[1] | {"asked_by": []}]
    path = f"/diagnoses/{SUPPLIER}/gaps"
    portal.others.answer("diagnosis", path, {"items": shown, "next": None})
    page = await _page(portal, "/my-firm/result")
    assert "<td>Armadora del Norte; 1 unnamed anchor</td>" in page
    assert "<td>The program or the law</td>" in page
    assert "Otra Armadora" not in page
    del portal.others.answers["diagnosis.test", path]
    assert "<td>2 unnamed anchors</td>" in await _page(portal, "/my-firm/result"), "away: the number is known still"


def _met(requirement: UUID, anchor: UUID) -> dict[str, object]:
    [aligned, *_] = example(OfferingAligned).model_dump()["requirements"]
    return aligned | {"requirement_id": requirement, "anchor_id": anchor}


async def test_a_question_that_nobody_evaluated_has_no_level(portal: Visitors) -> None:
    result = example(DiagnosisCompleted).model_dump()["result"]
    gap = result["gaps"][0] | {"anchors_asking": 5}
    unknown = gap | {"question": "T07", "level": 0, "evaluated": False}
    await portal.stage.consume(
        example(DiagnosisCompleted, result=result | {"gaps": [gap | {"level": 0, "evaluated": True}, unknown]})
    )
    page = await _page(portal, "/my-firm/result")
    assert page.count('<td class="number">0</td>') == 1
    assert page.count('<td class="number">Not evaluated</td>') == 1


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


async def test_a_consent_that_another_one_replaced_is_not_given_any_more(portal: Visitors) -> None:
    first = example(ConsentGiven, expires_on=FAR, purposes=["tooling"])
    await portal.stage.consume(first)
    consent = "/my-firm/money/consent"
    assert f'href="{consent}?partner=nafin"' in await _page(portal, "/my-firm/money")
    portal.others.answer("financing", "/partners", {"items": [{"code": "nafin", "name": "Nafin", "active": True}]})
    page = await _page(portal, f"{consent}?partner=nafin")
    assert "You consented to nafin for: Tooling." in page
    assert 'value="tooling" checked' in page
    assert page.count(" checked") == 1 + len(first.model_dump()["data_classes"])
    assert "You consented to" not in await _page(portal, f"{consent}?partner=bajio")
    later = first.model_dump()["given_at"] + timedelta(1)
    another = example(ConsentGiven, consent_id=UUID(int=7), given_at=later, expires_on=FAR, purposes=["export"])
    await portal.stage.consume(another)
    page = await _page(portal, "/my-firm/money")
    assert (page.count(">Given</strong>"), page.count(">Replaced</strong>"), page.count("/revocation")) == (1, 1, 1)


async def test_a_consent_is_over_after_its_last_day(portal: Visitors) -> None:
    await portal.stage.consume(example(ConsentGiven, expires_on=TODAY))
    page = await _page(portal, "/my-firm/money")
    assert (">Expired</strong>" in page, ">Given</strong>" in page) == (True, False)
    assert "/revocation" in page, "what a partner has by it can still be taken back"
    portal.others.answer("financing", "/partners", {"items": []})
    assert "You consented to" not in await _page(portal, "/my-firm/money/consent")


@pytest.mark.parametrize(
    ("answered", "due"), [((), True), (("acknowledged",), True), (("in_review",), False), (("withdrawn",), False)]
)
async def test_a_due_day_is_the_partners_first_one_until_it_said_more(
    portal: Visitors, answered: tuple[str, ...], *, due: bool
) -> None:
    told = [example(ReferralAnswered, state=state, reason=None) for state in answered]
    await portal.stage.consume(example(SupplierRegistered), SENT, *told)
    operator = await portal.signed_in("operator", language="en")
    firm = (await operator.get(f"/firms/{SUPPLIER}")).text
    for page in (firm.partition('<ol class="timeline">')[0], await _page(portal, "/my-firm/money")):
        assert (DUE in page) == due


async def test_a_due_day_is_what_financing_says_now(portal: Visitors) -> None:
    await portal.stage.consume(SENT, example(ReferralAnswered, state="info_requested", reason=None))
    shown = {"id": str(SENT.model_dump()["referral_id"]), "papers": None, "answer_due_at": "2026-05-06T12:00:00Z"}
    portal.others.answer("financing", f"/cases/{SUPPLIER}", {"referrals": [shown]})
    page = await _page(portal, "/my-firm/money")
    assert ("6 May 2026" in page, DUE in page) == (True, False)


async def test_a_consent_is_revoked_as_its_person(portal: Visitors) -> None:
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
