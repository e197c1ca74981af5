"""A financing partner in its own Kafka session: reads its referrals and answers them, with its own credentials."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer

from deploy.demo.manners import Manner, closing, manner, opening
from deploy.demo.sample.chance import source
from shared.contracts.envelope import Envelope
from shared.contracts.event import Cause
from shared.contracts.partner import Answer, Referral, ReferralWithdrawn
from shared.messaging.codec import Message, Record, decode, encode
from shared.runtime.clock import now
from shared.runtime.ids import new_id

POLL = 0.05
SEND_TIMEOUT = 120.0
"""Seconds for all that is under way to be acknowledged: a broker may have to start again, and again, meanwhile."""
GROUP = "partner.{code}.trial"


@dataclass(frozen=True)
class Received:
    """A referral at its partner, and how that one will deal with it."""

    referral: Referral
    manner: Manner
    cause: Cause


@dataclass
class PartnerSession:
    """One partner's systems, in a thread of their own, because confluent-kafka waits in C.

    `connection` are confluent-kafka's settings with the partner's own user and password.
    """

    code: str
    connection: Mapping[str, str]
    seed: int
    consumed: list[UUID] = field(default_factory=list)
    """Ids of the messages that took effect here, each as often as it did."""
    sent: list[UUID] = field(default_factory=list)
    """Ids of the answers that the broker has."""
    cases: dict[UUID, Received] = field(default_factory=dict)
    _files: queue.SimpleQueue[UUID] = field(default_factory=queue.SimpleQueue)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _settled: set[UUID] = field(default_factory=set)
    _uncommitted: bool = False
    _failure: Exception | None = None
    _thread: threading.Thread | None = None

    @property
    def topics(self) -> list[str]:
        """What it reads: its referrals, and which of its answers had no effect."""
        return [f"partner.{self.code}.{kind}.v1" for kind in ("referrals", "refusals")]

    @property
    def group(self) -> str:
        return GROUP.format(code=self.code)

    def start(self) -> None:
        self._thread = threading.Thread(target=self._work, name=self.group, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(SEND_TIMEOUT)

    def hand_over(self, referral_id: UUID) -> None:
        """The firm brought the file that was asked for, on the partner's own channel."""
        self._files.put(referral_id)

    def settled(self) -> int:
        """How many referrals this partner has nothing more to say about. Raises what ended its session."""
        if self._failure is not None:
            raise self._failure
        return len(self._settled)

    def _work(self) -> None:
        try:
            self._session()
        except Exception as failure:  # noqa: BLE001  (raised again by whoever waits for this partner)
            self._failure = failure

    def _session(self) -> None:
        settings = {"group.id": self.group, "auto.offset.reset": "earliest", "enable.auto.commit": False}
        # A static member is known again after its broker crashed; a new one waits until the old session has ended.
        name = {"group.instance.id": self.group}
        consumer = Consumer({**self.connection, **settings, **name, "log_level": 0})
        producer = self._producer()
        consumer.subscribe(self.topics)
        try:
            while not self._stopping.is_set():
                self._receive(consumer, producer)
                self._close_files(producer)
        finally:
            consumer.close()

    def _receive(self, consumer: Consumer, producer: Producer) -> None:
        messages = consumer.consume(100, POLL)
        for message in messages:
            if message.error() is not None:
                raise KafkaException(message.error())
            value, key = message.value(), message.key()
            record = Record(
                str(message.topic()), message.partition() or 0, message.offset() or 0, _bytes(key), _bytes(value)
            )
            event = decode(record)
            if isinstance(event, Message) and event.message_id not in self.consumed:
                self.consumed.append(event.message_id)
                self._open(event, producer)
        self._uncommitted |= bool(messages)
        if self._uncommitted:
            self._flush(producer)
            self._uncommitted = not _commit(consumer)

    def _open(self, event: Message, producer: Producer) -> None:
        referral = event.data
        if isinstance(referral, ReferralWithdrawn):
            self.cases.pop(referral.referral_id, None)  # It has to erase what it received.
        if not isinstance(referral, Referral):
            return
        who = referral.identity.rfc if referral.identity else str(referral.referral_id)
        rng = source(self.seed, "partner", self.code, who, referral.product)
        chosen = manner(referral, rng)
        cause = Cause(correlation_id=event.envelope.cause.correlation_id, causation_id=str(event.envelope.id))
        self.cases[referral.referral_id] = case = Received(referral, chosen, cause)
        for answer in opening(case.referral, chosen, rng):
            self._send(producer, answer, cause)
        if chosen != "asks_first":
            self._settled.add(referral.referral_id)

    def _close_files(self, producer: Producer) -> None:
        handed = list(self._handed())
        for case in handed:
            for answer in closing(case.referral):
                self._send(producer, answer, case.cause)
        if handed:
            self._flush(producer)
            self._settled.update(case.referral.referral_id for case in handed)

    def _handed(self) -> Iterator[Received]:
        while not self._files.empty():
            referral_id = self._files.get()
            if referral_id not in self._settled and referral_id in self.cases:
                yield self.cases[referral_id]

    def answer(self, answer: Answer) -> None:
        """Say something outside the manners, in a session of its own: also what is not this partner's to say."""
        producer = self._producer()
        self._send(producer, answer, Cause(correlation_id=str(new_id())))
        self._flush(producer)

    def _producer(self) -> Producer:
        """Idempotent: else an answer that is sent again, as its broker crashed, may come behind the next one."""
        settings = {"enable.idempotence": True, "log_level": 0}
        return Producer({**self.connection, **settings})

    def _send(self, producer: Producer, answer: Answer, cause: Cause) -> None:
        envelope = Envelope(new_id(), f"partner.{self.code}", now(), answer, cause)
        producer.produce(f"partner.{self.code}.answers.v1", encode(envelope), key=str(answer.key))
        self.sent.append(envelope.id)

    def _flush(self, producer: Producer) -> None:
        if producer.flush(SEND_TIMEOUT):
            raise TimeoutError(f"{self.code}: answers not acknowledged within {SEND_TIMEOUT:g} s")


def _commit(consumer: Consumer) -> bool:
    """Whether the offsets are committed; else the next try has to."""
    try:
        consumer.commit(asynchronous=False)
    except KafkaException as error:
        # There is none after a rebalance: what was not committed will come again.
        return bool(error.args[0].code() == KafkaError._NO_OFFSET)
    return True


def _bytes(value: str | bytes | None) -> bytes | None:
    return value.encode() if isinstance(value, str) else value
