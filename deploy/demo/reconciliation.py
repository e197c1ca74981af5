"""Whether nothing got lost and nothing took effect twice: a comparison of what each part says it wrote and read.

Pure: what is compared is given. A *writer* is a service with its journal, or a partner with the answers that it sent;
a *reader* is a service with its inbox, or a partner with what it consumed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

Topic = str
Name = str


@dataclass(frozen=True, slots=True)
class OnTopic:
    """One record. Readers claim its `message_id` or, where they set it aside, its `place`; `event_id` is None where the
    record is no event.
    """

    topic: Topic
    message_id: UUID
    event_id: UUID | None
    effect: str | None = None
    """What it says and why, without its id and moment: one cause has each effect once. None: no event caused it."""
    place: UUID | None = None
    type: str | None = None
    """None where the record is no event."""


@dataclass(frozen=True)
class Evidence:
    """What was found everywhere."""

    journals: Mapping[Name, Collection[tuple[Topic, UUID]]]
    """By writer, the topic and id of every event that it decided."""
    records: Sequence[OnTopic]
    inboxes: Mapping[Name, Sequence[UUID]]
    """By reader, the message ids that took effect, as often as they did."""
    readers: Mapping[Topic, Collection[Name]]
    types: Mapping[Name, Collection[str]] = field(default_factory=dict)
    """By reader, the types of events that it reads, where it does not read all of its topics."""


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Counts of events; all of them zero but the first three where all is well."""

    published: int
    """Events of a journal that are on their topic."""
    consumed: int
    """Takings in by readers: an event whose type three read counts three."""
    unknown: int
    """Records that no writer decided."""
    lost: int
    """Decided and not on the topic, or on the topic and not consumed by who reads its type."""
    doubled: int
    """Took effect more than once: claimed twice by one reader, or told twice by it for one cause."""
    republished: int
    """More than once on the topic, as at least once allows: readers know them by their id."""


def reconcile(evidence: Evidence) -> Reconciliation:
    """Compare."""
    decided = {event for journal in evidence.journals.values() for event in journal}
    shown = Counter((record.topic, record.event_id) for record in evidence.records if record.event_id is not None)
    consumed, missed = _readings(evidence)
    return Reconciliation(
        published=len(decided & shown.keys()),
        consumed=consumed,
        unknown=len({record.message_id for record in evidence.records if not _is_of(record, decided)}),
        lost=len(decided - shown.keys()) + missed,
        doubled=_doubled(evidence, decided),
        republished=sum(shown.values()) - len(shown),
    )


def _is_of(record: OnTopic, decided: Collection[tuple[Topic, UUID]]) -> bool:
    return record.event_id is not None and (record.topic, record.event_id) in decided


def _readings(evidence: Evidence) -> tuple[int, int]:
    """What readers consumed of their topics, and what they missed."""
    on_topic: dict[Topic, dict[UUID, tuple[str | None, set[UUID | None]]]] = {}
    for record in evidence.records:
        known = on_topic.setdefault(record.topic, {})
        known.setdefault(record.message_id, (record.type, {record.message_id}))[1].add(record.place)
    claimed = {name: set(inbox) for name, inbox in evidence.inboxes.items()}
    consumed = missed = 0
    for topic, readers in evidence.readers.items():
        for reader in readers:
            read = evidence.types.get(reader)
            records = on_topic.get(topic, {}).values()
            expected = [claims for type_, claims in records if read is None or type_ is None or type_ in read]
            found = sum(not claims.isdisjoint(claimed.get(reader, set())) for claims in expected)
            consumed += found
            missed += len(expected) - found
    return consumed, missed


def _doubled(evidence: Evidence, decided: Collection[tuple[Topic, UUID]]) -> int:
    claims = sum(_surplus(inbox) for inbox in evidence.inboxes.values())
    once = {(record.topic, record.event_id): record.effect for record in evidence.records if _is_of(record, decided)}
    return claims + _surplus(effect for effect in once.values() if effect is not None)


def _surplus(items: Iterable[object]) -> int:
    counts = Counter(items)
    return counts.total() - len(counts)
