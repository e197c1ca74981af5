"""Decisions about how a firm delivers: an anchor reports it by the month, the firm answers, and its profile follows."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.matching.domain import performance
from services.matching.domain.answers import Answers
from services.matching.domain.calendar import month_of
from services.matching.domain.match import match_id as match_id_of
from services.matching.domain.performance import Figures, Reply, Report, Retraction
from services.matching.domain.rematch import Offering
from services.matching.domain.rules import Rules
from services.matching.handlers.offerings import decided, next_expiry
from services.matching.handlers.refusal import refused
from shared.contracts.event import EventData
from shared.contracts.matching import PerformanceAnswered, PerformanceReported, PerformanceRetracted
from shared.days import day_of
from shared.messaging.decision import Decision, Refused, unchanged

Outcome = Decision[Offering] | Refused


def report(
    state: Offering | None, match_id: UUID, month: date, figures: Figures, by: str, now: datetime, rules: Rules
) -> Outcome:
    """An anchor reports a month in which it bought, once it is over; other figures of it replace those before."""
    answers = state.answered(match_id) if state else None
    if state is None or answers is None:
        return refused("match_unknown")
    told = f"{month:%Y-%m}"
    if month >= month_of(day_of(now)):
        return refused("month_not_over", date=told)
    bought = answers.bought_in(month)
    if bought is None:
        return refused("month_not_bought", date=told)
    if not figures.delivered:
        return refused("nothing_delivered", date=told)
    if figures.delivered > bought.annual_volume:
        return refused("report_volume", delivered=figures.delivered, most=bought.annual_volume)
    given = Report(answers.requirement_id, answers.anchor_id, month, figures, by, now)
    after = performance.tell(state.performance, given)
    if isinstance(after, str):
        return refused(after, most=performance.MOST_TELLINGS)
    if after == state.performance:
        return unchanged(state)
    corrected = any(each.about == given.about for each in state.performance)
    event = PerformanceReported(
        **_about(state, answers, month),
        ppm=figures.ppm,
        otif_bp=figures.otif_bp,
        delivered=figures.delivered,
        reported_at=now,
        corrected=corrected,
    )
    return reckoned(replace(state, performance=after), now, rules, event)


def retract(
    state: Offering | None, match_id: UUID, month: date, retraction: Retraction, now: datetime, rules: Rules
) -> Outcome:
    """The anchor takes back what it reported of a month, also after the award ended: no figure of it counts."""
    answers = state.answered(match_id) if state else None
    if state is None or answers is None:
        return refused("match_unknown")
    after = performance.retract(state.performance, (answers.requirement_id, month), retraction)
    if isinstance(after, str):
        return refused(after)
    if after == state.performance:
        return unchanged(state)
    event = PerformanceRetracted(**_about(state, answers, month), reason=retraction.reason, retracted_at=now)
    return reckoned(replace(state, performance=after), now, rules, event)


def answer(state: Offering | None, match_id: UUID, month: date, reply: Reply, now: datetime) -> Outcome:
    """The firm accepts or contests what was reported of a month. No figure changes by it."""
    answers = state.answered(match_id) if state else None
    if state is None or answers is None:
        return refused("match_unknown")
    after = performance.answer(state.performance, (answers.requirement_id, month), reply)
    if isinstance(after, str):
        return refused(after, most=performance.MOST_TELLINGS)
    if after == state.performance:
        return unchanged(state)
    event = PerformanceAnswered(
        **_about(state, answers, month), answer=reply.verdict, reason=reply.reason, answered_at=now
    )
    return Decision(replace(state, performance=after), (event,))


def reckoned(offering: Offering, now: datetime, rules: Rules, *events: EventData) -> Decision[Offering]:
    """Tell these, and judge the firm anew where what was measured of it is another than before."""
    after = offering.reckoned(rules)
    if after == offering:
        return Decision(after, events)
    return replace(decided(after, "judged", next_expiry(after, now, rules)), events=events)


def _about(offering: Offering, answers: Answers, month: date) -> dict[str, Any]:
    return {
        "supplier_id": offering.id,
        "match_id": match_id_of(offering.id, answers.requirement_id),
        "requirement_id": answers.requirement_id,
        "anchor_id": answers.anchor_id,
        "area": answers.area,
        "month": f"{month:%Y-%m}",
    }
