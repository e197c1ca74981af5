"""What a decision gave, and firms as decisions make them."""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from services.development.catalogue import modules, selection_rules
from services.development.domain.candidate import Candidate
from services.development.domain.cohort import Cohort
from services.development.domain.outcome import Outcome
from services.development.domain.plan import Plan
from services.development.domain.selection import places, standing
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


def selected(pool: Iterable[Candidate], round_: Cohort) -> list[tuple[Decision[Candidate], Outcome]]:
    """What a selection decides on each of these, in the order of its list."""
    rules, catalogue = selection_rules(), modules()
    firms = {firm.id: firm for firm in pool if firm.awaits_selection}
    listed = places([standing(firm, round_, rules, catalogue) for firm in firms.values()], round_.capacity)
    return [
        cohorts.place_firm(round_, firms[place.id], place, line, rules, catalogue, given.NOW)
        for line, place in enumerate(listed, 1)
    ]


def chosen(firm: Candidate) -> Decision[Candidate]:
    [(decision, _)] = selected([firm], given.cohort())
    return decision


def with_plan(*questions: str) -> Candidate:
    gaps = tuple(given.gap(question) for question in questions)
    return sure(chosen(given.candidate(result=given.diagnosis(gaps=gaps))))


def plan_of(firm: Candidate) -> Plan:
    assert firm.plan is not None
    return firm.plan


def agreed(*questions: str) -> Candidate:
    """With its mentor, and for each activity the firm's evidence."""
    firm = sure(plans.assign_mentor(with_plan(*questions), given.MENTOR, "operator-1"))
    firm = sure(plans.agree_plan(firm, "firm", given.NOW))
    author = plans.Author("firm", "supplier")
    for activity in plan_of(firm).activities:
        firm = sure(plans.give_evidence(firm, activity.activity_id, given.DELIVERABLE, author, given.NOW))
    return firm


def complete(
    firm: Candidate, activity_id: UUID, mentor: str = given.MENTOR, now: datetime = given.NOW
) -> Decision[Candidate] | Refused:
    return plans.complete_activity(firm, activity_id, given.DELIVERABLE.identity(activity_id), mentor, now)
