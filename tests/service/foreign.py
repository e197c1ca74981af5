"""What belongs to somebody: a firm and an anchor in each service's store, and who is assigned to the firm."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.registration.domain.introduction import IN_FORCE, digest
from services.registration.handlers.prospects import bring
from services.registration.store.prospects import prospects
from shared.days import day_of
from shared.runtime.clock import now
from shared.service.callers import Role
from shared.testing.stage import StageUnderTest
from tests.development import calls as developing
from tests.diagnosis.builders import SUPPLIER as DIAGNOSED
from tests.diagnosis.builders import levels_at, sheet
from tests.diagnosis.calls import answered
from tests.diagnosis.test_handlers import aligned
from tests.financing import calls as financing
from tests.financing.given import SUPPLIER as REFERRED
from tests.matching import test_api as matching
from tests.matching import test_api_meetings as meeting
from tests.matching.given import ANCHOR, SUPPLIER
from tests.registration.bodies_given import BODY, registered
from tests.registration.given import DOUBTFUL_RFC, OTHER_RFC
from tests.registration.test_prospect import ENTRY


@dataclass(frozen=True)
class Foreign:
    """Ids by the parameter that names them in a path; bodies and queries by the name of their route."""

    ids: Mapping[str, str]
    bodies: Mapping[str, Any] = field(default_factory=dict)
    queries: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


async def _registration(stage: StageUnderTest) -> Foreign:
    receipt = await registered(stage, rfc=DOUBTFUL_RFC)
    twin = await registered(stage, rfc=OTHER_RFC)
    await stage.tick()
    [pair] = await stage.rows("SELECT id FROM twins")
    anchor = {"code": "A01", "name": "Armadora Ejemplo", "states": ["22"]}
    joined = await stage.client.post("/anchors", json=anchor, headers=stage.headers(Role.OPERATOR))
    prospect = bring(None, ENTRY, now())
    async with stage.database.transaction() as connection:
        await prospects.save_many(connection, [prospect], ())
    text, own = {"text_sha256": digest(IN_FORCE.shown(None, "es"))}, {"supplier_id": receipt["id"]}
    path = f"/suppliers/{receipt['id']}/introductions"
    consent = await stage.client.post(path, json=text, headers=stage.headers(Role.SUPPLIER, **own))
    wanted = {"arco_right": "access", "wanted": "Todo lo que tienen"}
    path = f"/suppliers/{receipt['id']}/arco-requests"
    request = await stage.client.post(path, json=wanted, headers=stage.headers(Role.SUPPLIER, **own))
    return Foreign(
        own
        | {"day": "2199-12-30", "anchor_id": joined.json()["id"], "consent_id": consent.json()["id"]}
        | {"request_id": request.json()["id"]}
        | {"prospect_id": str(prospect.id), "twins_id": str(pair["id"])},
        {
            "invite_prospect": {"channel": "letter"},
            "decline_prospect": {},
            "reopen_prospect": {},
            "link_prospect": {"supplier_id": receipt["id"], "same": False},
            "search_suppliers": {"rfc": DOUBTFUL_RFC},
            "change_supplier": BODY | {"rfc": DOUBTFUL_RFC},
            "release_supplier": {"reasons": ["rfc_check_digit"]},
            "settle_dispute": {"upheld": True},
            "merge_twins": {"remains": twin["id"]},
            "invite_person": {"email": "colega@ejemplo.mx"},
            "accept_invitation": {"code": "x" * 32},
            "withdraw_supplier": {"reason": "own_decision"},
            "join_anchor": anchor,
            "leave_anchor": {"reason": "own_decision"},
            "tell_profiles": {"reason": "Versión nueva"},
            "consent_to_introduction": text,
            "ask_arco": wanted,
            "extend_arco": {"reason": "Hay que reunirlo de tres archivos"},
            "complete_arco": {},
            "answer_arco": {"outcome": "granted", "answer": "Está en su archivo"},
        },
    )


async def _matching(stage: StageUnderTest) -> Foreign:
    requirement, match = await matching.matched(stage)
    buyer = stage.headers(Role.ANCHOR, anchor_id=ANCHOR)
    plan = meeting.PLAN | {"anchors": [str(ANCHOR)]}
    day = (await stage.client.post("/meeting-days", json=plan, headers=buyer)).json()["id"]
    booking = {"supplier_id": str(SUPPLIER), "anchor_id": str(ANCHOR), "starts_at": meeting.PLAN["starts_at"]}
    booked = await stage.client.post(f"/meeting-days/{day}/meetings", json=booking, headers=buyer)
    return Foreign(
        {"supplier_id": str(SUPPLIER), "anchor_id": str(ANCHOR), "requirement_id": requirement, "match_id": match}
        | {"day_id": day, "meeting_id": booked.json()["id"], "month": "2025-02"},
        {
            "publish_requirement": {"anchor_id": str(ANCHOR), "specification": matching.SPECIFICATION},
            "change_requirement": matching.SPECIFICATION,
            "answer_match": {"answer": "shortlisted"},
            "award_match": matching.AWARD,
            "correct_award": matching.AWARD | {"reason": "mistyped"},
            "end_award": {"reason": "completed"},
            "report_performance": {"ppm": 9, "otif_bp": 9_900, "delivered": 1},
            "retract_performance": {"reason": "mistyped"},
            "answer_performance": {"answer": "accepted"},
            "close_requirement": {"reason": "filled"},
            "reopen_requirement": {},
            "name_requirement": {"reference": "A-1"},
            "waive_gate": {"gate": "qms", "reason": "Falta", "plan": "Plan", "until": "2090-01-01"},
            "tell_alignments": {"reason": "Versión nueva"},
            "plan_meeting_day": plan,
            "change_meeting_day": plan,
            "book_meeting": booking,
            "cancel_meeting": {"reason": "other"},
            "record_outcome": {"outcome": "did_not_come"},
        },
        {"list_requirements": {"anchor_id": str(ANCHOR)}},
    )


async def _diagnosis(stage: StageUnderTest) -> Foreign:
    await stage.consume(aligned())
    await answered(stage, A01=0)
    sheets = dict.fromkeys(
        ("submit_self_assessment", "record_assessment", "validate_diagnosis"), sheet(levels_at(4, A01=1))
    )
    rescore = {"question": "A01", "level": 3, "note": "visto", "seen_on": day_of(now()).isoformat(), "record": "acta 4"}
    bodies = {
        "rescore_question": rescore,
        "assign_people": {"assessor": "assessor-1", "validator": "expert-1"},
        "answer_question": {"level": 2},
        "note_seen": {"level": 2},
        "return_assessment": {"reason": "T01 no se vio en planta"},
        "reopen_diagnosis": {"reason": "Visita de un año"},
        "measure_all": {"reason": "Reglas nuevas"},
        "assign_calibrators": {"second": "assessor-2", "lead": None},
        "reconcile_assessments": {"levels": {}, "reason": "Lo vi en planta"},
        "waive_second": {"reason": "Nadie más puede ir"},
    }
    return Foreign({"supplier_id": str(DIAGNOSED), "question": "T01"}, sheets | bodies)


async def _development(stage: StageUnderTest) -> Foreign:
    firm = await developing.ready(stage, 1, 9_000, "T04")
    await developing.post(stage, f"/cohorts/{await developing.open_cohort(stage)}/selection")
    plan = await developing.agree(stage, firm)
    activity = plan["activities"][0]["activity_id"]
    path = f"/plans/{firm}/activities/{activity}/evidence"
    shown = await developing.post(stage, path, Role.SUPPLIER, developing.DELIVERABLE, supplier_id=firm)
    evidence = shown["activities"][0]["evidence"][0]["evidence_id"]
    return Foreign(
        {
            "supplier_id": str(firm),
            "activity_id": activity,
            "evidence_id": evidence,
            "cohort_id": await developing.open_cohort(stage),
            "number": "1",
        },
        {
            "open_cohort": {"name": "Generación 2027"},
            "change_cohort": {"name": "Generación 2028"},
            "override_selection": {"supplier_id": str(firm), "direction": "out", "reason": "Cambió de dueño"},
            "assign_mentor": {"mentor": "mentor-1"},
            "give_evidence": developing.DELIVERABLE,
            "complete_activity": {"evidence_id": evidence},
            "return_evidence": {"reason": "Es de otra planta"},
            "propose_removal": {"reason": "Ya se hizo con otro cliente"},
            "plan_calendar": {
                "starts_on": "2027-01-11",
                "training_hours": 40,
                "mentoring_hours": 40,
                "consultancy_hours": 40,
            },
            "note_attendance": {"came": True},
            "put_off_activity": {"until": "2027-03-01", "reason": "Paro de planta"},
            "propose_drop_out": {"reason": "Cambió de giro"},
            "drop_out_firm": {"reason": "Cambió de giro"},
            "reinstate_firm": {"supplier_id": str(firm), "reason": "Fue un error"},
            "appeal_outcome": {"reason": "La tractora ya nos visitó"},
            "decide_appeal": {"verdict": "rejected", "answer": "No llega al umbral"},
        },
    )


async def _financing(stage: StageUnderTest) -> Foreign:
    referral = await financing.sent(stage)
    case = await financing.ok(stage, "GET", f"/cases/{REFERRED}")
    return Foreign(
        {
            "supplier_id": str(REFERRED),
            "referral_id": referral["id"],
            "consent_id": case["consents"][0]["id"],
            "partner": "nafin",
            "code": "nafin",
        },
        {
            "give_consent": await financing.consent_body(stage),
            "confirm_identity": {"rfc": "TME840315KT6", "legal_name": "Troqueles Inventados, S.A."},
            "send_referral": await financing.referral_body(stage),
            "record_authorisation": {
                "lender": "Banco Inventado",
                "folio": "AUT-17",
                "given_on": "2026-01-01",
                "expires_on": "2027-01-01",
            },
            "put_partner": {"name": "Nacional Financiera", "kind": "development_bank", "sla_days": 20, "active": True},
            "put_product": financing.PRODUCT,
            "answer_at_desk": {"act": "acknowledge"},
        },
        {"show_consent_text": {"purpose": "certification", "data_class": "need"}},
    )


FOREIGN: Mapping[str, Callable[[StageUnderTest], Awaitable[Foreign]]] = {
    "registration": _registration,
    "matching": _matching,
    "diagnosis": _diagnosis,
    "development": _development,
    "financing": _financing,
}
