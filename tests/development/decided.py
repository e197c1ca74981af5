"""What a decision gave, and firms as decisions make them."""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from services.development.domain.candidate import Candidate
from services.development.domain.cohort import Cohort
from services.development.domain.outcome import Outcome
from services.development.domain.plan import Plan, agree
from services.development.domain.selection import Basis, Place, places, standing
from services.development.handlers import cohorts, plans
from services.development.solver.asked import asked
from services.development.solver.child import answer
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
    firms = {firm.id: firm for firm in pool if firm.awaits_selection}
    return [
        cohorts.place_firm(round_, firms[place.id], place, line, given.BASIS, given.NOW)
        for line, place in enumerate(listed(firms.values(), round_, reasons=True), 1)
    ]


def listed(
    firms: Iterable[Candidate], round_: Cohort, basis: Basis = given.BASIS, *, reasons: bool = False
) -> list[Place]:
    """The best cohort among these, solved for in this process."""
    standings = [standing(firm, round_, basis) for firm in firms]
    contending = [each.contender for each in standings if each.contender is not None]
    found = answer(asked(round_.limits, contending, reasons=reasons))
    return places(standings, found.chosen, found.reasons)


def chosen(firm: Candidate) -> Decision[Candidate]:
    [(decision, _)] = selected([firm], given.cohort())
    return decision


def with_plan(*questions: str) -> Candidate:
    gaps = tuple(given.gap(question) for question in questions)
    return sure(chosen(given.candidate(result=given.diagnosis(gaps=gaps))))


def plan_of(firm: Candidate) -> Plan:
    assert firm.plan is not None
    return firm.plan


def both_agree(plan: Plan, at: datetime = given.NOW) -> Plan:
    """The firm, then its mentor for the program."""
    for by, role in (("firm", "supplier"), (given.MENTOR, "mentor")):
        after = agree(plan, by, role, at)  # type: ignore[arg-type]
        assert isinstance(after, Plan), after
        plan = after
    return plan


def agreed(*questions: str) -> Candidate:
    """With its mentor, and for each activity the firm's evidence."""
    firm = sure(plans.assign_mentor(with_plan(*questions), given.MENTOR, "operator-1", given.NOW))
    author = plans.Author("firm", "supplier")
    for each in (author, plans.Author(given.MENTOR, "mentor")):
        firm = sure(plans.agree_plan(firm, each, given.NOW))
    for activity in plan_of(firm).activities:
        firm = sure(plans.give_evidence(firm, activity.activity_id, given.DELIVERABLE, author, given.NOW))
    return firm


def complete(
    firm: Candidate, activity_id: UUID, mentor: str = given.MENTOR, now: datetime = given.NOW
) -> Decision[Candidate] | Refused:
    return plans.complete_activity(firm, activity_id, given.DELIVERABLE.identity(activity_id), mentor, now)
