"""Matches: what an anchor's buyer sees of a requirement's candidates, and what it answers."""

from collections.abc import Callable
from uuid import UUID

from fastapi import APIRouter

from services.matching.api.access import Buyer, Reader, acts_for
from services.matching.domain.rematch import Offering
from services.matching.handlers import answers
from services.matching.handlers.refusal import refused
from services.matching.store import queries
from services.matching.store.offerings import offerings
from services.matching.store.queries import Candidate, Rank
from services.matching.views.matches import AnswerBody, AwardBody, MatchView
from shared.messaging.commands import Commands
from shared.messaging.decision import Decision, Refused
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service.callers import SEES_ALL, Caller
from shared.service.http import Change, Page, Paging, Show, Strict, accepted, routes


def router(commands: Commands, database: Database) -> APIRouter:
    """The routes of matches."""
    api = routes("matches")
    _add_reading(api, database)
    _add_answering(api, commands, database)
    return api


async def _known(database: Database, match_id: UUID) -> Candidate:
    return accepted(await queries.find_match(database, match_id) or refused("match_unknown"))


def _add_reading(api: APIRouter, database: Database) -> None:
    @api.get("/requirements/{requirement_id}/matches")
    async def list_candidates(requirement_id: UUID, caller: Reader, paging: Paging) -> Page[MatchView]:
        """List the firms that match a requirement, the best first."""
        known = await queries.find_requirement(database, requirement_id)
        caller.require_anchor(accepted(known or refused("requirement_unknown")).anchor_id)
        found = await queries.ranked_matches(database, requirement_id, after=paging.position(Rank), limit=paging.fetch)
        return Page[MatchView].of_rows(found, paging, _seen_by(caller), lambda candidate: candidate.rank)

    @api.get("/matches/{match_id}")
    async def show_match(match_id: UUID, caller: Reader, show: Show) -> MatchView:
        """Show one match with its score, criterion by criterion."""
        candidate = await _known(database, match_id)
        caller.require_anchor(candidate.match.anchor_id)
        return show.shown(_seen_by(caller)(candidate))


def _add_answering(api: APIRouter, commands: Commands, database: Database) -> None:
    async def own(match_id: UUID, caller: Caller) -> Candidate:
        """The match with its supplier, if the caller may answer it."""
        candidate = await _known(database, match_id)
        acts_for(caller, candidate.match.anchor_id)
        caller.require_outsider(candidate.supplier_id)
        return candidate

    @api.post("/matches/{match_id}/answer")
    async def answer_match(match_id: UUID, body: Strict[AnswerBody], caller: Buyer, change: Change) -> MatchView:
        """Shortlist or decline a firm for a requirement."""
        candidate = await own(match_id, caller)

        def decide(state: Offering | None, _: object) -> Decision[Offering] | Refused:
            if body.reason is None:
                return answers.shortlist(state, match_id, now())
            return answers.decline(state, match_id, body.reason, now())

        return await change.run(commands, offerings, candidate.supplier_id, decide, _answered(candidate, caller))

    @api.post("/matches/{match_id}/award")
    async def award_match(match_id: UUID, body: Strict[AwardBody], caller: Buyer, change: Change) -> MatchView:
        """Take note that the anchor buys from the firm."""
        candidate = await own(match_id, caller)
        currency, volume = body.annual_value.currency, body.annual_volume
        return await change.run(
            commands,
            offerings,
            candidate.supplier_id,
            lambda state, _: answers.award(state, match_id, body.value, currency, volume, now()),
            _answered(candidate, caller),
        )


def _seen_by(caller: Caller) -> Callable[[Candidate], MatchView]:
    """A firm with open critical gaps is not introduced to the anchor."""

    def view(candidate: Candidate) -> MatchView:
        hidden = bool(candidate.match.blocked_by) and not caller.roles & SEES_ALL
        supplier_id = None if hidden else candidate.supplier_id
        return MatchView.of_match(candidate.match, supplier_id=supplier_id, grade=candidate.grade)

    return view


def _answered(candidate: Candidate, caller: Caller) -> Callable[[Offering], MatchView]:
    """The candidate's match as it is in the offering now. It may have been lost since it was looked up."""

    def view(offering: Offering) -> MatchView:
        match = next((match for match in offering.matches if match.id == candidate.match.id), None)
        grade = offering.diagnosis.grade if offering.diagnosis else candidate.grade
        return _seen_by(caller)(candidate._replace(match=accepted(match or refused("match_unknown")), grade=grade))

    return view
