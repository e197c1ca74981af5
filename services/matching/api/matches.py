"""Matches: what an anchor's buyer sees of a requirement's candidates, and what it answers."""

from collections.abc import Callable
from typing import NamedTuple
from uuid import UUID

from fastapi import APIRouter

from services.matching import catalogue
from services.matching.api.access import BY_STAFF, Buyer, Reader, acts_for
from services.matching.domain import candidate as candidates
from services.matching.domain.candidate import Candidate
from services.matching.domain.match import match_id as match_id_of
from services.matching.domain.rematch import Offering
from services.matching.domain.requirement import Requirement
from services.matching.handlers import answers
from services.matching.handlers.refusal import refused
from services.matching.store import queries
from services.matching.store.judged import judged
from services.matching.store.offerings import offerings
from services.matching.store.queries import Rank
from services.matching.views.answers import AnswerBody
from services.matching.views.judged import JudgedView
from services.matching.views.matches import CandidateView, MatchView
from shared.contracts.event import Moment
from shared.days import day_of
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
            state = in_its_area(candidate, state)
            if body.reason is None:
                return answers.shortlist(state, match_id, caller.subject, now())
            return answers.decline(state, match_id, body.reason, caller.subject, now())

        return await replace.run(commands, offerings, candidate.supplier_id, decide, seen_by(caller, candidate))

    return api


class Own(NamedTuple):
    """A pair of firm and requirement about which somebody may ask or answer."""

    supplier_id: UUID
    requirement: Requirement
    candidate: Candidate


async def known(database: Database, match_id: UUID) -> Own:
    """The candidate of this id. Raises a problem where there is none."""
    pair = await queries.whose_match(database, match_id)
    offering = None if pair is None else await queries.find_offering(database, pair[0])
    requirement = None if pair is None else await queries.find_requirement(database, pair[1])
    if offering is None or requirement is None:
        return accepted(refused("match_unknown"))
    return Own(offering.id, requirement, there(offering, requirement))


async def own(database: Database, match_id: UUID, caller: Caller) -> Own:
    """The candidate of this id, if the caller may answer about it."""
    found = await known(database, match_id)
    acts_for(caller, found.candidate.answers.anchor_id)
    caller.require_outsider(found.supplier_id)
    return found


def in_its_area(asked: Own, state: Offering | None) -> Offering | None:
    """An offering before somebody says more of this pair: in the area in which that is asked now."""
    return state and state.asked_in({asked.requirement.id: asked.requirement.area})


def there(offering: Offering | None, requirement: Requirement) -> Candidate:
    """The candidate that an offering is for a requirement. Raises a problem where it is none."""
    found = offering and candidates.of(
        offering, match_id_of(offering.id, requirement.id), requirement, catalogue.rules(), day_of(now())
    )
    return accepted(found or refused("match_unknown"))


def seen_by(caller: Caller, asked: Own) -> Callable[[Offering | None], CandidateView]:
    """How a caller sees a candidate, by its offering. A firm that is not introduced is hidden from the anchor."""

    def view(offering: Offering | None) -> CandidateView:
        candidate = there(offering, asked.requirement)
        return CandidateView.of_candidate(candidate, hidden=hidden(candidate, caller))

    return view


def hidden(candidate: Candidate, caller: Caller) -> bool:
    """Whether the firm is not introduced to this caller."""
    return candidate.hidden is not None and not caller.roles & SEES_ALL


def _add_reading(api: APIRouter, database: Database) -> None:
    @api.get("/requirements/{requirement_id}/matches")
    async def list_candidates(requirement_id: UUID, caller: Reader, paging: Paging) -> Page[MatchView]:
        """List the firms that match a requirement, the best first, then those answered that match no more."""
        known = await queries.find_requirement(database, requirement_id)
        asked = accepted(known or refused("requirement_unknown"))
        caller.require_anchor(asked.anchor_id)
        found = await queries.ranked_matches(
            database, asked, catalogue.rules(), day_of(now()), after=paging.position(Rank), limit=paging.fetch
        )
        return Page[MatchView].of_rows(
            found,
            paging,
            lambda each: MatchView.of_candidate(each.candidate, hidden=hidden(each.candidate, caller)),
            lambda each: each.rank,
        )

    @api.get("/matches/{match_id}/judged", dependencies=[BY_STAFF])
    async def show_judged(match_id: UUID, show: Show, at: Moment | None = None) -> JudgedView:
        """Show what a match was judged of when it was told last by a moment: `pdp explain match` gives the same score.

        Also of one that was lost since, or is told otherwise now.
        """
        pair = await queries.whose_match(database, match_id) or accepted(refused("match_unknown"))
        found = await judged(database, *pair, at or now())
        return show.shown(JudgedView.of_judged(accepted(found or refused("match_not_kept"))))

    @api.get("/matches/{match_id}")
    async def show_match(match_id: UUID, caller: Reader, show: Show) -> CandidateView:
        """Show one match with all that was answered about it, also when it was lost since; an anchor sees its own."""
        candidate = (await known(database, match_id)).candidate
        caller.require_anchor(candidate.answers.anchor_id)
        return show.shown(CandidateView.of_candidate(candidate, hidden=hidden(candidate, caller)))
