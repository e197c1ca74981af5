"""The catalogue of topics: local runtime, containers and access rules are all made from it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, get_args

from shared.contracts import development, diagnosis, financing, matching, partner, registration
from shared.contracts.audit import AuditSealed, log_of
from shared.contracts.dead_letters import DeadLetter, ServiceName
from shared.contracts.event import EventData
from shared.contracts.refusals import AnswerRefused, RefusalLifted

DAY_MS = 86_400_000

EVENT_RETENTION_MS = 30 * DAY_MS
"""A stage that was down for a month still finds everything; older history is in its writer's journal."""

PARTNER_RETENTION_MS = 14 * DAY_MS
"""Personal data: long enough for a partner's longest outage, no longer."""

OFFSETS_RETENTION_MINUTES = 2 * EVENT_RETENTION_MS // 60_000
"""The brokers' `offsets.retention.minutes`. With Kafka's seven days a group that was away for eight begins anew at the
log's start, and nobody can tell what was removed before it came back."""

SEGMENT_MS = DAY_MS // 4
"""How much longer than its retention a record may lie there."""

MAX_EVENT_BYTES = 1_048_576
"""Of one event of ours, and of one batch on any topic: that is what Kafka's `max.message.bytes` counts, and clients
fill a batch up to a million bytes before they send it.
"""
MAX_ANSWER_BYTES = 65_536
"""Of one answer, which is hostile input: whoever consumes it refuses a larger one."""

SERVICES: tuple[ServiceName, ...] = get_args(ServiceName)


@lru_cache(1_024)
def is_partners(name: str) -> bool:
    """Whether a topic, or a principal, is a partner's: an outsider's."""
    return name.startswith("partner.")


def principal_of(name: str) -> str:
    """Whose a partner's topic is: `partner.<code>`."""
    return ".".join(name.split(".")[:2])


@dataclass(frozen=True, slots=True)
class Topic:
    """One aggregate's stream."""

    name: str
    writer: str
    """Principal that may write: a service, or a partner."""
    readers: tuple[str, ...]
    """Principals that may read."""
    events: tuple[type[EventData], ...]
    key: str = "supplier_id"
    """Field of every event whose value is the records' key: the aggregate whose order counts."""
    partitions: int = 6
    retention_ms: int = EVENT_RETENTION_MS
    for_writer: tuple[str, ...] = ()
    """Principals that write there what the writer says to them, as at a page of ours."""

    def encrypts(self, event: type[EventData]) -> bool:
        """Whether its reader may have it encrypted: a partner, what is personal."""
        return bool(event.PERSONAL) and any(map(is_partners, self.readers))

    @property
    def retention_days(self) -> int:
        return self.retention_ms // DAY_MS

    @property
    def gone_after_days(self) -> int:
        """Whole segments go: until the last record of one is old enough, its first lie there too."""
        return -(-(self.retention_ms + SEGMENT_MS) // DAY_MS)

    @property
    def config(self) -> dict[str, str]:
        return {
            "retention.ms": str(self.retention_ms),
            "max.message.bytes": str(MAX_EVENT_BYTES),
            "cleanup.policy": "delete",
            # As it was written: a broker that unpacks what 3 KB of an outsider unpack to has no memory left for others.
            "compression.type": "producer",
            # The broker's clock: by the writer's, a record that was stamped weeks ago is deleted before it is read.
            "message.timestamp.type": "LogAppendTime",
            # Whole segments go: with Kafka's seven days, a fortnight of personal data would be three weeks.
            "segment.ms": str(SEGMENT_MS),
        }


def _events(module: object, base: type[EventData]) -> tuple[type[EventData], ...]:
    found = (value for value in vars(module).values() if isinstance(value, type) and issubclass(value, base))
    return tuple(event for event in found if "TYPE" in vars(event))


SUPPLIER = Topic(
    "registration.supplier.v1",
    "registration",
    ("matching", "diagnosis", "development", "financing", "portal"),
    (
        *(registration.SupplierRegistered, registration.SupplierChanged, registration.SupplierWithdrawn),
        *(registration.PersonLeft, registration.ContactErased),
    ),
)
ANCHOR = Topic(
    "registration.anchor.v1",
    "registration",
    ("matching", "portal"),
    _events(registration, registration.AnchorEvent),
    key="anchor_id",
    partitions=1,
)
REQUIREMENT = Topic(
    "matching.requirement.v1",
    "matching",
    ("development", "portal"),
    _events(matching, matching.RequirementEvent),
    key="requirement_id",
    partitions=3,
)
MATCH = Topic(
    "matching.match.v1",
    "matching",
    ("diagnosis", "development", "financing", "portal"),
    (
        matching.OfferingAligned,
        matching.AlignmentChanged,
        matching.OfferingNotAligned,
        matching.CandidateIntroduced,
        matching.IntroductionEnded,
        *_events(matching, matching.MeetingEvent),
        *_events(matching, matching.PerformanceEvent),
        *_events(matching, matching.MatchEvent),
    ),
)
DIAGNOSIS = Topic(
    "diagnosis.diagnosis.v1",
    "diagnosis",
    ("matching", "development", "financing", "portal"),
    _events(diagnosis, diagnosis.DiagnosisEvent),
)
PLAN = Topic(
    "development.plan.v1",
    "development",
    ("diagnosis", "financing", "portal"),
    _events(development, development.DevelopmentEvent),
)
REFERRAL = Topic(
    "financing.referral.v1",
    "financing",
    ("development", "portal"),
    _events(financing, financing.FinancingEvent),
)

STAGE_TOPICS = (SUPPLIER, ANCHOR, REQUIREMENT, MATCH, DIAGNOSIS, PLAN, REFERRAL)


def dead_letter_topic(service: str) -> Topic:
    """Where a service tells of the records that it could not consume."""
    return Topic(f"{service}.dead-letters.v1", service, ("portal",), (DeadLetter,), key="dead_letter_id", partitions=1)


def audit_topic(service: str) -> Topic:
    """Where a service publishes the checkpoints of its audit log; every partner may keep them as a witness."""
    return Topic(log_of(service), service, ("portal",), (AuditSealed,), key="log_id", partitions=1)


class PartnerTopics(NamedTuple):
    """What one partner and the program say to each other."""

    referrals: Topic
    answers: Topic
    refusals: Topic


def partner_topics(code: str) -> PartnerTopics:
    """Referrals to one partner, which it alone can read, its answers, which it writes, and financing for its people,
    and which of those had no effect.
    """
    principal = f"partner.{code}"
    referrals = Topic(
        f"{principal}.referrals.v1",
        "financing",
        (principal,),
        (partner.Referral, partner.ReferralWithdrawn, partner.ReferralDue),
        partitions=3,
        retention_ms=PARTNER_RETENTION_MS,
    )
    answers = Topic(
        f"{principal}.answers.v1",
        principal,
        ("financing",),
        _events(partner, partner.Answer),
        key="referral_id",
        # A batch that waits here to be consumed is held for each partition; and one has an order whoever writes it.
        partitions=1,
        retention_ms=PARTNER_RETENTION_MS,
        # Of institutions without Kafka, whose people answer in the portal.
        for_writer=("financing",),
    )
    refusals = Topic(
        f"{principal}.refusals.v1",
        "financing",
        (principal,),
        (AnswerRefused, RefusalLifted),
        key="refusal_id",
        partitions=1,
        retention_ms=PARTNER_RETENTION_MS,
    )
    return PartnerTopics(referrals, answers, refusals)


def catalogue(partners: Iterable[str] = ()) -> tuple[Topic, ...]:
    """Every topic of the platform, with those of the given partners."""
    return (
        *STAGE_TOPICS,
        *(dead_letter_topic(service) for service in SERVICES),
        *(audit_topic(service) for service in SERVICES),
        *(topic for code in partners for topic in partner_topics(code)),
    )


TO_PARTNERS = re.compile(r"partner\.([a-z0-9-]+)\.(?:referrals|refusals)\.v1")


def recipient_of(name: str) -> str | None:
    """The partner that reads a topic of ours; None of every other topic."""
    found = TO_PARTNERS.fullmatch(name)
    return found[1] if found else None


def written(service: str, name: str) -> Topic | None:
    """The topic of this name, if it is the service that writes it."""
    code = recipient_of(name)
    return next((t for t in catalogue((code,) if code else ()) if (t.name, t.writer) == (name, service)), None)


ANSWERS_PATTERN = r"^partner\.[a-z0-9-]+\.answers\.v1$"
"""The topics that `financing` reads besides those of the stages; partners come and go while it runs."""


def subscriptions(service: str) -> tuple[str, ...]:
    """Names of the topics that a service reads, whoever the partners are."""
    return tuple(topic.name for topic in catalogue() if service in topic.readers)


def groups(service: str, partners: Iterable[str] = ()) -> dict[str, tuple[str, ...]]:
    """The consumer groups that a service should have, each with the topics that it reads."""
    answers = [topic.name for code in partners for topic in partner_topics(code) if service in topic.readers]
    wanted = {service: subscriptions(service), f"{service}.partners": tuple(answers)}
    return {group: topics for group, topics in wanted.items() if topics}


EVENT_TYPES: dict[str, type[EventData]] = {
    event.TYPE: event for topic in (*catalogue(), *partner_topics("any")) for event in topic.events
}
"""Every event of the published language by its CloudEvents `type`."""
