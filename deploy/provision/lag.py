"""How far consumer groups are behind, of every partition that they should read: also of those never committed.

Every function wants a super user's client and raises ``KafkaAdminError``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from confluent_kafka import ConsumerGroupTopicPartitions
from confluent_kafka.admin import AdminClient

from deploy.provision.asking import EARLIEST, LATEST, answers, log_offsets
from deploy.provision.kafka_admin import describe_topics, group_names
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
    """Partitions that had records, of which the group has no offset: it is new, it never ran, or Kafka forgot it."""


def lags(client: AdminClient, wanted: Mapping[str, Iterable[str]]) -> list[Lag]:
    """Of the groups that should be, each on the topics that it should read, and of whatever else has committed."""
    counts = {topic.name: topic.partitions for topic in describe_topics(client)}
    known = set(group_names(client))
    places = {group: _committed(client, group) if group in known else {} for group in {*known, *wanted}}
    for group, topics in wanted.items():
        expected = ((topic, part) for topic in topics for part in range(counts.get(topic, 0)))
        places[group] = {**dict.fromkeys(expected), **places[group]}
    asked = {place for found in places.values() for place in found}
    starts, ends = log_offsets(client, asked, EARLIEST), log_offsets(client, asked, LATEST)
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
    first, end = log_offsets(client, [place], EARLIEST), log_offsets(client, [place], LATEST)
    return Standing(partitions, first[place], end[place], committed.get(place))


def _lag(
    group: str,
    topic: str,
    committed: Mapping[Place, int | None],
    starts: Mapping[Place, int],
    ends: Mapping[Place, int],
) -> Lag:
    left = (ends[place] - (starts[place] if at is None else at) for place, at in committed.items() if place in ends)
    never = sum(at is None and ends.get(place, 0) > 0 for place, at in committed.items())
    return Lag(group, topic, sum(max(records, 0) for records in left), never)


def _committed(client: AdminClient, group: str) -> dict[Place, int | None]:
    """Only of a group that Kafka knows: asked for one without a coordinator, as on a fresh node, librdkafka 2.x ends
    the whole process.
    """
    asked = [ConsumerGroupTopicPartitions(group)]
    found = answers("read offsets of", lambda: client.list_consumer_group_offsets(asked))[group]
    places = found.topic_partitions or ()
    return {(each.topic, each.partition): each.offset if each.offset >= 0 else None for each in places}
