"""Reads topics from outside any group: nothing is committed, nobody else's place is moved."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Self, TypeVar

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from deploy.engines.errors import DeployError
from deploy.provision.asking import passes
from shared.messaging.producer import partition_of

T = TypeVar("T")

REQUEST_TIMEOUT = 10.0
REQUEST_SLICE = 1.0
POLL = 0.2
STALLED = 10.0
"""Seconds without a record after which the past counts as read: its last ones may have been deleted meanwhile."""

SORTED_AT_ONCE = 20_000
"""Records that are held to be put in the order of their time; more would be memory without end."""
FOREVER = 2**63

Place = tuple[str, int]

HANDSHAKE = "mechanism handshake failed"
"""Librdkafka's words where the secret was not looked at yet: no such mechanism there, or the broker went away."""


class KafkaRefusalError(DeployError):
    """The broker does not let this user do this, or does not answer."""

    def __init__(self, error: KafkaError) -> None:
        super().__init__(_code(error), detail=error.str())


@dataclass(frozen=True, slots=True)
class Entry:
    """One record."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None

    @classmethod
    def of(cls, message: Message) -> Entry:
        return cls(
            topic=str(message.topic()),
            partition=int(message.partition() or 0),
            offset=int(message.offset() or 0),
            timestamp_ms=message.timestamp()[1],
            key=_bytes(message.key()),
            value=_bytes(message.value()),
        )


class Reader:
    """Some topics, first what is there, then what comes. Raises ``KafkaRefusalError``."""

    def __init__(
        self, connection: Mapping[str, str], group: str, topics: Iterable[str], key: bytes | None = None
    ) -> None:
        """`group` must be one that the user may name; it is never joined. With a key, only its partitions are read."""
        settings = {"group.id": group, "enable.auto.commit": False, "auto.offset.reset": "earliest", "log_level": 0}
        self._background: list[KafkaError] = []
        self._consumer = Consumer({**connection, **settings, "error_cb": self._background.append})
        self._topics = tuple(topics)
        self._key = key

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._consumer.close()

    def past(self, last: int | None = None, since: datetime | None = None) -> Iterator[Entry]:
        """The newest `last` records that are there now, oldest first; all of them when None. `since`: not older ones.

        `follow` goes on behind them.
        """
        found: list[Entry] = []
        for entries in self._up_to_now(last, since):
            found += entries
            if last is None and len(found) >= SORTED_AT_ONCE:
                yield from _in_time(found)
                found = []
        kept = _in_time(found)
        yield from kept if last is None else kept[max(len(kept) - last, 0) :]

    def follow(self) -> Iterator[Entry]:
        """Records as they come, until Ctrl-C."""
        with contextlib.suppress(KeyboardInterrupt):
            while True:
                yield from self._poll()

    def _up_to_now(self, last: int | None, since: datetime | None) -> Iterator[list[Entry]]:
        """What the partitions hold up to their present ends, from `last` records before each."""
        bounds = self._bounds() if since is None else self._later(self._bounds(), since)
        starts = {place: low if last is None else max(low, end - last) for place, (low, end) in bounds.items()}
        self._consumer.assign([TopicPartition(topic, part, at) for (topic, part), at in starts.items()])
        unread = {place: end for place, (_, end) in bounds.items() if starts[place] < end}
        deadline = time.monotonic() + STALLED
        while unread and time.monotonic() < deadline:
            entries = self._poll()
            if entries:
                yield entries
                deadline = time.monotonic() + STALLED
            for entry in entries:
                place = entry.topic, entry.partition
                if entry.offset + 1 >= unread.get(place, FOREVER):
                    del unread[place]

    def _poll(self) -> list[Entry]:
        messages = self._consumer.consume(500, POLL)
        for message in messages:
            if (error := message.error()) is not None:
                raise KafkaRefusalError(error)
        return [Entry.of(message) for message in messages]

    def _bounds(self) -> dict[Place, tuple[int, int]]:
        """First offset and end of each partition."""
        places = [(topic, part) for topic in self._topics for part in self._partitions(topic)]
        return {place: self._ask(partial(self._ends, place)) for place in places}

    def _ends(self, place: Place) -> tuple[int, int]:
        return self._consumer.get_watermark_offsets(TopicPartition(*place), REQUEST_SLICE)

    def _later(self, bounds: Mapping[Place, tuple[int, int]], since: datetime) -> dict[Place, tuple[int, int]]:
        """The same with the first record that is not older as the beginning; the end where there is none."""
        at = int(since.timestamp() * 1000)
        wanted = [TopicPartition(topic, part, at) for topic, part in bounds]
        found = self._ask(lambda: self._consumer.offsets_for_times(wanted, REQUEST_SLICE)) if wanted else []
        first = {(place.topic, place.partition): place.offset for place in found}
        return {place: (first[place] if first[place] >= 0 else end, end) for place, (_, end) in bounds.items()}

    def _partitions(self, topic: str) -> list[int]:
        found = self._ask(lambda: self._consumer.list_topics(topic, REQUEST_SLICE).topics[topic])
        if found.error is not None:
            raise KafkaRefusalError(found.error)
        parts = list(found.partitions)
        return parts if self._key is None else [partition_of(self._key, len(parts))]

    def _ask(self, question: Callable[[], T]) -> T:
        """Ask again while brokers come and go. In slices, because librdkafka takes a wrong password for no failure: it
        tries again, for ever.
        """
        deadline = time.monotonic() + REQUEST_TIMEOUT
        while True:
            try:
                return question()
            except KafkaException as error:
                self._consumer.poll(0)  # hands over what happened in the background
                refused = [each for each in self._background if _denies(each)]
                if refused or not passes(error.args[0]) or time.monotonic() > deadline:
                    raise KafkaRefusalError(refused[0] if refused else error.args[0]) from error


def _code(error: KafkaError) -> str:
    if error.code() == KafkaError._AUTHENTICATION:
        return "refused_by_kafka" if HANDSHAKE in error.str() else "wrong_secret"
    return "kafka_away" if error.code() < 0 else "refused_by_kafka"


def _denies(error: KafkaError) -> bool:
    """Whether the broker itself did not let this user in; librdkafka says the same where one went away meanwhile."""
    return error.code() == KafkaError._AUTHENTICATION and f"{HANDSHAKE}: Local:" not in error.str()


def _in_time(entries: list[Entry]) -> list[Entry]:
    """In the order of time; records of one moment stay as they came."""
    return sorted(entries, key=lambda entry: entry.timestamp_ms)


def _bytes(value: str | bytes | None) -> bytes | None:
    return value.encode() if isinstance(value, str) else value
