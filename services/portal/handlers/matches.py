"""What matching says of a firm's matches, merged into what people see of it. No event follows."""

from dataclasses import replace
from datetime import datetime

from services.portal.domain import firm as firms
from services.portal.domain.firm import Criterion, Firm, Match
from services.portal.handlers.firms import known
from shared.contracts.event import Money
from shared.contracts.matching import (
    ContractAwarded,
    ContractEnded,
    MatchAnswered,
    MatchEvent,
    MatchFound,
    MatchLost,
)
from shared.messaging.decision import Decision


def match_found(state: Firm | None, event: MatchFound, arrived_at: datetime, _: datetime, __: None) -> Decision[Firm]:
    firm = known(state, event.supplier_id)
    before = _match(firm, event)
    same = event.standing == before.standing
    criteria = tuple(
        Criterion(each.criterion, each.points, each.max, each.status, each.need, each.offer, each.reason, each.measured)
        for each in event.criteria
    )
    found = replace(
        before.said(event.standing, before.said_at if same else None, before.because if same else None),
        score=event.score,
        criteria=criteria,
        blocked_by=event.blocked_by,
        unknown=(*event.unknown, *event.more_unknown),
        lost=None,
        found_at=before.found_at or arrived_at,
    )
    return Decision(firms.with_match(firm, found))


def match_lost(state: Firm | None, event: MatchLost, _: datetime) -> Decision[Firm]:
    firm = known(state, event.supplier_id)
    return Decision(firms.with_match(firm, replace(_match(firm, event), lost=event.reason)))


def match_answered(state: Firm | None, event: MatchAnswered, _: datetime) -> Decision[Firm]:
    firm = known(state, event.supplier_id)
    return Decision(firms.with_match(firm, _match(firm, event).said(event.answer, event.answered_at, event.reason)))


def awarded(state: Firm | None, event: ContractAwarded, _: datetime) -> Decision[Firm]:
    firm = known(state, event.supplier_id)
    bought = replace(
        _match(firm, event).said("awarded", event.corrected_at or event.awarded_at),
        annual_value=amount(event.annual_value),
    )
    return Decision(firms.with_match(firm, bought))


def award_ended(state: Firm | None, event: ContractEnded, _: datetime) -> Decision[Firm]:
    firm = known(state, event.supplier_id)
    return Decision(firms.with_match(firm, _match(firm, event).said("ended", event.ended_at, event.reason)))


def _match(firm: Firm, event: MatchEvent) -> Match:
    known = next((match for match in firm.matches if match.match_id == event.match_id), None)
    return known or Match(event.match_id, event.requirement_id, event.anchor_id, event.area)


def amount(money: Money) -> str:
    return f"{money.amount} {money.currency}"
