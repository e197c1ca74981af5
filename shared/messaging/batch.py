"""The batch runner: many records, one transaction, one decision per event.

A record has one of these outcomes: took effect, was seen before, was set aside, was blocked, is not for this stage. Of
the last nothing is written; the others are in the same transaction, so a batch that comes again changes nothing.
"""

from collections.abc import Sequence
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
from shared.messaging.passed_by import Item, PassedBy, Received, keys_of, left_of
from shared.messaging.retry import TRY_AGAIN
from shared.messaging.routing import Keep, Routes
from shared.messaging.skips import Skips
from shared.messaging.topics import is_partners
from shared.messaging.unit_of_work import UnitOfWork, unit_of_work
from shared.runtime import crash, logging, tracing
from shared.runtime.database import Connection, Database

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
    waiting: list[Item] = field(default_factory=list)
    blocked: set[Key] = field(default_factory=set)
    """Keys blocked before this batch or by it."""
    behind: dict[Key, tuple[int, int]] = field(default_factory=dict)
    """The places of the letters of those blocked before."""

    def waits(self, item: Item) -> bool:
        """Whether it waits behind a blocked key. What is passed by does not where it came before what blocks it."""
        key = blocking_key(item.record) if self.blocked else None
        if key not in self.blocked:
            return False
        partition, offset = self.behind.get(key, (None, 0))
        return not isinstance(item, PassedBy) or item.record.partition != partition or item.record.offset > offset


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
        items = [decode_one_of(record, self._read) or PassedBy(record) for record in marked]
        if all(isinstance(item, PassedBy) for item in items) and not await self._any_waits(items):
            return Outcome(ignored=len(items))
        if tracing.on():
            tracing.link(item.envelope.cause.traceparent for item in items if isinstance(item, Message))
        try:
            return await self._together(items)
        except PASSED_ON:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a handler raises, one record must not stop the others
            log.warning("batch_falls_back_to_one_by_one", error=type(error).__name__, records=len(records))
            return await self._one_by_one(items)

    async def _any_waits(self, items: Sequence[Item]) -> bool:
        async with self.database.connection() as connection:
            return bool(await dead_letters.blocked_among(connection, keys_of(items)))

    async def _together(self, items: Sequence[Item]) -> Outcome:
        async with unit_of_work(self.database, self._service) as work:
            received = [item for item in items if not isinstance(item, PassedBy)]
            theirs = any(map(is_partners, {item.record.topic for item in received}))
            fresh = await (self._unsettled if theirs else self._claim)(work.connection, received)
            crash.point("consume.claimed")
            left = left_of(items, received, fresh)
            fates = _Fates(blocked=await dead_letters.blocked_among(work.connection, keys_of(left)))
            if fates.blocked:
                fates.behind = await dead_letters.places_of(work.connection, fates.blocked)
            wanted = self._sort_out(left, fates)
            here = len(fates.waiting)
            fates.waiting = await self._placed(work.connection, fates.waiting)
            outcome = Outcome(
                applied=len(wanted),
                duplicate=len(received) - len(fresh) + here - len(fates.waiting),
                ignored=len(left) - len(wanted) - len(fates.letters) - here,
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
        known = await inbox.known(connection, theirs)
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

    async def _placed(self, connection: Connection, waiting: Sequence[Item]) -> list[Item]:
        """Those that are not set aside or waiting already. They claim their places, no longer their events' ids."""
        items = await self._read_all(connection, waiting)
        places = {record_id(item.record): item.message_id for item in items if isinstance(item, Message)}
        if not places:
            return list(items)
        await inbox.give_back(connection, list(places.values()))
        new = await inbox.claim(connection, list(places))
        return [item for item in items if not isinstance(item, Message) or record_id(item.record) in new]

    async def _read_all(self, connection: Connection, items: Sequence[Item]) -> list[Received]:
        """With those that would be passed by: behind a blocked key they wait in their order, as a later build may read
        what was not read when it came.
        """
        read = [decode(item.record) if isinstance(item, PassedBy) else item for item in items]
        late = [each for each, item in zip(read, items, strict=True) if isinstance(item, PassedBy)]
        known = {id(each) for each in late} - {id(each) for each in await self._claim(connection, late)} if late else ()
        return [each for each in read if id(each) not in known]

    def _sort_out(self, left: Sequence[Item], fates: _Fates) -> list[Message]:
        """Set poison aside, block what waits behind it, and leave out what this stage does not read."""
        wanted = []
        for item in left:
            if fates.blocked and fates.waits(item):
                fates.waiting.append(item)
            elif isinstance(item, Poison):
                fates.letters.append(dead_letters.poisoned(self._service, item))
                if (key := blocking_key(item.record)) is not None:
                    fates.blocked.add(key)
            elif isinstance(item, Message) and type(item.data) in self._routes:
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

    async def _one_by_one(self, items: Sequence[Item]) -> Outcome:
        """Each record in a transaction of its own; the one that still fails is set aside and blocks its key."""
        total = Outcome()
        for item in items:
            if isinstance(item, PassedBy):
                total += await self._together([item])
                continue
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
        if type(item.data) not in self._routes:  # It may come again, and wait again, for a build that reads it.
            await inbox.give_back(work.connection, [record_id(record)])
        elif await self._claim(work.connection, [item]):
            await self._decide(work, [item], actor)
            await work.flush()
