"""A firm's appeal against what a selection said of it."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.development.domain import appeal as appeals
from services.development.domain import cohort as cohorts
from services.development.domain.appeal import Answer, Appeal, appeal_id
from services.development.domain.candidate import Candidate
from services.development.domain.cohort import Cohort, Override
from services.development.domain.conditions import exclusions
from services.development.domain.outcome import Outcome
from services.development.domain.reasons import Refusal
from services.development.domain.selection import Basis
from services.development.domain.waiting_list import WaitingList
from services.development.handlers.refusal import over_budget, refused
from shared.messaging.decision import Decision, Refused

Decided = tuple[Decision[Appeal], Decision[Cohort], Outcome]
"""What becomes of an appeal, of its cohort, and of the firm's record in the cohort's list."""


def make_appeal(
    cohort: Cohort | None, said: Outcome | None, before: Appeal | None, reason: str, by: str, now: datetime
) -> Decision[Appeal] | Refused:
    """A firm without a place says why it should have one, while it may."""
    if cohort is None or said is None:
        return refused("outcome_not_found")
    if said.selected:
        return refused("candidate_already_selected")
    if not cohorts.appeals(cohort, now):
        return refused("appeal_too_late")
    return _decided(appeals.made(before, _made(cohort.id, said.supplier_id, reason, by, now)))


def withdraw_appeal(appeal: Appeal | None) -> Decision[Appeal] | Refused:
    """The firm takes it back."""
    return _decided(appeals.withdrawn(appeal))


def decide_appeal(
    cohort: Cohort | None,
    candidate: Candidate | None,
    said: Outcome | None,
    appeal: Appeal | None,
    answer: Answer,
    line: WaitingList,
    basis: Basis,
) -> Decided | Refused:
    """The program answers. An appeal that is upheld puts the firm in: an override with its history, and the next place.

    Refused where it cannot have one: it has a place, is left out whatever anybody says, or costs more than is left of
    the budget beside `line`.
    """
    if cohort is None or candidate is None or said is None:
        return refused("outcome_not_found")
    decided = appeals.decided(appeal, answer)
    if not isinstance(decided, Appeal):
        return refused(decided)
    if not cohorts.may_decide(cohort, candidate.id, answer.by):
        return refused("same_person")
    if answer.verdict == "rejected":
        return Decision(decided), Decision(cohort), said
    if excluded := exclusions(candidate, cohort):
        why: list[dict[str, object]] = [{"code": each, "params": {}} for each in excluded]
        return Refused("conflict", "candidate_excluded", params={"why": why})
    if said.selected or candidate.diagnosis is None or not candidate.awaits_selection:
        return refused("candidate_already_selected")
    if not line.pays(more := basis.cost_of(candidate.diagnosis)):
        return over_budget(more, line)
    word = Override(candidate.id, "in", answer.text, answer.by, answer.at)
    put_in = cohorts.with_upheld(cohort, word, len(line.holders) + len(line.upheld))
    told = replace(said, reasons=("appeal_upheld", *said.reasons), decided_at=answer.at)
    return Decision(decided), Decision(put_in), told


def _made(cohort_id: UUID, supplier_id: UUID, reason: str, by: str, now: datetime) -> Appeal:
    return Appeal(appeal_id(cohort_id, supplier_id), cohort_id, supplier_id, reason, by, now)


def _decided(appeal: Appeal | Refusal) -> Decision[Appeal] | Refused:
    return Decision(appeal) if isinstance(appeal, Appeal) else refused(appeal)
