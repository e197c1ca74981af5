"""The way in for people: a pure decision in one transaction, as for events.

Commands that arrive while a transaction is under way wait for it and then share the next one (`together`).
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeAlias, TypeVar
from uuid import UUID

from shared.contracts.event import Cause
from shared.messaging.decision import Decision, Refused
from shared.messaging.idempotency import Again, Answers, Once
from shared.messaging.repository import Repository
from shared.messaging.retry import patiently
from shared.messaging.routing import Reference, none
from shared.messaging.together import GROUP, Together
from shared.messaging.unit_of_work import UnitOfWork, unit_of_work
from shared.runtime.database import Connection, Database
from shared.runtime.failures import INFRASTRUCTURE
from shared.sealing.noting import note, noting

S = TypeVar("S")
R = TypeVar("R")

Decide: TypeAlias = Callable[[S | None, R], Decision[S] | Refused]

Lookup: TypeAlias = Callable[[Connection, Sequence[str]], Awaitable[R]]
"""Loads, once for all commands of a transaction, what they must know about what they name."""


@dataclass(frozen=True, slots=True)
class About(Generic[R]):
    """A reference that depends on what the command names, as a registration on what is known under its RFC."""

    lookup: Lookup[R]
    names: tuple[str, ...]


class CommandUnit:
    """The unit of work of one command: every decision in it has the same cause."""

    def __init__(self, work: UnitOfWork, cause: Cause) -> None:
        self._work = work
        self._cause = cause
        self._recorded: set[UUID] = set()

    @property
    def connection(self) -> Connection:
        return self._work.connection

    async def load(self, repository: Repository[S], ids: Sequence[UUID]) -> None:
        await self._work.load(repository, ids)

    def state(self, repository: Repository[S], id_: UUID) -> S | None:
        return self._work.state(repository, id_)

    async def flush_part(self) -> None:
        """Write what was decided so far, and let go of it."""
        await self._work.flush_part()

    def apply(self, repository: Repository[S], id_: UUID, decision: Decision[S], *, about: UUID | None = None) -> None:
        """Take a decision. On record is, once, that the command is about this aggregate, or the one that is named."""
        self._work.apply(repository, id_, decision, self._cause)
        about = about or id_
        if about not in self._recorded:
            self._recorded.add(about)
            self._work.record(about, self._cause)


@dataclass(frozen=True, slots=True)
class _Command:
    id: UUID
    decide: Decide[Any, Any]
    cause: Cause
    once: Once[Any] | None = None


_Queued: TypeAlias = tuple[_Command, Reference[Any] | About[Any]]


class Commands:
    """Runs commands against one service's store."""

    def __init__(self, database: Database, source: str) -> None:
        self._database = database
        self._source = source
        self._queues: dict[tuple[Repository[Any], Reference[Any] | Lookup[Any]], Together[_Queued]] = {}

    async def run_unit(self, cause: Cause, decide: Callable[[CommandUnit], Awaitable[R]]) -> R:
        """Decide several aggregates in one transaction, which commits when `decide` returns.

        It is called again, on a new unit, where somebody else was in the way: whatever it keeps is in what it returns.
        """

        async def once() -> R:
            async with unit_of_work(self._database, self._source) as work:
                outcome = await decide(CommandUnit(work, cause))
                await work.flush()
            return outcome

        return await patiently(once)()

    async def run(
        self,
        repository: Repository[S],
        id_: UUID,
        decide: Decide[S, Any],
        cause: Cause,
        reference: Reference[Any] | About[Any] = none,
    ) -> S | Refused:
        """Decide one aggregate. Returns its state, or why the command was refused."""
        outcome: S | Refused = await self._put(repository, _Command(id_, decide, cause), reference)
        return outcome

    async def run_once(
        self,
        repository: Repository[S],
        id_: UUID,
        decide: Decide[S, Any],
        cause: Cause,
        reference: Reference[Any] | About[Any],
        once: Once[S],
    ) -> S | Refused | Again[S]:
        """The same for a command that may come again: then what was decided before as it is now, and nothing anew."""
        outcome: S | Refused | Again[S] = await self._put(repository, _Command(id_, decide, cause, once), reference)
        return outcome

    async def _put(self, repository: Repository[Any], command: _Command, reference: Reference[Any] | About[Any]) -> Any:  # noqa: ANN401 - what its queue gives
        kind = repository, reference.lookup if isinstance(reference, About) else reference
        queue = self._queues.setdefault(kind, Together(partial(self._settle_and_note, repository)))
        outcome, erased = await queue.ask((command, reference))
        note(erased)
        return outcome

    async def run_many(
        self,
        repository: Repository[S],
        decide: Mapping[UUID, Decide[S, Any]],
        cause: Cause,
        reference: Reference[Any] | About[Any] = none,
        also: Callable[[Connection, Mapping[UUID, S | Refused]], Awaitable[None]] | None = None,
    ) -> dict[UUID, S | Refused]:
        """Decide many aggregates in one transaction. The refused are left out, the others go in.

        `also` writes more in the same transaction, by what was decided.
        """

        async def together() -> dict[UUID, S | Refused]:
            async with self._deciding(repository, list(decide), [reference], []) as (work, known, answers):
                outcomes: dict[UUID, S | Refused] = {}
                for number, (id_, one) in enumerate(decide.items(), 1):
                    outcome: S | Refused = _decide_one(work, repository, _Command(id_, one, cause), known, answers)
                    outcomes[id_] = outcome
                    if number % GROUP == 0:
                        # Thousands in a row would hold up whatever else this process answers, its probes too.
                        await asyncio.sleep(0)
                if also is not None:
                    await also(work.connection, outcomes)
            return outcomes

        return await patiently(together)()

    async def _settle_and_note(self, repository: Repository[Any], group: Sequence[_Queued]) -> list[Any]:
        """A turn is in a context of its own: of whom it erased something goes along with each answer."""
        with noting() as erased:
            answers = await self._settle(repository, group)
        return [each if isinstance(each, Exception) else (each, erased) for each in answers]

    async def _settle(self, repository: Repository[Any], group: Sequence[_Queued]) -> list[Any]:
        """Whatever one command raises is its own trouble: the others are decided again without it."""
        alone = len(group) == 1
        decide = patiently(self._decide) if alone else self._decide
        try:
            return await decide(repository, [command for command, _ in group], [reference for _, reference in group])
        except Exception as error:
            if alone or isinstance(error, INFRASTRUCTURE):
                raise
        outcomes: list[Any] = []
        for queued in group:
            try:
                outcomes += await self._settle(repository, [queued])
            except Exception as error:  # noqa: BLE001 - goes to whoever waits for it, whatever it is
                outcomes.append(error)
        return outcomes

    async def _decide(
        self, repository: Repository[Any], group: Sequence[_Command], references: Sequence[Reference[Any] | About[Any]]
    ) -> list[Any]:
        ids, asked = [command.id for command in group], [command.once for command in group]
        async with self._deciding(repository, ids, references, asked) as (work, known, answers):
            state = partial(work.state, repository)
            outcomes = [
                answers.find(command.once, state) or _decide_one(work, repository, command, known, answers)
                for command in group
            ]
            refused = [command.once for command, each in zip(group, outcomes, strict=True) if isinstance(each, Refused)]
            await answers.look_again(work.connection, refused)
            return outcomes

    @asynccontextmanager
    async def _deciding(
        self,
        repository: Repository[Any],
        ids: Sequence[UUID],
        references: Sequence[Reference[Any] | About[Any]],
        asked: Sequence[Once[Any] | None],
    ) -> AsyncIterator[tuple[UnitOfWork, object, Answers]]:
        """One transaction, with what its commands must know and what of them was answered before."""
        async with unit_of_work(self._database, self._source) as work:
            known = await _look_up(work.connection, references)
            answers = Answers()
            await answers.load(work.connection, [once for once in asked if once is not None])
            # At once, in one order: two units whose repeats are of each other's aggregates would lock crosswise.
            await work.load(repository, [*ids, *answers.aggregates])
            yield work, known, answers
            await work.flush()
            await answers.flush(work.connection)


async def _look_up(connection: Connection, references: Sequence[Reference[Any] | About[Any]]) -> object:
    """What the commands of one queue must know: their references differ in the names at most."""
    first = references[0]
    if not isinstance(first, About):
        return await first(connection)
    names = [name for reference in references if isinstance(reference, About) for name in reference.names]
    return await first.lookup(connection, list(dict.fromkeys(names)))


def _decide_one(
    work: UnitOfWork, repository: Repository[S], command: _Command, known: object, answers: Answers
) -> S | Refused:
    outcome: Decision[S] | Refused = command.decide(work.state(repository, command.id), known)
    if isinstance(outcome, Refused):
        return outcome
    if outcome.state is None:
        raise ValueError("a command's decision must have a state")
    work.apply(repository, command.id, outcome, command.cause)
    work.record(command.id, command.cause)
    answers.give(command.once, command.id, outcome.state)
    return outcome.state
