"""Who waits for a place of a cohort, read from the store, and the best cohort of one more of them to be solved."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from services.development.api.selecting import PART, basis
from services.development.domain.call import Contender, one_more
from services.development.domain.candidate import Candidate
from services.development.domain.cohort import Cohort
from services.development.domain.outcome import Outcome
from services.development.domain.selection import Basis
from services.development.domain.waiting_list import WaitingList, committed, upheld
from services.development.handlers import places as handlers
from services.development.solver.asked import Asked, asked
from services.development.store import rounds as reads
from services.development.store.rounds import Line
from shared.runtime.database import Connection, Database


@dataclass(frozen=True, slots=True)
class Held:
    """What a waiting list was made of."""

    cohort: Cohort
    basis: Basis
    ids: Sequence[UUID]
    """Of all that contended."""
    list: WaitingList

    @property
    def asked(self) -> Asked:
        """The call of one more place. Whom it was promised to has it before all others."""
        promised = self.list.promised
        first = str(promised[0]) if promised else None
        limits = replace(self.cohort.limits, budget=self.list.budget)
        return asked(*one_more(limits, self.list.holders, self.list.waiting.values(), first))


async def waiting_list(connection: Connection, cohort: Cohort) -> Held:
    """By the conditions and the plans as they are now."""
    said, by = await reads.contended(connection, cohort.id), await basis(connection, cohort)
    firms = await reads.firms(connection, [each.supplier_id for each in said])
    left = [firms[each.supplier_id] for each in said if not each.selected]
    found = ((firm.id, handlers.waiting(firm, cohort, by)) for firm in left)
    waiting = {id_: contender for id_, contender in found if contender is not None}
    spent = sum((committed(firm, cohort.id) for firm in left), Decimal())
    holders = tuple(_holder(each, firms[each.supplier_id]) for each in said if each.selected)
    budget = None if cohort.budget is None else max(cohort.budget - spent, Decimal())
    return Held(cohort, by, sorted(firms), WaitingList(holders, waiting, upheld(cohort, waiting), budget))


async def waiting_lines(database: Database, cohort: Cohort, after: int | None, limit: int) -> list[Line]:
    """Lines of the cohort's list of firms that would take a place now."""
    found: list[Line] = []
    async with database.connection() as connection:
        by = await basis(connection, cohort)
    while len(found) < limit:
        async with database.session() as session:
            lines = await reads.lines(session, cohort.id, after, PART, waiting=True)
        async with database.connection() as connection:
            firms = await reads.firms(connection, [row.supplier_id for row, *_ in lines])
        found += [each for each in lines if handlers.waiting(firms[each[0].supplier_id], cohort, by) is not None]
        if len(lines) < PART:
            break
        after = lines[-1][0].line
    return found[:limit]


def _holder(said: Outcome, firm: Candidate) -> Contender:
    """A firm that keeps its place. Of a cohort that was selected by rank only its score is known."""
    known = said.contender or Contender(str(said.supplier_id), said.score)
    return replace(known, cost=committed(firm, said.cohort_id))
