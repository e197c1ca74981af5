"""The batch runner: many records, one transaction, one decision per event.

A record has one of these outcomes: took effect, was seen before, was set aside, was blocked, is not for this stage. Of
the last nothing is written; the others are in the same transaction, so a batch that comes again changes nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Self

from shared.contracts.audit import ANSWERED
from shared.contracts.dead_letters import ServiceName
from shared.contracts.event import Actor, Cause
from shared.messaging import dead_letters, inbox, refusals, writers
from shared.messaging.codec import Message, Poison, Record, decode, decode_one_of, record_id
from shared.messaging.dead_letters import HANDLER_FAILED, Key, SetAside, blocking_key
from shared.messaging.decision import RejectedEventError
from shared.messaging.dlq_limit import DlqLimit, DlqLimitReachedError
from shared.messaging.retry import TRY_AGAIN
from shared.messaging.routing import Keep, Routes
from shared.messaging.skips import Skips
from shared.messaging.topics import is_partners
from shared.messaging.unit_of_work import UnitOfWork, unit_of_work
from shared.runtime import crash, logging, tracing
from shared.runtime.database import Connection, Database

Received = Message | Poison

PASSED_ON: tuple[type[Exception], ...] = (*TRY_AGAIN, DlqLimitReachedError)

log = logging.get(__name__)


CONSUMER = Actor("consumer")
"""Who sets aside what a stage wrote."""

FATES = ("applied", "duplicate", "ignored", "dead", "blocked")
"""What becomes of a record: one of these, so that they add up to the batch."""


@dataclass(slots=True)
class Outcome:
    """What became of a batch: counts by outcome."""

    applied: int = 0
    duplicate: int = 0
    ignored: int = 0
    dead: int = 0
    blocked: int = 0
    decided: int = 0
    """Events that the decisions gave."""
    faults: int = 0
    """Of the dead, those that count for the limit."""

    def __iadd__(self, other: "Outcome") -> Self:
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        return self


@dataclass(slots=True)
class _Fates:
    """The part of one transaction that is not decided by handlers."""

    letters: list[SetAside] = field(default_factory=list)
    waiting: list[Received] = field(default_factory=list)
    blocked: set[Key] = field(default_factory=set)
    """Keys blocked before this batch or by it."""


class BatchRunner:
    """Takes batches of records into one service's store."""

    def __init__(
        self,
        database: Database,
        service: ServiceName,
        routes: Routes,
        limit: DlqLimit | None = None,
        skips: Skips | None = None,
        keep: Keep | None = None,
    ) -> None:
        """`keep` writes what a stage keeps of each event as it came, in the transaction in which it takes effect."""
        self.database = database
        self._service = service
        self._keep = keep
        self._routes = {route.event: route for route in routes}
        self._read = frozenset(route.event.TYPE for route in routes)
        self.limit = limit or DlqLimit.none()
        self._skips = skips or Skips()

    async def consume(self, records: Sequence[Record]) -> Outcome:
        """Settle what becomes of every record.

        Raises one of `TRY_AGAIN` when the store or a concurrent writer was in the way: nothing was written then, or
        only a first part whose records will be seen as duplicates. Raises DlqLimitReachedError likewise.
        """
        marked = await self._skips.mark(self.database, records)
        received = [item for record in marked if (item := decode_one_of(record, self._read)) is not None]
        outcome = Outcome(ignored=len(records) - len(received))
        if not received:
            return outcome
        if tracing.on():
            tracing.link(item.envelope.cause.traceparent for item in received if isinstance(item, Message))
        try:
            outcome += await self._together(received)
        except PASSED_ON:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a handler raises, one record must not stop the others
            log.warning("batch_falls_back_to_one_by_one", error=type(error).__name__, records=len(records))
            outcome += await self._one_by_one(received)
        return outcome

    async def _together(self, received: Sequence[Received]) -> Outcome:
        async with unit_of_work(self.database, self._service) as work:
            theirs = any(map(is_partners, {item.record.topic for item in received}))
            fresh = await (self._unsettled if theirs else self._claim)(work.connection, received)
            crash.point("consume.claimed")
            fates = _Fates(blocked=await dead_letters.blocked_among(work.connection, _keys(fresh)))
            wanted = self._sort_out(fresh, fates)
            here = len(fates.waiting)
            fates.waiting = await self._placed(work.connection, fates.waiting)
            outcome = Outcome(
                applied=len(wanted),
                duplicate=len(received) - len(fresh) + here - len(fates.waiting),
                ignored=len(fresh) - len(wanted) - len(fates.letters) - here,
                dead=len(fates.letters),
                blocked=len(fates.waiting),
            )
            outcome.faults = self.limit.admit(outcome.applied, fates.letters)
            await self._decide(work, wanted)
            await self._write_fates(work, fates)
            for again, why in await refusals.repeated(work.connection, received, fresh) if theirs else ():
                refusals.tell_without_effect(work, self._service, again, why, writers.caused_by(again))
            await work.flush()
            outcome.decided = work.decided
            crash.point("consume.written")
        if theirs:
            writers.tell_answers(wanted)
        self.limit.took(outcome.applied, outcome.faults)
        return outcome

    async def _unsettled(self, connection: Connection, received: Sequence[Received]) -> list[Received]:
        """The records to settle. A partner's that was set aside is not: nothing waits behind it, its place alone tells,
        and it is an operator's to decide it again.
        """
        fresh = await self._claim(connection, received)
        theirs = [record_id(item.record) for item in received if is_partners(item.record.topic)]
        known = await inbox.known(connection, theirs) if theirs else frozenset()
        aside = [item for item in fresh if isinstance(item, Message) and record_id(item.record) in known]
        if not aside:
            return fresh
        # The same event may be there by another record too, which is not set aside.
        await inbox.give_back(connection, [item.message_id for item in fresh])
        return await self._claim(connection, [item for item in received if record_id(item.record) not in known])

    async def _claim(self, connection: Connection, received: Sequence[Received]) -> list[Received]:
        """The records that were not consumed before, first delivery first."""
        unclaimed = await inbox.claim(connection, [item.message_id for item in received])
        if len(unclaimed) == len(received):
            return list(received)
        fresh = []
        for item in received:
            if item.message_id in unclaimed:
                unclaimed.remove(item.message_id)
                fresh.append(item)
        return fresh

    async def _placed(self, connection: Connection, items: Sequence[Received]) -> list[Received]:
        """Those that are not set aside or waiting already. They claim their places, no longer their events' ids."""
        places = {record_id(item.record): item.message_id for item in items if isinstance(item, Message)}
        if not places:
            return list(items)
        await inbox.give_back(connection, list(places.values()))
        new = await inbox.claim(connection, list(places))
        return [item for item in items if not isinstance(item, Message) or record_id(item.record) in new]

    def _sort_out(self, fresh: Sequence[Received], fates: _Fates) -> list[Message]:
        """Set poison aside, block what waits behind it, and leave out what this stage does not read."""
        wanted = []
        for item in fresh:
            if fates.blocked and blocking_key(item.record) in fates.blocked:
                fates.waiting.append(item)
            elif isinstance(item, Poison):
                fates.letters.append(dead_letters.poisoned(self._service, item))
                if (key := blocking_key(item.record)) is not None:
                    fates.blocked.add(key)
            elif type(item.data) in self._routes:
                wanted.append(item)
        return wanted

    async def _decide(self, work: UnitOfWork, messages: Sequence[Message], actor: Actor | None = None) -> None:
        """Load every aggregate of the batch, then decide event by event, in order. `actor`: who replays it."""
        routes = [self._routes[type(message.data)] for message in messages]
        references, targets = await work.load_for(messages, routes, self._routes.values())
        traced = tracing.on()
        partners = {topic for topic in {message.record.topic for message in messages} if is_partners(topic)}
        sent: list[Message] = []
        for message, route, target in zip(messages, routes, targets, strict=True):
            started_ns = tracing.clock_ns() if traced else 0
            data = message.envelope.data
            state = None if target is None else work.state(route.repository, target)
            arrived_at = writers.arrived_at(message.record, work.now) if route.by_arrival else work.now
            decision = route.decide(state, data, arrived_at, work.now, references[route.reference])
            if target is not None:
                cause = writers.caused_by(message, actor)
                if traced and (decision.events or decision.timers or decision.sweeps or decision.then):
                    cause = tracing.decided(cause, data.TYPE, started_ns, writers.foreign(message))
                work.apply(route.repository, target, decision, cause)
                if message.record.topic in partners:
                    work.record(target, cause._replace(action=f"{self._service}:{ANSWERED}"))
                    if decision.without_effect is not None:
                        refusals.tell_without_effect(work, self._service, message, decision.without_effect, cause)
                    elif actor is not None:
                        refusals.tell_lifted(work, self._service, message, cause)
                    else:
                        sent.append(message)
        if sent:
            await refusals.lift_overtaken(work, sent, CONSUMER)
        if self._keep is not None and messages:
            await self._keep(work.connection, [message.envelope for message in messages])

    async def _write_fates(self, work: UnitOfWork, fates: _Fates) -> None:
        await dead_letters.set_aside(work.connection, fates.letters, work.now)
        await dead_letters.block(work.connection, [item.record for item in fates.waiting], work.now)
        for letter in fates.letters:
            cause = Cause(correlation_id=str(letter.id), actor=writers.writer(letter.record) or CONSUMER)
            work.emit(letter.event(self._service, work.now), cause)
            refusals.tell_refused(work, self._service, letter, cause._replace(causation_id=letter.event_id))
            log.error("dead_letter", **writers.letter_context(letter))

    async def _one_by_one(self, received: Sequence[Received]) -> Outcome:
        """Each record in a transaction of its own; the one that still fails is set aside and blocks its key."""
        total = Outcome()
        for item in received:
            try:
                total += await self._together([item])
            except PASSED_ON:
                raise
            except RejectedEventError as error:
                total += await self._refuse(item, error.reason, type(error).__name__)
            except Exception as error:  # noqa: BLE001 - the record's own trouble, whatever it is
                total += await self._refuse(item, HANDLER_FAILED, type(error).__name__)
        return total

    async def _refuse(self, item: Received, reason: str, error: str) -> Outcome:
        async with unit_of_work(self.database, self._service) as work:
            if not await self._placed(work.connection, await self._claim(work.connection, [item])):
                return Outcome(duplicate=1)
            letter = self._letter(item, reason, error)
            faults = self.limit.admit(0, [letter])
            await self._write_fates(work, _Fates(letters=[letter]))
            await work.flush()
        self.limit.took(0, faults)
        return Outcome(dead=1, faults=faults)

    def _letter(self, item: Received, reason: str, error: str) -> SetAside:
        if isinstance(item, Message):
            return dead_letters.failed(self._service, item, reason, error)
        # It could not even be set aside: perhaps for what it says of itself.
        return dead_letters.poisoned(self._service, item._replace(event_id=None, event_type=None))

    async def decide_again(self, work: UnitOfWork, record: Record, actor: Actor) -> None:
        """Run one record that was set aside, or waited, and write what it gives; nothing when its event took effect
        meanwhile by another record. Raises what its handler raises.
        """
        item = decode(record)
        if isinstance(item, Poison):
            raise RejectedEventError(item.reason)
        if await self._claim(work.connection, [item]) and type(item.data) in self._routes:
            await self._decide(work, [item], actor)
            await work.flush()


def _keys(received: Sequence[Received]) -> Iterator[Key]:
    return (key for item in received if (key := blocking_key(item.record)) is not None)
