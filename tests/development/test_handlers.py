from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import permutations
from typing import get_args
from uuid import UUID

import pytest

from services.development import handlers
from services.development.catalogue import modules, selection_rules
from services.development.domain.candidate import Candidate, Referral
from services.development.domain.reasons import REFUSALS, Refusal
from services.development.domain.requirement import Requirement
from shared.contracts.development import (
    SupplierNotSelected,
    SupplierSelected,
)
from shared.contracts.financing import ReferralAnswered, ReferralLapsed, ReferralSent
from shared.contracts.matching import RequirementChanged, RequirementPublished, Specification
from shared.messaging.decision import Decision, Refused
from tests.development import given
from tests.development.decided import agreed, chosen, code, plan_of, sure, with_plan

REFERRAL = {
    "supplier_id": given.supplier(1),
    "referral_id": UUID(int=0x11),
    "partner": "nafin",
    "product": "factoring",
    "need_id": UUID(int=0x12),
}


# --- what other stages tell


Step = Callable[[Candidate | None], Decision[Candidate]]


def test_whichever_stage_speaks_first_the_row_ends_the_same() -> None:
    steps: tuple[Step, ...] = (
        lambda state: handlers.supplier_described(state, given.profile(), given.NOW),
        lambda state: handlers.match_found(state, given.match_found(8_000), given.NOW),
        lambda state: handlers.diagnosis_completed(state, given.diagnosis_completed("T04"), given.NOW, modules()),
        lambda state: handlers.referral_sent(state, referral_sent(), given.NOW),
    )
    ends = set()
    for order in permutations(steps):
        state: Candidate | None = None
        for step in order:
            state = sure(step(state))
            assert sure(step(state)) == state
        ends.add(state)
    assert len(ends) == 1


def referral_sent() -> ReferralSent:
    return ReferralSent.model_validate(
        REFERRAL | {"shape": "direct", "consent_id": UUID(int=0x13), "answer_due_at": given.LATER}
    )


def test_profile_gives_standing_and_nothing_personal() -> None:
    firm = sure(handlers.supplier_described(None, given.profile(list_69b="presumed"), given.NOW))
    assert firm.standing is not None
    assert firm.standing.list_69b == "presumed"
    assert "AAA010101AAA" not in repr(firm)
    later = sure(handlers.supplier_described(firm, given.changed(tax_opinion="negative"), given.NOW))
    assert later.standing is not None
    assert later.standing.tax_opinion == "negative"


def test_withdrawn_is_for_good() -> None:
    gone = sure(handlers.supplier_withdrawn(None, given.withdrawn(), given.NOW))
    assert gone.withdrawn
    assert sure(handlers.supplier_described(gone, given.profile(), given.NOW)).withdrawn
    assert sure(handlers.supplier_described(gone, given.changed(), given.NOW)).withdrawn


def test_a_match_found_again_has_its_new_score_and_a_lost_one_is_gone() -> None:
    firm = sure(handlers.match_found(None, given.match_found(8_000), given.NOW))
    firm = sure(handlers.match_found(firm, given.match_found(7_500, blocked_by=("A01",)), given.NOW))
    assert [(each.score, each.blocked_by) for each in firm.matches] == [(7_500, ("A01",))]
    assert sure(handlers.match_lost(firm, given.match_lost(), given.NOW)).matches == ()


def test_a_rescore_closes_the_gap_here() -> None:
    firm = sure(handlers.diagnosis_completed(None, given.diagnosis_completed("T04", "A01"), given.NOW, modules()))
    after = sure(handlers.gap_rescored(firm, given.gap_rescored("T04", "A01"), given.NOW, modules()))
    assert after.diagnosis is not None
    assert after.diagnosis.gap_questions == ("A01",)
    assert after.diagnosis.commitment == 2


def test_a_rescore_of_the_commitment_question_is_consumed() -> None:
    first = given.diagnosis_completed("G01", commitment=1)
    firm = sure(handlers.diagnosis_completed(None, first, given.NOW, modules()))
    after = sure(handlers.gap_rescored(firm, given.gap_rescored("G01"), given.NOW, modules()))
    assert after.diagnosis is not None
    assert after.diagnosis.commitment == 3


def test_an_old_version_that_comes_late_changes_nothing() -> None:
    firm = sure(handlers.gap_rescored(None, given.gap_rescored("T04", version=2), given.NOW, modules()))
    assert sure(handlers.diagnosis_completed(firm, given.diagnosis_completed("T04"), given.NOW, modules())) == firm


def test_a_proposed_plan_follows_the_diagnosis() -> None:
    firm = with_plan("T04")
    after = sure(handlers.gap_rescored(firm, given.gap_rescored("T04", "A01", "O03"), given.NOW, modules()))
    assert {activity.module for activity in plan_of(after).activities} == {"M22", "M14"}
    assert plan_of(after).plan_id == plan_of(firm).plan_id


def test_new_gaps_never_alter_an_agreed_plan() -> None:
    firm = agreed("T04")
    after = sure(handlers.diagnosis_completed(firm, given.diagnosis_completed("A01", version=2), given.NOW, modules()))
    assert after.plan == firm.plan
    assert after.diagnosis is not None
    assert after.diagnosis.gap_questions == ("A01",)


def test_state_of_a_referral() -> None:
    answered = ReferralAnswered.model_validate(REFERRAL | {"state": "approved", "answered_at": given.LATER})
    lapsed = ReferralLapsed.model_validate(REFERRAL | {"silent": "partner", "lapsed_at": given.LATER})
    firm = sure(handlers.referral_sent(None, referral_sent(), given.NOW))
    assert firm.referrals == (Referral(UUID(int=0x11), "nafin", "factoring", "sent"),)
    firm = sure(handlers.referral_answered(firm, answered, given.NOW))
    assert sure(handlers.referral_sent(firm, referral_sent(), given.NOW)) == firm
    assert [each.state for each in firm.referrals] == ["approved"]
    assert [each.state for each in sure(handlers.referral_lapsed(firm, lapsed, given.NOW)).referrals] == ["lapsed"]


def test_heading_of_a_requirement() -> None:
    specification = Specification(
        area="P01", title="Soporte estampado", annual_volume=1_000, plant_state="11", open_until=date(2026, 12, 31)
    )
    ids = {"requirement_id": given.requirement(1), "anchor_id": UUID(int=1)}
    published = RequirementPublished.model_validate(ids | {"specification": specification})
    retitled = specification.model_copy(update={"title": "B"})
    new_title = RequirementChanged.model_validate(ids | {"specification": retitled})
    known = sure(handlers.requirement_described(None, published, given.NOW))
    assert known == Requirement(given.requirement(1), "P01", "Soporte estampado")
    assert sure(handlers.requirement_described(known, new_title, given.NOW)).title == "B"


# --- selection


def test_selection_tells_every_firm_its_outcome() -> None:
    pool = [given.candidate(1), given.candidate(2, match=6_000), given.candidate(3, match=9_000)]
    decision = handlers.select_cohort(given.cohort(1), pool, selection_rules(), modules(), given.NOW)
    assert isinstance(decision, handlers.SelectionDecision)
    events = {id_: each.events for id_, each in decision.candidates.items()}
    assert events[given.supplier(3)] == (
        SupplierSelected(
            supplier_id=given.supplier(3),
            cohort_id=given.COHORT_ID,
            rank=1,
            score=8_300,
            reasons=("meets_every_condition",),
            rules="selection-2026-1",
        ),
    )
    assert events[given.supplier(1)] == (
        SupplierNotSelected(
            supplier_id=given.supplier(1),
            cohort_id=given.COHORT_ID,
            rank=2,
            score=7_800,
            reasons=("capacity_full",),
            rules="selection-2026-1",
        ),
    )
    (missed,) = events[given.supplier(2)]
    assert isinstance(missed, SupplierNotSelected)
    assert (missed.rank, missed.reasons) == (None, ("no_match_at_threshold",))


def test_selection_keeps_a_line_of_record_per_firm() -> None:
    pool = [given.candidate(1), given.candidate(2, match=6_000)]
    decision = handlers.select_cohort(given.cohort(), pool, selection_rules(), modules(), given.NOW)
    assert isinstance(decision, handlers.SelectionDecision)
    lines = sorted((sure(each) for each in decision.outcomes.values()), key=lambda line: line.line)
    assert [(line.supplier_id, line.line, line.selected, line.rank) for line in lines] == [
        (given.supplier(1), 1, True, 1),
        (given.supplier(2), 2, False, None),
    ]
    assert (lines[0].best_match, lines[0].readiness, lines[0].closability) == (8_000, 6_000, 10_000)
    assert tuple(lines) == handlers.rank_cohort(given.cohort(), pool, selection_rules(), modules(), given.NOW)


def test_a_selected_firm_has_a_proposed_plan_at_once_and_the_others_keep_their_row() -> None:
    firm = with_plan("T04", "A01")
    assert firm.cohort_id == given.COHORT_ID
    assert (plan_of(firm).status, plan_of(firm).modules) == ("proposed", "modules-22-2026-1")
    missed = given.candidate(match=100)
    assert chosen(missed).state == missed


def test_selecting_twice_is_refused() -> None:
    closed = replace(given.cohort(), status="selected")
    assert isinstance(handlers.select_cohort(closed, [], selection_rules(), modules(), given.NOW), Refused)
    missing = handlers.select_cohort(None, [], selection_rules(), modules(), given.NOW)
    assert isinstance(missing, Refused)
    assert missing.code == "cohort_not_found"


def test_an_override_is_recorded_with_its_reason() -> None:
    word = given.override(1, "in")
    assert sure(handlers.override(given.cohort(), given.candidate(), word)).overrides == (word,)


def test_overrides_that_could_have_no_effect_are_refused() -> None:
    word = given.override(1, "in")
    placed = replace(given.candidate(), cohort_id=UUID(int=1))
    assert code(handlers.override(None, given.candidate(), word)) == "cohort_not_found"
    assert code(handlers.override(given.cohort(), None, word)) == "candidate_not_found"
    assert code(handlers.override(given.cohort(), given.candidate(result=None), word)) == "candidate_not_diagnosed"
    assert code(handlers.override(given.cohort(), placed, word)) == "candidate_already_selected"


def test_taking_an_override_back() -> None:
    cohort = given.cohort(55, given.override(1, "in"))
    assert sure(handlers.take_back_override(cohort, given.supplier(1))) == given.cohort()
    assert code(handlers.take_back_override(given.cohort(), given.supplier(1))) == "override_not_found"
    assert code(handlers.take_back_override(None, given.supplier(1))) == "cohort_not_found"


@pytest.mark.parametrize("reason", get_args(Refusal))
def test_every_refusal_says_what_to_do(reason: Refusal) -> None:
    kind, detail = REFUSALS[reason]
    assert kind in ("not_found", "conflict")
    assert detail.endswith(".")
