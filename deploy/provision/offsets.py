"""Where a service's consumer groups are on their topics, and how they are set back."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]  # public, but not marked so

from deploy.provision.asking import EARLIEST, LATEST, KafkaAdminError, answers, log_offsets
from deploy.provision.kafka_admin import group_names

EMPTY_WITHIN = 90.0
"""Seconds until a group without its members is empty: a member that has a name is missed for its session of 30 s."""
PROBE_PAUSE = 1.0


@dataclass(frozen=True, slots=True)
class Place:
    """The next record that a group consumes of one partition."""

    group: str
    topic: str
    partition: int
    offset: int


def committed(admin: AdminClient, service: str) -> list[Place]:
    """The places of all groups of the service. Raises ``KafkaAdminError``."""
    return [place for group in group_names(admin) if _is_of(group, service) for place in _places(admin, group)]


def at(admin: AdminClient, places: Iterable[Place], moment: datetime | None) -> list[Place]:
    """The first record that Kafka took at or after the moment, or the first that there is, of the same partitions.
    Where the group is behind that it stays: what it has still to read is not passed over.
    """
    wanted = list(places)
    spec = EARLIEST if moment is None else OffsetSpec.for_timestamp(int(moment.timestamp() * 1000))
    # -1 where no record is as late: the end.
    found, ends = log_offsets(admin, map(_key, wanted), spec), log_offsets(admin, map(_key, wanted), LATEST)
    offsets = {key: ends[key] if offset < 0 else offset for key, offset in found.items()}
    return [replace(place, offset=min(place.offset, offsets[_key(place)])) for place in wanted]


def set_back(admin: AdminClient, places: Iterable[Place]) -> None:
    """Move the groups to these places; their members must have ended. Raises ``KafkaAdminError``."""
    by_group: dict[str, list[TopicPartition]] = {}
    for place in places:
        by_group.setdefault(place.group, []).append(TopicPartition(place.topic, place.partition, place.offset))
    deadline = time.monotonic() + EMPTY_WITHIN
    for group, partitions in by_group.items():
        while (refusal := _alter(admin, group, partitions)) is not None:
            if time.monotonic() > deadline:
                raise KafkaAdminError("kafka_failed", detail=f"cannot set {group} back: {refusal}")
            time.sleep(PROBE_PAUSE)


def behind(admin: AdminClient, places: Iterable[Place]) -> int:
    """How many records there are from these places on."""
    wanted = list(places)
    ends = log_offsets(admin, map(_key, wanted), LATEST)
    return sum(max(ends[_key(place)] - place.offset, 0) for place in wanted)


def _is_of(group: str, service: str) -> bool:
    return group == service or group.startswith(f"{service}.")


def _places(admin: AdminClient, group: str) -> Iterator[Place]:
    asked = [ConsumerGroupTopicPartitions(group)]
    found = answers("read offsets of", lambda: admin.list_consumer_group_offsets(asked))[group]
    for place in found.topic_partitions or ():
        if place.offset >= 0:
            yield Place(group, place.topic, place.partition, place.offset)


def _alter(admin: AdminClient, group: str, partitions: list[TopicPartition]) -> str | None:
    """Why the group cannot be moved; None when it was."""
    asked = [ConsumerGroupTopicPartitions(group, partitions)]
    try:
        moved = answers("move", lambda: admin.alter_consumer_group_offsets(asked))[group].topic_partitions or ()
    except KafkaAdminError as refusal:
        return str(refusal.params["detail"])
    return next((place.error.str() for place in moved if place.error is not None), None)


def _key(place: Place) -> tuple[str, int]:
    return place.topic, place.partition
