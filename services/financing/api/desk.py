"""HTTP of an institution's desk: its people see what went to it, and answer."""

from typing import Annotated, NamedTuple
from uuid import UUID

from fastapi import APIRouter

from services.financing.domain.case import Case
from services.financing.domain.ids import TrialKey, is_trial
from services.financing.domain.terms import Terms
from services.financing.domain.trial import Trial
from services.financing.handlers import desk as handlers
from services.financing.store import desk as store
from services.financing.store import queries
from services.financing.store.cases import cases
from services.financing.store.rows import Row, referral_rows
from services.financing.store.tables import ReferralRow
from services.financing.store.trials import trials
from services.financing.views.desk import DeskAnswerBody, DeskLine, DeskView, line_of
from shared.contracts import partner as contract
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
    row: Row
    sent: contract.Referral


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
        """Raises Problem: there is none, it went to somebody else, or the firm took its consent back."""
        partner = await open_desk(caller)
        found = await (_test if is_trial(referral_id) else _referral)(database, partner, referral_id)
        if found is None:
            raise Problem(404, "referral_unknown")
        return found

    @api.get("/desk/referrals")
    async def list_at_desk(caller: Desk, paging: Paging) -> Page[DeskLine]:
        """List what the firms had sent to the caller's institution, and it has something to say of."""
        partner = await open_desk(caller)
        async with database.session() as session:
            rows = await store.at_desk(session, partner, paging.position(UUID), paging.fetch)
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
        """Show a referral as it went to the caller's institution, with what that said of it."""
        found = await known(caller, referral_id)
        return show.shown(DeskView.of_rows(found.row, found.sent))

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
            lambda case: DeskView.of_rows(_row(case, referral_id), found.sent),
            terms,
        )

    return api


def _row(state: Case | Trial, referral_id: UUID) -> Row:
    case = Case(state.id, referrals=(state.referral,)) if isinstance(state, Trial) else state
    return next(row for row in referral_rows(case) if row["id"] == referral_id)


async def _referral(database: Database, partner: str, referral_id: UUID) -> Known | None:
    async with database.session() as session:
        row = await queries.row(session, ReferralRow, referral_id)
    if row is None or not store.is_at_desk(row, partner):
        return None
    await queries.open_papers(database, [row])
    async with database.connection() as connection:
        sent = await store.sent(connection, row.supplier_id, referral_id)
    return None if sent is None else Known(row.supplier_id, row.model_dump(), sent)


async def _test(database: Database, partner: str, trial_id: UUID) -> Known | None:
    async with database.transaction() as connection:
        trial = (await trials.load_many(connection, [trial_id])).get(trial_id)
        sent = await store.sent(connection, trial_id, trial_id)
    if trial is None or sent is None or trial.partner != partner:
        return None
    return Known(TrialKey(int=trial_id.int), _row(trial, trial_id), sent)
