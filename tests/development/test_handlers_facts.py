from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import permutations
from uuid import UUID

from services.development.catalogue import modules
from services.development.domain.candidate import Candidate, PastPlan, Referral, refused
from services.development.domain.requirement import Requirement
from services.development.handlers import facts
from shared.contracts.financing import ConsentRevoked, ReferralAnswered, ReferralLapsed, ReferralSent
from shared.contracts.matching import RequirementChanged, RequirementPublished, Specification
from shared.messaging.decision import Decision
from tests.development import given
from tests.development.decided import agreed, complete, plan_of, sure, with_plan

REFERRAL = {
    "supplier_id": given.supplier(1),
    "referral_id": UUID(int=0x11),
    "partner": "nafin",
    "product": "factoring",
    "need_id": UUID(int=0x12),
}


Step = Callable[[Candidate | None], Decision[Candidate]]


def test_whichever_stage_speaks_first_the_row_ends_the_same() -> None:
    steps: tuple[Step, ...] = (
        lambda state: facts.supplier_described(state, given.profile(), given.NOW),
        lambda state: facts.match_found(state, given.match_found(8_000), given.NOW),
        lambda state: facts.diagnosis_completed(state, given.diagnosis_completed("T04"), given.NOW, modules()),
        lambda state: facts.referral_sent(state, referral_sent(), given.NOW),
    )
    ends: list[Candidate | None] = []
    for order in permutations(steps):
        state: Candidate | None = None
        for step in order:
            state = sure(step(state))
            assert sure(step(state)) == state
        ends.append(state)
    assert all(end == ends[0] for end in ends)


def test_what_an_assessor_returned_and_scores_on_after_all_is_accepted() -> None:
    """Seen: the diagnosis had it accepted and the plan went on telling the firm to mend it."""
    firm = agreed("T04")
    (activity,) = plan_of(firm).activities
    (evidence,) = activity.evidence
    firm = sure(complete(firm, activity.activity_id))
    firm = sure(facts.evidence_returned(firm, given.evidence_returned("T04", evidence.evidence_id), given.NOW))
    scored = given.gap_rescored("T04", evidence_id=evidence.evidence_id)
    decision = facts.gap_rescored(firm, scored, given.NOW, modules())
    (activity,) = plan_of(sure(decision)).activities
    (evidence,) = activity.evidence
    assert (evidence.standing, evidence.returned_by_assessor, activity.completion) == ("accepted", False, None)
    assert evidence.verdicts[-1].at == scored.rescored_at
    assert sure(facts.gap_rescored(sure(decision), scored, given.NOW, modules())) == sure(decision)
    done = sure(complete(sure(decision), activity.activity_id, now=given.LATER))
    assert plan_of(done).activities[0].completion is not None


def test_a_score_says_nothing_of_evidence_that_a_mentor_has_still_to_look_at() -> None:
    firm = agreed("T04")
    (activity,) = plan_of(firm).activities
    scored = given.gap_rescored("T04", "T04", evidence_id=activity.evidence[0].evidence_id)
    (after,) = plan_of(sure(facts.gap_rescored(firm, scored, given.NOW, modules()))).activities
    assert after.evidence == activity.evidence


def referral_sent() -> ReferralSent:
    return ReferralSent.model_validate(
        REFERRAL | {"shape": "direct", "consent_id": UUID(int=0x13), "answer_due_at": given.LATER}
    )


def test_profile_gives_standing_and_nothing_personal() -> None:
    firm = sure(facts.supplier_described(None, given.profile(list_69b="presumed"), given.NOW))
    assert firm.standing is not None
    assert firm.standing.list_69b == "presumed"
    assert "AAA010101AAA" not in repr(firm)
    later = sure(facts.supplier_described(firm, given.changed(tax_opinion="negative"), given.NOW))
    assert later.standing is not None
    assert later.standing.tax_opinion == "negative"


def test_withdrawn_is_for_good() -> None:
    gone = sure(facts.supplier_withdrawn(None, given.withdrawn(), given.NOW))
    assert gone.withdrawn
    assert sure(facts.supplier_described(gone, given.profile(), given.NOW)).withdrawn
    assert sure(facts.supplier_described(gone, given.changed(), given.NOW)).withdrawn


def test_a_match_found_again_has_its_new_score_and_a_lost_one_is_gone() -> None:
    firm = sure(facts.match_found(None, given.match_found(8_000), given.NOW))
    firm = sure(facts.match_found(firm, given.match_found(7_500, blocked_by=("A01",)), given.NOW))
    assert [(each.score, each.blocked_by) for each in firm.matches] == [(7_500, ("A01",))]
    assert sure(facts.match_lost(firm, given.match_lost(), given.NOW)).matches == ()


def test_a_match_that_its_anchor_declined_is_not_the_best_one() -> None:
    firm = sure(facts.match_found(None, given.match_found(9_000), given.NOW))
    firm = sure(facts.match_found(firm, given.match_found(7_000, at=2), given.NOW))
    declined = sure(facts.match_answered(firm, given.match_answered("declined"), given.NOW))
    assert declined.best_match is not None
    assert declined.best_match.score == 7_000
    assert sure(facts.match_lost(declined, given.match_lost(at=2), given.NOW)).best_match is None
    taken_back = sure(facts.match_answered(declined, given.match_answered("shortlisted"), given.NOW))
    assert taken_back.best_match is not None
    assert taken_back.best_match.score == 9_000
    again = given.match_found(8_000).model_copy(update={"standing": "declined"})
    assert sure(facts.match_found(None, again, given.NOW)).best_match is None
    assert sure(facts.match_answered(None, given.match_answered("declined"), given.NOW)).matches == ()


def test_a_rescore_closes_the_gap_here() -> None:
    firm = sure(facts.diagnosis_completed(None, given.diagnosis_completed("T04", "A01"), given.NOW, modules()))
    after = sure(facts.gap_rescored(firm, given.gap_rescored("T04", "A01"), given.NOW, modules()))
    assert after.diagnosis is not None
    assert after.diagnosis.gap_questions == ("A01",)
    assert after.diagnosis.commitment == 2


def test_a_rescore_of_the_commitment_question_is_consumed() -> None:
    first = given.diagnosis_completed("G01", commitment=1)
    firm = sure(facts.diagnosis_completed(None, first, given.NOW, modules()))
    after = sure(facts.gap_rescored(firm, given.gap_rescored("G01"), given.NOW, modules()))
    assert after.diagnosis is not None
    assert after.diagnosis.commitment == 3


def test_an_old_version_that_comes_late_changes_nothing() -> None:
    firm = sure(facts.gap_rescored(None, given.gap_rescored("T04", version=2), given.NOW, modules()))
    assert sure(facts.diagnosis_completed(firm, given.diagnosis_completed("T04"), given.NOW, modules())) == firm


def test_a_proposed_plan_follows_the_diagnosis() -> None:
    firm = with_plan("T04")
    after = sure(facts.gap_rescored(firm, given.gap_rescored("T04", "A01", "O03"), given.NOW, modules()))
    assert {activity.module for activity in plan_of(after).activities} == {"M22", "M14"}
    assert plan_of(after).plan_id == plan_of(firm).plan_id


def test_new_gaps_are_proposed_to_an_agreed_plan_and_alter_nothing_by_themselves() -> None:
    firm = agreed("T04")
    more = given.diagnosis_completed("T04", "A01", version=2)
    after = sure(facts.diagnosis_completed(firm, more, given.NOW, modules()))
    assert after.plan is not None
    assert after.plan.revision is not None
    assert replace(after.plan, revision=None, changes=()) == replace(plan_of(firm), changes=())
    assert [each.what for each in after.plan.changes][-2:] == ["in_force", "revision_proposed"]
    assert after.diagnosis is not None
    assert after.diagnosis.gap_questions == ("T04", "A01")


def test_state_of_a_referral() -> None:
    answered = ReferralAnswered.model_validate(REFERRAL | {"state": "approved", "answered_at": given.LATER})
    lapsed = ReferralLapsed.model_validate(REFERRAL | {"silent": "partner", "lapsed_at": given.LATER})
    firm = sure(facts.referral_sent(None, referral_sent(), given.NOW))
    assert firm.referrals == (Referral(UUID(int=0x11), "nafin", "factoring", "sent"),)
    firm = sure(facts.referral_answered(firm, answered, given.NOW))
    assert sure(facts.referral_sent(firm, referral_sent(), given.NOW)) == firm
    assert [each.state for each in firm.referrals] == ["approved"]
    firm = sure(facts.referral_lapsed(firm, lapsed, given.NOW))
    assert [each.state for each in firm.referrals] == ["lapsed"]
    # Its answer had arrived in time, and was taken later.
    firm = sure(facts.referral_answered(firm, answered, given.NOW))
    assert [each.state for each in firm.referrals] == ["approved"]


def test_what_a_refusal_points_back_to_is_kept_while_the_firm_s_consent_holds() -> None:
    declined = REFERRAL | {
        "state": "declined",
        "reason": "low_liquidity",
        "questions": ["F02"],
        "answered_at": given.LATER,
    }
    untold = sure(facts.referral_answered(None, ReferralAnswered.model_validate(declined), given.NOW))
    assert refused(untold) == (), "the firm did not agree to it"
    told = ReferralAnswered.model_validate(declined | {"for_plan": ["F02"]})
    firm = sure(facts.referral_answered(None, told, given.NOW))
    assert refused(firm) == ("F02",)
    revoked = {"supplier_id": firm.id, "consent_id": UUID(int=0x12), "revoked_at": given.LATER}
    other = sure(
        facts.consent_revoked(firm, ConsentRevoked.model_validate(revoked | {"partner": "cluster"}), given.NOW)
    )
    assert refused(other) == ("F02",)
    told_back = ConsentRevoked.model_validate(revoked | {"partner": "nafin"})
    gone = sure(facts.consent_revoked(firm, told_back, given.NOW))
    assert (refused(gone), gone.referrals[0].state) == ((), "declined")
    past = replace(
        firm,
        past_plans=(PastPlan(UUID(int=1), plan_of(agreed()), "another_cohort", "", given.NOW, (), firm.referrals),),
    )
    erased = sure(
        facts.referral_answered(past, ReferralAnswered.model_validate(declined | {"reason": None}), given.NOW)
    )
    assert [each.questions for each in (*erased.referrals, *erased.past_plans[0].referrals)] == [(), ()]


def test_heading_of_a_requirement() -> None:
    specification = Specification(
        area="P01", title="Soporte estampado", annual_volume=1_000, plant_state="11", open_until=date(2026, 12, 31)
    )
    ids = {"requirement_id": given.requirement(1), "anchor_id": UUID(int=1)}
    published = RequirementPublished.model_validate(ids | {"specification": specification})
    retitled = specification.model_copy(update={"title": "B"})
    new_title = RequirementChanged.model_validate(ids | {"specification": retitled})
    known = sure(facts.requirement_described(None, published, given.NOW))
    assert known == Requirement(given.requirement(1), "P01", "Soporte estampado", UUID(int=1))
    assert sure(facts.requirement_described(known, new_title, given.NOW)).title == "B"
