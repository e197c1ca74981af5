"""The way in for people: a pure decision in one transaction, as for events."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

import stamina

from shared.contracts.event import Cause
from shared.messaging.decision import Decision, Refused
from shared.messaging.repository import ConcurrentInsertError, Repository
from shared.messaging.retry import RETRYABLE
from shared.messaging.routing import Reference, none
from shared.messaging.unit_of_work import UnitOfWork
from shared.runtime.clock import now
from shared.runtime.database import Connection, Database

S = TypeVar("S")
R = TypeVar("R")

Decide: TypeAlias = Callable[[S | None, R], Decision[S] | Refused]

ATTEMPTS = 4
"""A command that meets a deadlock or a concurrent insert decides again on what the other one wrote."""


class CommandUnit:
    """The unit of work of one command: every decision in it has the same cause."""

    def __init__(self, work: UnitOfWork, cause: Cause) -> None:
        self._work = work
        self._cause = cause

    @property
    def connection(self) -> Connection:
        return self._work.connection

    async def load(self, repository: Repository[S], ids: Sequence[UUID]) -> None:
        await self._work.load(repository, ids)

    def state(self, repository: Repository[S], id_: UUID) -> S | None:
        return self._work.state(repository, id_)

    def apply(self, repository: Repository[S], id_: UUID, decision: Decision[S]) -> None:
        self._work.apply(repository, id_, decision, self._cause)


class Commands:
    """Runs commands against one service's store."""

    def __init__(self, database: Database, source: str) -> None:
        self._database = database
        self._source = source

    @asynccontextmanager
    async def unit(self, cause: Cause) -> AsyncIterator[CommandUnit]:
        """One transaction over several aggregates; it commits when the block ends well. It is not tried again."""
        async with self._database.transaction() as connection:
            work = UnitOfWork(connection, self._source, now())
            yield CommandUnit(work, cause)
            await work.flush()

    async def run(
        self,
        repository: Repository[S],
        id_: UUID,
        decide: Decide[S, Any],
        cause: Cause,
        reference: Reference[Any] = none,
    ) -> S | Refused:
        """Decide one aggregate. Returns its state, or why the command was refused."""
        return (await self.run_many(repository, {id_: decide}, cause, reference))[id_]

    @stamina.retry(on=(ConcurrentInsertError, *RETRYABLE), attempts=ATTEMPTS, wait_initial=0.02, wait_max=0.5)
    async def run_many(
        self,
        repository: Repository[S],
        decide: Mapping[UUID, Decide[S, Any]],
        cause: Cause,
        reference: Reference[Any] = none,
    ) -> dict[UUID, S | Refused]:
        """Decide many aggregates in one transaction. The refused are left out, the others go in."""
        outcomes: dict[UUID, S | Refused] = {}
        async with self.unit(cause) as unit:
            known = await reference(unit.connection)
            await unit.load(repository, list(decide))
            for id_, decide_one in decide.items():
                outcome = decide_one(unit.state(repository, id_), known)
                if isinstance(outcome, Refused):
                    outcomes[id_] = outcome
                    continue
                unit.apply(repository, id_, outcome)
                if outcome.state is None:
                    raise ValueError("a command's decision must have a state")
                outcomes[id_] = outcome.state
        return outcomes
