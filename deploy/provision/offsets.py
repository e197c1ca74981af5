"""Where a service's consumer groups are on their topics, and how they are set back."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]  # public, but not marked so

from deploy.provision.kafka_admin import REQUEST_TIMEOUT, KafkaAdminError

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
    try:
        groups = [found.group_id for found in admin.list_consumer_groups().result(REQUEST_TIMEOUT).valid]
        return [place for group in groups if _is_of(group, service) for place in _places(admin, group)]
    except KafkaException as error:
        raise KafkaAdminError("kafka_failed", detail=f"cannot read the offsets of {service}: {error}") from error


def at(admin: AdminClient, places: Iterable[Place], moment: datetime | None) -> list[Place]:
    """The first record that Kafka took at or after the moment, or the first that there is, of the same partitions."""
    wanted = list(places)
    spec = (
        OffsetSpec.earliest()  # type: ignore[no-untyped-call]  # not annotated upstream
        if moment is None
        else OffsetSpec.for_timestamp(int(moment.timestamp() * 1000))
    )
    # -1 where no record is as late: the end.
    found, ends = _offsets(admin, wanted, spec), _ends(admin, wanted)
    offsets = {key: ends[key] if offset < 0 else offset for key, offset in found.items()}
    return [Place(place.group, place.topic, place.partition, offsets[_key(place)]) for place in wanted]


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
    ends = _ends(admin, wanted)
    return sum(max(ends[_key(place)] - place.offset, 0) for place in wanted)


def _is_of(group: str, service: str) -> bool:
    return group == service or group.startswith(f"{service}.")


def _places(admin: AdminClient, group: str) -> Iterator[Place]:
    asked = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])
    for found in asked[group].result(REQUEST_TIMEOUT).topic_partitions or ():
        if found.offset >= 0:
            yield Place(group, found.topic, found.partition, found.offset)


def _alter(admin: AdminClient, group: str, partitions: list[TopicPartition]) -> str | None:
    """Why the group cannot be moved; None when it was."""
    try:
        request = admin.alter_consumer_group_offsets([ConsumerGroupTopicPartitions(group, partitions)])
        moved = request[group].result(REQUEST_TIMEOUT).topic_partitions or ()
    except KafkaException as error:
        return str(error)
    return next((place.error.str() for place in moved if place.error is not None), None)


def _ends(admin: AdminClient, places: Iterable[Place]) -> Mapping[tuple[str, int], int]:
    return _offsets(admin, places, OffsetSpec.latest())  # type: ignore[no-untyped-call]  # of confluent-kafka


def _offsets(admin: AdminClient, places: Iterable[Place], spec: OffsetSpec) -> Mapping[tuple[str, int], int]:
    asked = {TopicPartition(place.topic, place.partition): spec for place in places}
    try:
        found = admin.list_offsets(asked)
        return {(each.topic, each.partition): found[each].result(REQUEST_TIMEOUT).offset for each in asked}
    except KafkaException as error:
        raise KafkaAdminError("kafka_failed", detail=f"cannot read offsets: {error}") from error


def _key(place: Place) -> tuple[str, int]:
    return place.topic, place.partition
