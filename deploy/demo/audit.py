"""Waits until the platform is quiet, then gathers the evidence of what went where."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from uuid import UUID

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from deploy.demo import stores
from deploy.demo.calls import StoryError
from deploy.demo.partner import PartnerSession
from deploy.demo.reconciliation import Evidence, OnTopic
from deploy.demo.stores import Letter, Stores
from deploy.demo.texts import tell
from deploy.target.client import Client
from shared.contracts.audit import is_log
from shared.messaging.codec import Message, Poison, record_id
from shared.messaging.topics import Topic, catalogue, dead_letter_topic, partner_topics, subscriptions
from shared.runtime.failures import INFRASTRUCTURE
from shared.service.stage import Stage

QUIET_WITHIN = 300.0
"""Seconds; engines that crash meanwhile have to come back first."""
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 0.5
AWAY: tuple[type[Exception], ...] = (*INFRASTRUCTURE, KafkaException)
"""What an engine's clients raise while it comes back from a crash."""


@dataclass(frozen=True)
class Found:
    """All that an audit looks at."""

    evidence: Evidence
    events: tuple[Message, ...]
    letters: tuple[Letter, ...]
    told_letters: int
    """Dead letters on the topics that tell of them."""
    outbox: int
    lag: int


class Auditor:
    """Looks at everything, and changes nothing."""

    def __init__(self, client: Client, opened: Stores, sessions: Mapping[str, PartnerSession]) -> None:
        self._client = client
        self._stores = opened
        self._sessions = sessions
        self._running = tuple(client.services)
        self._ask_anew()

    async def calm(self) -> None:
        """Return once every decided event is published and has taken effect in every reader.

        Two looks that see nothing to do and no new event in any journal: whatever was published before the first had
        been committed by its readers at the second. Raises ``StoryError`` when that takes too long.
        """
        deadline, pause = time.monotonic() + QUIET_WITHIN, FIRST_PAUSE
        before: dict[str, int] | None = None
        while time.monotonic() < deadline:
            written = await self._idle()
            if written is not None and written == before:
                return
            before = written
            pause = FIRST_PAUSE if written is not None else min(pause * 1.5, LONGEST_PAUSE)
            await asyncio.sleep(pause)
        raise StoryError(tell("error.not_quiet", seconds=f"{QUIET_WITHIN:g}"))

    async def _idle(self) -> dict[str, int] | None:
        """The last number of each journal when there is nothing to do; None when there is, or nobody can be asked."""
        try:
            backlogs = await self._stores.backlogs()
            if any(backlog.outbox or backlog.sweeps for backlog in backlogs.values()) or await self.lag():
                return None
        except AWAY:
            # A client whose broker crashed may wait for its old answer for ever.
            self._ask_anew()
            return None
        return {name: backlog.journal for name, backlog in backlogs.items()}

    async def lag(self) -> int:
        """Records that groups have still to commit, in all."""

        def counted() -> int:
            with ThreadPoolExecutor(4) as pool:
                return sum(pool.map(lambda each: stores.lag(self._admin, *each), self._members))

        return await asyncio.to_thread(counted)

    async def look(self) -> Found:
        """Read all of it. The platform must be calm; what an engine that is away keeps back is read again."""
        deadline = time.monotonic() + QUIET_WITHIN
        while True:
            try:
                return await self._read()
            except AWAY:
                if time.monotonic() > deadline:
                    raise
                self._ask_anew()
                await asyncio.sleep(LONGEST_PAUSE)

    async def _read(self) -> Found:
        codes = tuple(self._sessions)
        topics = [topic for topic in catalogue(codes) if not is_log(topic.name)]
        records = await asyncio.to_thread(stores.read, self._client, topics)
        backlogs = await self._stores.backlogs()
        letters = [letter for name in self._running for letter in await self._stores.letters(name)]
        told = {dead_letter_topic(name).name for name in self._running}
        return Found(
            evidence=Evidence(
                journals=await self._journals(),
                records=[_on_topic(record) for record in records],
                inboxes=await self._inboxes(),
                readers={topic.name: self._readers(topic) for topic in topics},
                types={name: await asyncio.to_thread(types_of, name) for name in self._running},
            ),
            events=tuple(record for record in records if isinstance(record, Message)),
            letters=tuple(letters),
            told_letters=len({each.message_id for each in records if each.record.topic in told}),
            outbox=sum(backlog.outbox for backlog in backlogs.values()),
            lag=await self.lag(),
        )

    def _ask_anew(self) -> None:
        connection = self._client.connection()
        self._admin = AdminClient({**connection, "log_level": 0})
        self._members = [(stores.member_of(connection, group), topics) for group, topics in self._groups()]

    def _groups(self) -> list[tuple[str, tuple[Topic, ...]]]:
        """Every consumer group with the topics that it reads."""
        by_name = {topic.name: topic for topic in catalogue()}
        stages = [(name, tuple(by_name[topic] for topic in subscriptions(name))) for name in self._running]
        partners = [partner_topics(code) for code in self._sessions]
        answers = ("financing.partners", tuple(each.answers for each in partners))
        own = [
            (session.group, (each.referrals, each.refusals))
            for session, each in zip(self._sessions.values(), partners, strict=True)
        ]
        return [(group, topics) for group, topics in (*stages, answers, *own) if topics]

    def _readers(self, topic: Topic) -> tuple[str, ...]:
        present = {*self._running, *(f"partner.{code}" for code in self._sessions)}
        return tuple(reader for reader in topic.readers if reader in present)

    async def _journals(self) -> dict[str, set[tuple[str, UUID]]]:
        found = {
            name: {
                (event.topic, event.event_id) for event in await self._stores.journal(name) if not is_log(event.topic)
            }
            for name in self._running
        }
        for code, session in self._sessions.items():
            answers = f"partner.{code}.answers.v1"
            found[f"partner.{code}"] = {(answers, event_id) for event_id in session.sent}
        return found

    async def _inboxes(self) -> dict[str, list[UUID]]:
        found = {name: await self._stores.inbox(name) for name in self._running}
        return found | {f"partner.{code}": list(session.consumed) for code, session in self._sessions.items()}


def _on_topic(record: Message | Poison) -> OnTopic:
    topic = record.record.topic
    if isinstance(record, Poison):
        # A batch that does not unpack is claimed by its place alone: no service has seen what is in it.
        return OnTopic(topic, record.message_id, None, place=record_id(record.record._replace(value=None)))
    id_, place = record.envelope.id, record_id(record.record)
    return OnTopic(topic, record.message_id, id_, _effect(record), place, record.data.TYPE)


@cache
def types_of(service: str) -> frozenset[str]:
    """The types of events that a service reads: others on its topics it passes by, and claims them nowhere."""
    stage: Stage = import_module(f"services.{service}.app").build()[0]
    return frozenset(route.event.TYPE for route in stage.routes)


def _effect(event: Message) -> str | None:
    """What the event says and why, without what differs from one telling to the next."""
    cause = event.envelope.cause.causation_id
    if cause is None:
        return None
    said = event.data.model_dump(mode="json")
    lasting = {name: value for name, value in said.items() if not name.endswith("_at")}
    return json.dumps([event.record.topic, cause, event.data.TYPE, lasting], sort_keys=True)
