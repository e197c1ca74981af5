"""Matches: what an anchor's buyer sees of a requirement's candidates, and what it answers."""

from collections.abc import Callable
from uuid import UUID

from fastapi import APIRouter

from services.matching import catalogue
from services.matching.api.access import Buyer, Reader, acts_for
from services.matching.domain import candidate as candidates
from services.matching.domain.candidate import Candidate
from services.matching.domain.rematch import Offering
from services.matching.handlers import answers
from services.matching.handlers.refusal import refused
from services.matching.store import queries
from services.matching.store.offerings import offerings
from services.matching.store.queries import Rank
from services.matching.views.answers import AnswerBody
from services.matching.views.matches import CandidateView, MatchView
from shared.messaging.commands import Commands
from shared.messaging.decision import Decision, Refused
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service.callers import SEES_ALL, Caller
from shared.service.http import Page, Paging, Replace, Show, Strict, accepted, routes


def router(commands: Commands, database: Database) -> APIRouter:
    """The routes of matches."""
    api = routes("matches")
    _add_reading(api, database)

    @api.post("/matches/{match_id}/answer")
    async def answer_match(match_id: UUID, body: Strict[AnswerBody], caller: Buyer, replace: Replace) -> CandidateView:
        """Shortlist or decline a firm for a requirement."""
        candidate = await own(database, match_id, caller)

        def decide(state: Offering | None, _: object) -> Decision[Offering] | Refused:
            if body.reason is None:
                return answers.shortlist(state, match_id, caller.subject, now())
            return answers.decline(state, match_id, body.reason, caller.subject, now())

        return await replace.run(commands, offerings, candidate.supplier_id, decide, seen_by(caller, match_id))

    return api


async def known(database: Database, match_id: UUID) -> Candidate:
    """The candidate of this id. Raises a problem where there is none."""
    supplier_id = await queries.whose_match(database, match_id)
    offering = None if supplier_id is None else await queries.find_offering(database, supplier_id)
    return there(offering, match_id)


async def own(database: Database, match_id: UUID, caller: Caller) -> Candidate:
    """The candidate of this id, if the caller may answer about it."""
    found = await known(database, match_id)
    acts_for(caller, found.answers.anchor_id)
    caller.require_outsider(found.supplier_id)
    return found


def there(offering: Offering | None, match_id: UUID) -> Candidate:
    found = None if offering is None else candidates.of(offering, match_id)
    return accepted(found or refused("match_unknown"))


def seen_by(caller: Caller, match_id: UUID) -> Callable[[Offering | None], CandidateView]:
    """How a caller sees a candidate, by its offering. A firm that is not introduced is hidden from the anchor."""

    def view(offering: Offering | None) -> CandidateView:
        candidate = there(offering, match_id)
        return CandidateView.of_candidate(candidate, hidden=_hidden(candidate, caller))

    return view


def _hidden(candidate: Candidate, caller: Caller) -> bool:
    return not candidate.introduced and not caller.roles & SEES_ALL


def _add_reading(api: APIRouter, database: Database) -> None:
    @api.get("/requirements/{requirement_id}/matches")
    async def list_candidates(requirement_id: UUID, caller: Reader, paging: Paging) -> Page[MatchView]:
        """List the firms that match a requirement, the best first, then those answered that match no more."""
        asked = await queries.find_requirement(database, requirement_id)
        caller.require_anchor(accepted(asked or refused("requirement_unknown")).anchor_id)
        found = await queries.ranked_matches(
            database, requirement_id, catalogue.rules().version, after=paging.position(Rank), limit=paging.fetch
        )
        return Page[MatchView].of_rows(
            found,
            paging,
            lambda each: MatchView.of_candidate(each.candidate, hidden=_hidden(each.candidate, caller)),
            lambda each: each.rank,
        )

    @api.get("/matches/{match_id}")
    async def show_match(match_id: UUID, caller: Reader, show: Show) -> CandidateView:
        """Show one match with all that was answered about it, also when it was lost since; an anchor sees its own."""
        candidate = await known(database, match_id)
        caller.require_anchor(candidate.answers.anchor_id)
        return show.shown(CandidateView.of_candidate(candidate, hidden=_hidden(candidate, caller)))
