"""What a decision gave, and firms as decisions make them."""

from datetime import datetime
from typing import TypeVar
from uuid import UUID

from services.development.catalogue import modules, selection_rules
from services.development.domain.candidate import Candidate
from services.development.domain.plan import Plan
from services.development.handlers import cohorts, plans
from shared.messaging.decision import Decision, Refused
from tests.development import given

S = TypeVar("S")


def sure(outcome: Decision[S] | Refused) -> S:
    assert isinstance(outcome, Decision), outcome
    assert outcome.state is not None
    return outcome.state


def code(outcome: Decision[S] | Refused) -> str:
    assert isinstance(outcome, Refused)
    return outcome.code


def chosen(firm: Candidate) -> Decision[Candidate]:
    decision = cohorts.select_cohort(given.cohort(), given.REVIEWER, [firm], selection_rules(), modules(), given.NOW)
    assert isinstance(decision, cohorts.SelectionDecision)
    return decision.candidates[firm.id]


def with_plan(*questions: str) -> Candidate:
    gaps = tuple(given.gap(question) for question in questions)
    return sure(chosen(given.candidate(result=given.diagnosis(gaps=gaps))))


def plan_of(firm: Candidate) -> Plan:
    assert firm.plan is not None
    return firm.plan


def agreed(*questions: str) -> Candidate:
    """With its mentor, and for each activity the firm's evidence."""
    firm = sure(plans.assign_mentor(with_plan(*questions), given.MENTOR, "operator-1"))
    firm = sure(plans.agree_plan(firm, given.NOW))
    author = plans.Author("firm", "supplier")
    for activity in plan_of(firm).activities:
        firm = sure(plans.give_evidence(firm, activity.activity_id, given.DELIVERABLE, author, given.NOW))
    return firm


def complete(
    firm: Candidate, activity_id: UUID, mentor: str = given.MENTOR, now: datetime = given.NOW
) -> Decision[Candidate] | Refused:
    return plans.complete_activity(firm, activity_id, given.DELIVERABLE.identity(activity_id), mentor, now)
