"""Who may touch what on Kafka, made from the topic catalogue. What no rule allows is refused by the broker."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from shared.contracts.audit import log_of
from shared.messaging.topics import SERVICES, catalogue

PARTNER_BYTES_PER_SECOND = 1_048_576
"""Quota of a partner's principal, each way: hundreds of referrals a second, and no flood."""

PARTNER_REQUEST_PERCENTAGE = 50
"""Of one of a broker's threads, for whatever it asks: bytes are not all that a request costs."""

PARTNER_GROUPS = ("first", "desk", "trial", "audit")
"""Names of a partner's consumer groups, behind `partner.CODE.`: brokers keep what each group commits, and load it at
their start, so there are few of them.
"""


@dataclass(frozen=True, slots=True)
class AccessRule:
    """An allowance: the principal may do the operations on the named resource, or on all whose name starts so."""

    principal: str
    resource: Literal["topic", "group"]
    name: str
    prefixed: bool
    operations: tuple[str, ...]


def access_rules(partners: Iterable[str] = ()) -> Iterator[AccessRule]:
    """Every allowance of the platform: services write and read by the catalogue; partners have their own two topics,
    and read the checkpoints of all audit logs.
    """
    codes = tuple(partners)
    for topic in catalogue(codes):
        for writer in (topic.writer, *topic.for_writer):
            yield AccessRule(writer, "topic", topic.name, prefixed=False, operations=("WRITE",))
        for reader in topic.readers:
            yield AccessRule(reader, "topic", topic.name, prefixed=False, operations=("READ",))
    for service in SERVICES:
        yield AccessRule(service, "group", service, prefixed=True, operations=("READ",))
    for code in codes:
        for service in SERVICES:
            yield AccessRule(f"partner.{code}", "topic", log_of(service), prefixed=False, operations=("READ",))
        for group in PARTNER_GROUPS:
            name = f"partner.{code}.{group}"
            yield AccessRule(f"partner.{code}", "group", name, prefixed=False, operations=("READ",))
