"""HTTP of an institution's desk: its people see what went to it, and answer."""

from typing import Annotated, NamedTuple
from uuid import UUID

from fastapi import APIRouter

from services.financing.domain.case import Case
from services.financing.domain.terms import Terms
from services.financing.domain.trial import Trial
from services.financing.handlers import desk as handlers
from services.financing.store import desk as store
from services.financing.store.cases import cases, suppliers_of_referrals
from services.financing.store.rows import referral_rows
from services.financing.views.desk import DeskAnswerBody, DeskLine, DeskView, line_of
from shared.messaging.commands import Commands
from shared.messaging.routing import Reference
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service.callers import Caller, Role, allow
from shared.service.http import Create, Page, Paging, Problem, Show, Strict, routes

Desk = Annotated[Caller, allow(Role.PARTNER)]


class Known(NamedTuple):
    """A referral at a desk: whose decision it is, and how it went there."""

    key: UUID
    state: Case | Trial
    sent: store.Sent | None


def router(commands: Commands, database: Database, terms: Reference[Terms]) -> APIRouter:
    api = routes("desk")

    async def open_desk(caller: Caller) -> str:
        """The caller's institution. Raises Problem: they have none, or it is suspended."""
        async with database.transaction() as connection:
            partner = (await terms(connection)).partner(caller.desk)
        if partner is None or not partner.active:
            raise Problem(403, "desk_closed")
        return partner.code

    async def known(caller: Caller, referral_id: UUID) -> Known:
        """Raises Problem: there is none, or it went to somebody else."""
        found = await _known(database, await open_desk(caller), referral_id)
        if found is None:
            raise Problem(404, "referral_unknown")
        return found

    @api.get("/desk/referrals")
    async def list_at_desk(caller: Desk, paging: Paging, *, ended: bool = False) -> Page[DeskLine]:
        """List what the firms had sent to the caller's institution, and it has something to say of, or what ended."""
        partner = await open_desk(caller)
        async with database.session() as session:
            rows = await store.at_desk(session, partner, paging.position(UUID), paging.fetch, ended=ended)
        return Page[DeskLine].of_rows(rows, paging, DeskLine.of, lambda row: row.id)

    @api.get("/desk/tests")
    async def list_tests(caller: Desk, paging: Paging) -> Page[DeskLine]:
        """List the tests of the exchange that wait for the caller's institution, the newest first."""
        partner = await open_desk(caller)
        async with database.transaction() as connection:
            found = await store.tests_of(connection, partner)
        return Page[DeskLine].of_all(found, paging, lambda trial: line_of(trial.referral))

    @api.get("/desk/referrals/{referral_id}")
    async def show_at_desk(referral_id: UUID, caller: Desk, show: Show) -> DeskView:
        """Show a referral as it went to the caller's institution, with what that said of it, or how it ended."""
        found = await known(caller, referral_id)
        return show.shown(_view(found.state, referral_id, found.sent))

    @api.post("/desk/referrals/{referral_id}/answers", status_code=202)
    async def answer_at_desk(referral_id: UUID, body: Strict[DeskAnswerBody], caller: Desk, create: Create) -> DeskView:
        """Answer a referral: it is put on the institution's topic, and takes effect when it is read there.

        What cannot be so, or says nothing new, is refused here as it would be there.
        """
        found = await known(caller, referral_id)
        return await create.run(
            commands,
            cases,
            found.key,
            lambda case, in_force: handlers.say(case, referral_id, caller.desk, body.said(), now(), in_force),
            lambda case: _view(case, referral_id, found.sent),
            terms,
        )

    return api


def _view(state: Case | Trial, referral_id: UUID, sent: store.Sent | None) -> DeskView:
    case = Case(state.id, referrals=(state.referral,)) if isinstance(state, Trial) else state
    row = next(row for row in referral_rows(case) if row["id"] == referral_id)
    return DeskView.of_referral(next(each for each in case.referrals if each.id == referral_id), row, sent, now())


async def _known(database: Database, partner: str, referral_id: UUID) -> Known | None:
    async with database.transaction() as connection:
        key = (await suppliers_of_referrals(connection, [referral_id])).get(referral_id)
        state = None if key is None else (await cases.load_many(connection, [key])).get(key)
        referral = handlers.referral_of(state, referral_id)
        if key is None or state is None or referral is None or referral.partner != partner:
            return None
        return Known(key, state, await store.sent(connection, key, referral))
