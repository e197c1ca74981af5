"""Awards: given, corrected, ended. Each is compared with what was asked and with what other firms were awarded."""

from collections.abc import Callable
from uuid import UUID

from fastapi import APIRouter

from services.matching import catalogue
from services.matching.api.access import Buyer
from services.matching.api.matches import in_its_area, own, seen_by
from services.matching.domain.award import Limits
from services.matching.domain.rematch import Offering
from services.matching.handlers import answers
from services.matching.handlers.answers import Outcome
from services.matching.store.awards import volume
from services.matching.store.demand import requirements_by_id
from services.matching.store.offerings import offerings
from services.matching.views.answers import CorrectionBody, EndBody, GivenAwardBody
from services.matching.views.matches import CandidateView
from shared.messaging.commands import Commands, CommandUnit
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service.callers import Caller
from shared.service.http import Replace, Strict, accepted, routes
from shared.service.http.changes import Changing

Decide = Callable[[Offering | None, Limits], Outcome]


def router(commands: Commands, database: Database) -> APIRouter:
    """The routes of awards."""
    api = routes("awards")

    async def decided(match_id: UUID, caller: Caller, replace: Changing, decide: Decide) -> CandidateView:
        """One transaction; the locks in the order of all others: the requirement, the offering."""
        asked = await own(database, match_id, caller)
        supplier_id, id_ = asked.supplier_id, asked.requirement.id

        async def change(unit: CommandUnit) -> CandidateView:
            left = await volume(unit.connection, id_, supplier_id)
            # Again, as it is held now: it may have changed since it was looked up.
            held = asked._replace(requirement=(await requirements_by_id(unit.connection, [id_]))[id_])
            view = seen_by(caller, held)
            bounds = catalogue.award_bounds()
            await unit.load(offerings, [supplier_id])
            state = unit.state(offerings, supplier_id)
            replace.check(view(state))
            decision = accepted(decide(in_its_area(held, state), Limits(left, bounds.prices, bounds.version)))
            unit.apply(offerings, supplier_id, decision)
            return view(decision.state)

        return replace.shown(await commands.run_unit(replace.cause, change))

    @api.post("/matches/{match_id}/award")
    async def award_match(
        match_id: UUID, body: Strict[GivenAwardBody], caller: Buyer, replace: Replace
    ) -> CandidateView:
        """Take note that the anchor buys from the firm."""
        given = body.award()
        return await decided(
            match_id,
            caller,
            replace,
            lambda state, limits: answers.award(
                state, match_id, given, limits, caller.subject, now(), confirmed=body.confirmed
            ),
        )

    @api.put("/matches/{match_id}/award")
    async def correct_award(
        match_id: UUID, body: Strict[CorrectionBody], caller: Buyer, replace: Replace
    ) -> CandidateView:
        """Correct what the anchor buys from the firm, with the reason. What was told before stays in its answers."""
        given = body.award()
        return await decided(
            match_id,
            caller,
            replace,
            lambda state, limits: answers.correct(
                state, match_id, given, limits, caller.subject, now(), reason=body.reason
            ),
        )

    @api.post("/matches/{match_id}/award/end")
    async def end_award(match_id: UUID, body: Strict[EndBody], caller: Buyer, replace: Replace) -> CandidateView:
        """Take note that the anchor no longer buys from the firm. The match holds on where the rules say so."""
        return await decided(
            match_id,
            caller,
            replace,
            lambda state, _: answers.end(state, match_id, body.reason, caller.subject, now(), catalogue.rules()),
        )

    return api
