"""A financing partner's own side of its topics, with its own credentials: what its systems would do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Literal
from uuid import UUID

from confluent_kafka import KafkaError, Message, Producer

from deploy.provision.reader import Entry, KafkaRefusalError, Reader
from shared.contracts.encrypted import Encrypted
from shared.contracts.envelope import Envelope
from shared.contracts.event import Cause
from shared.contracts.partner import Answer, Referral, ReferralWithdrawn
from shared.messaging import encrypting
from shared.messaging.codec import Message as Event
from shared.messaging.codec import Record, decode, encode
from shared.runtime.clock import now
from shared.runtime.ids import new_id
from shared.security.jwe import NotOpenedError, PrivateKey, key_id

SEND_TIMEOUT = 15.0


class PartnerClient:
    """One partner. `connection` are confluent-kafka's settings with the partner's user and password, `keys` its private
    keys, by which it opens what is encrypted to it.

    Raises ``KafkaRefusalError``.
    """

    def __init__(self, code: str, connection: Mapping[str, str], keys: Sequence[PrivateKey] = ()) -> None:
        self._keys = keys
        self.closed: dict[str, int] = {}
        """How many referrals none of its keys opens, by the name of the key that would, at the last look."""
        self._principal = f"partner.{code}"
        self._connection = dict(connection)

    def reader(self, kind: Literal["referrals", "refusals"] = "referrals", key: bytes | None = None) -> Reader:
        """The referrals that this partner gets, or what it is told of its answers that had no effect."""
        return Reader(self._connection, f"{self._principal}.audit", [f"{self._principal}.{kind}.v1"], key)

    def opened(self, entry: Entry) -> Entry:
        """The record in clear; as it is where no key of it is at hand."""
        try:
            return entry if entry.value is None else replace(entry, value=encrypting.opened(entry.value, self._keys))
        except NotOpenedError:
            return entry

    def referrals(self) -> dict[UUID, tuple[Referral, Cause]]:
        """Every referral that the topic still holds and whose firm did not take it back, with what it comes from, by
        id. One that comes behind its withdrawal is dropped too, as the partners' guide demands.
        """
        found: dict[UUID, tuple[Referral, Cause]] = {}
        withdrawn: set[UUID] = set()
        closed = Counter[str]()
        with self.reader() as reader:
            for entry in map(self.opened, reader.past()):
                event = decode(Record(entry.topic, entry.partition, entry.offset, entry.key, entry.value))
                if not isinstance(event, Event):
                    continue
                if isinstance(event.data, ReferralWithdrawn):
                    withdrawn.add(event.data.referral_id)
                elif isinstance(event.data, Referral):
                    cause = Cause(
                        correlation_id=event.envelope.cause.correlation_id, causation_id=str(event.envelope.id)
                    )
                    found[event.data.referral_id] = event.data, cause
                elif isinstance(event.data, Encrypted):
                    closed[key_id(event.data.message)] += 1
        self.closed = dict(closed)
        return {id_: each for id_, each in found.items() if id_ not in withdrawn}

    def answer(self, answer: Answer, cause: Cause) -> UUID:
        """Send the answer, and return its event id once the broker has it."""
        envelope = Envelope(new_id(), self._principal, now(), answer, cause)
        settings = {"acks": "all", "message.timeout.ms": int(SEND_TIMEOUT * 1000)}
        failures: list[KafkaError] = []

        def delivered(error: KafkaError | None, _: Message) -> None:
            if error is not None:
                failures.append(error)

        with closing(Producer({**self._connection, **settings, "log_level": 0})) as producer:
            producer.produce(answer.topic, encode(envelope), key=str(answer.key), on_delivery=delivered)
            producer.flush(SEND_TIMEOUT)
        if failures:
            raise KafkaRefusalError(failures[0])
        return envelope.id
