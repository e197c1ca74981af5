"""Who contends for a cohort, in parts, and the best cohort of them, solved for by a process of its own.

What is solved for is read outside of any transaction that decides: whoever decides reads it once more under the locks,
and goes by the answer only where the inputs are the same ones (`Asked.fingerprint`).
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.development import catalogue
from services.development.domain.candidate import Candidate
from services.development.domain.cohort import Cohort
from services.development.domain.selection import Basis, Place, Standing, places, standing
from services.development.handlers.refusal import refused
from services.development.solver.asked import Answered, Asked, UnsolvedError, asked
from services.development.solver.process import solve
from services.development.store import candidates
from services.development.store import rounds as reads
from services.development.views.why import said_conflicts
from shared.messaging.commands import CommandUnit
from shared.messaging.decision import Refused
from shared.runtime.database import Connection
from shared.service.http import accepted

PART = 200
"""Firms in memory at once: some MB, and some tens of milliseconds in which nobody else is answered."""
KEPT = 8
"""Answers that are kept: whoever looks at a cohort page by page, and then selects, has it solved once."""

_known: OrderedDict[tuple[str, bool, str | None], Answered] = OrderedDict()


class MovedError(Exception):
    """The inputs are others than those that were solved for."""


@dataclass(frozen=True, slots=True)
class Contest:
    """All firms that a selection decides, and what is to be solved."""

    basis: Basis
    standings: Sequence[Standing]
    asked: Asked

    def ranked(self, answered: Answered) -> list[Place]:
        """One place per firm, in order."""
        return places(self.standings, frozenset(answered.chosen), answered.reasons)


async def basis(connection: Connection, cohort: Cohort) -> Basis:
    """What a selection of this cohort goes by."""
    rules = catalogue.calls().of(cohort.call)
    return Basis(rules, catalogue.modules(), await reads.demand(connection))


async def contest(connection: Connection, cohort: Cohort) -> Contest:
    """Every firm that awaits selection, as it is now and unlocked."""
    by, standings = await basis(connection, cohort), list[Standing]()
    after = reads.FIRST
    while firms := await reads.pool(connection, after, PART):
        standings += await asyncio.to_thread(_standings, firms, cohort, by)
        after = firms[-1].id
    return _contest(by, standings, cohort)


async def contest_under_lock(unit: CommandUnit, cohort: Cohort, known: Basis) -> Contest:
    """The same once each of them is locked. `known`: what their plans take, where that was worked out."""
    by, standings = replace(await basis(unit.connection, cohort), costs=known.costs), list[Standing]()
    after = reads.FIRST
    while ids := await reads.awaiting_selection(unit.connection, after, PART):
        await unit.flush_part()
        await unit.load(candidates, ids)
        firms = [firm for id_ in ids if (firm := unit.state(candidates, id_)) is not None and firm.awaits_selection]
        standings += [standing(firm, cohort, by) for firm in firms]
        after = ids[-1]
    return _contest(by, standings, cohort)


async def solved(given: Asked) -> Answered:
    """The best cohort. The problem of a call that none keeps to names what conflicts; nothing in time is one, too."""
    answered = await answer(given)
    if answered.solution is None:
        accepted(Refused("conflict", "call_infeasible", params={"why": said_conflicts(answered.conflicts)}))
    return answered


async def answer(given: Asked) -> Answered:
    """The same, or what conflicts."""
    key = (given.fingerprint, given.reasons, given.one)
    if key not in _known:
        try:
            _known[key] = await solve(given)
        except UnsolvedError:
            accepted(refused("selection_unsolved"))
    _known.move_to_end(key)
    while len(_known) > KEPT:
        _known.popitem(last=False)
    return _known[key]


def _standings(firms: Sequence[Candidate], cohort: Cohort, by: Basis) -> list[Standing]:
    return [standing(firm, cohort, by) for firm in firms]


def _contest(by: Basis, standings: Sequence[Standing], cohort: Cohort) -> Contest:
    firms = [each.contender for each in standings if each.contender is not None]
    return Contest(by, standings, asked(cohort.limits, firms, reasons=True))
