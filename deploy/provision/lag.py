"""How far consumer groups are behind, of every partition that they should read: also of those never committed.

Every function wants a super user's client and raises ``KafkaAdminError``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]  # public, but not marked so

from deploy.provision.kafka_admin import REQUEST_TIMEOUT, KafkaAdminError, describe_topics, group_names
from shared.messaging.skips import Standing

Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Lag:
    """One group on one topic."""

    group: str
    topic: str
    records: int
    """Still to commit; from the log's start where the group never committed, since that is where it begins."""
    never_committed: int
    """Partitions of which the group has no offset: it is new, it never ran, or Kafka forgot it."""


def lags(client: AdminClient, wanted: Mapping[str, Iterable[str]]) -> list[Lag]:
    """Of the groups that should be, each on the topics that it should read, and of whatever else has committed."""
    counts = {topic.name: topic.partitions for topic in describe_topics(client)}
    known = set(group_names(client))
    places = {group: _committed(client, group) if group in known else {} for group in {*known, *wanted}}
    for group, topics in wanted.items():
        expected = ((topic, part) for topic in topics for part in range(counts.get(topic, 0)))
        places[group] = {**dict.fromkeys(expected), **places[group]}
    asked = {place for found in places.values() for place in found}
    starts, ends = _offsets(client, asked, OffsetSpec.earliest()), _offsets(client, asked, OffsetSpec.latest())  # type: ignore[no-untyped-call]  # of confluent-kafka
    return [
        _lag(group, topic, {place: at for place, at in places[group].items() if place[0] == topic}, starts, ends)
        for group in sorted(places)
        for topic in sorted({topic for topic, _ in places[group]})
    ]


def standing(client: AdminClient, group: str, topic: str, partition: int) -> Standing:
    """Where a partition's log begins and ends, and where the group is on it."""
    counts = {each.name: each.partitions for each in describe_topics(client, [topic])}
    place, partitions = (topic, partition), counts.get(topic, 0)
    if partition >= partitions:
        return Standing(partitions)
    committed = _committed(client, group) if group in group_names(client) else {}
    first, end = _offsets(client, [place], OffsetSpec.earliest()), _offsets(client, [place], OffsetSpec.latest())  # type: ignore[no-untyped-call]  # of confluent-kafka
    return Standing(partitions, first[place], end[place], committed.get(place))


def _lag(
    group: str,
    topic: str,
    committed: Mapping[Place, int | None],
    starts: Mapping[Place, int],
    ends: Mapping[Place, int],
) -> Lag:
    left = (ends[place] - (starts[place] if at is None else at) for place, at in committed.items() if place in ends)
    never = sum(at is None for at in committed.values())
    return Lag(group, topic, sum(max(records, 0) for records in left), never)


def _committed(client: AdminClient, group: str) -> dict[Place, int | None]:
    """Only of a group that Kafka knows: asked for one without a coordinator, as on a fresh node, librdkafka 2.x ends
    the whole process.
    """
    try:
        answer = client.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])[group]
        found = answer.result(REQUEST_TIMEOUT).topic_partitions or ()
    except KafkaException as error:
        raise KafkaAdminError("kafka_failed", detail=f"cannot read offsets of {group}: {error}") from error
    return {(each.topic, each.partition): each.offset if each.offset >= 0 else None for each in found}


def _offsets(client: AdminClient, places: Iterable[Place], spec: OffsetSpec) -> dict[Place, int]:
    asked = {TopicPartition(*place): spec for place in places}
    if not asked:
        return {}
    found = client.list_offsets(asked)
    try:
        return {(each.topic, each.partition): found[each].result(REQUEST_TIMEOUT).offset for each in asked}
    except KafkaException as error:
        raise KafkaAdminError("kafka_failed", detail=f"cannot read offsets: {error}") from error
