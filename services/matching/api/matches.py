"""Matches: what an anchor's buyer sees of a requirement's candidates, and what it answers."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.matching.api.access import Buyer, Reader, acts_for
from services.matching.domain.rematch import Offering
from services.matching.handlers import answers
from services.matching.handlers.refusal import refused
from services.matching.store import queries
from services.matching.store.offerings import offerings
from services.matching.store.queries import Candidate
from services.matching.views.matches import AnswerBody, AwardBody, MatchView
from shared.messaging.commands import Commands
from shared.messaging.decision import Decision, Refused
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service.callers import SEES_ALL, Caller
from shared.service.http import RequestCause, accepted

Limit = Annotated[int, Query(ge=1, le=500)]
Offset = Annotated[int, Query(ge=0, le=100_000)]


def router(commands: Commands, database: Database) -> APIRouter:
    """The routes of matches."""
    api = APIRouter(tags=["matches"])

    async def own(match_id: UUID, caller: Caller) -> Candidate:
        """The match with its supplier, if the caller may answer it."""
        known: Candidate | Refused = await queries.find_match(database, match_id) or refused("match_unknown")
        acts_for(caller, accepted(known).match.anchor_id)
        return accepted(known)

    @api.get("/requirements/{requirement_id}/matches")
    async def ranked(requirement_id: UUID, caller: Reader, limit: Limit = 100, offset: Offset = 0) -> list[MatchView]:
        known = await queries.find_requirement(database, requirement_id)
        caller.require_anchor(accepted(known or refused("requirement_unknown")).anchor_id)
        found = await queries.ranked_matches(database, requirement_id, limit=limit, offset=offset)
        return [_view(candidate, caller) for candidate in found]

    @api.post("/matches/{match_id}/answer")
    async def answer(match_id: UUID, body: AnswerBody, caller: Buyer, cause: RequestCause) -> MatchView:
        candidate = await own(match_id, caller)

        def decide(state: Offering | None, _: object) -> Decision[Offering] | Refused:
            if body.reason is None:
                return answers.shortlist(state, match_id, now())
            return answers.decline(state, match_id, body.reason, now())

        outcome = await commands.run(offerings, candidate.supplier_id, decide, cause)
        return _answered(accepted(outcome), match_id, candidate, caller)

    @api.post("/matches/{match_id}/award")
    async def award(match_id: UUID, body: AwardBody, caller: Buyer, cause: RequestCause) -> MatchView:
        candidate = await own(match_id, caller)
        currency, volume = body.annual_value.currency, body.annual_volume
        outcome = await commands.run(
            offerings,
            candidate.supplier_id,
            lambda state, _: answers.award(state, match_id, body.value, currency, volume, now()),
            cause,
        )
        return _answered(accepted(outcome), match_id, candidate, caller)

    return api


def _view(candidate: Candidate, caller: Caller) -> MatchView:
    """A firm with open critical gaps is not introduced to the anchor."""
    hidden = bool(candidate.match.blocked_by) and not caller.roles & SEES_ALL
    supplier_id = None if hidden else candidate.supplier_id
    return MatchView.of_match(candidate.match, supplier_id=supplier_id, grade=candidate.grade)


def _answered(offering: Offering, match_id: UUID, candidate: Candidate, caller: Caller) -> MatchView:
    match = next(match for match in offering.matches if match.id == match_id)
    return _view(candidate._replace(match=match), caller)
