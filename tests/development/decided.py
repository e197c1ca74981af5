"""What a decision gave, and firms as decisions make them."""

from typing import TypeVar

from services.development.catalogue import modules, selection_rules
from services.development.domain.candidate import Candidate
from services.development.domain.plan import Evidence, Plan
from services.development.handlers import cohorts, plans
from shared.messaging.decision import Decision, Refused
from tests.development import given

S = TypeVar("S")
EVIDENCE = Evidence("document", "PPAP simulado", "EXP-7")


def sure(outcome: Decision[S] | Refused) -> S:
    assert isinstance(outcome, Decision), outcome
    assert outcome.state is not None
    return outcome.state


def code(outcome: Decision[S] | Refused) -> str:
    assert isinstance(outcome, Refused)
    return outcome.code


def chosen(firm: Candidate) -> Decision[Candidate]:
    decision = cohorts.select_cohort(given.cohort(), [firm], selection_rules(), modules(), given.NOW)
    assert isinstance(decision, cohorts.SelectionDecision)
    return decision.candidates[firm.id]


def with_plan(*questions: str) -> Candidate:
    gaps = tuple(given.gap(question) for question in questions)
    return sure(chosen(given.candidate(result=given.diagnosis(gaps=gaps))))


def plan_of(firm: Candidate) -> Plan:
    assert firm.plan is not None
    return firm.plan


def agreed(*questions: str) -> Candidate:
    return sure(plans.agree_plan(with_plan(*questions), given.NOW))
