"""HTTP of tests of the exchange with a partner."""

from uuid import UUID

from fastapi import APIRouter

from services.financing.api.access import Operator
from services.financing.domain.ids import trial_id
from services.financing.domain.terms import Terms
from services.financing.handlers import trials as handlers
from services.financing.store.trials import trials
from services.financing.views.trials import TrialView
from shared.contracts.event import PartnerCode
from shared.messaging.commands import Commands
from shared.messaging.routing import Reference
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.runtime.ids import new_id
from shared.service.http import Create, Problem, Show, routes


def router(commands: Commands, database: Database, terms: Reference[Terms]) -> APIRouter:
    api = routes("partners")

    @api.post("/partners/{code}/trials", status_code=201)
    async def try_partner(code: PartnerCode, _: Operator, create: Create) -> TrialView:
        """Send a partner a referral that is marked as a test: no firm's, and nothing follows from its answers."""
        seed = new_id()
        return await create.run(
            commands,
            trials,
            trial_id(seed),
            lambda _, known: handlers.begin(seed, code, now(), known),
            TrialView.of_trial,
            terms,
        )

    @api.get("/partners/{code}/trials/{trial_id}")
    async def show_trial(code: PartnerCode, trial_id: UUID, _: Operator, show: Show) -> TrialView:
        """Show what became of a test."""
        async with database.transaction() as connection:
            found = (await trials.load_many(connection, [trial_id])).get(trial_id)
        if found is None or found.partner != code:
            raise Problem(404, "trial_unknown")
        return show.shown(TrialView.of_trial(found))

    return api
