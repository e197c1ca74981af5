"""Everything on Kafka that the platform needs: topics, users, access rules and quotas, made from the catalogue.

Each call may be repeated, and takes one request for many where Kafka has one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

from deploy.local.kafka import Kafka
from deploy.local.kafka_admin import TopicSpec, ensure_acls, ensure_quota, ensure_topics, ensure_users
from deploy.local.partners import Partner, PartnerBook
from shared.messaging.topics import Topic, catalogue, partner_topics
from shared.security.access import PARTNER_BYTES_PER_SECOND, access_rules


def provision(kafka: Kafka, services: Mapping[str, str], partners: Iterable[Partner]) -> None:
    """Topics, users (services with these passwords, partners whose secret is known) and access rules of all.

    Raises ``KafkaAdminError``.
    """
    present = tuple(partners)
    codes = [partner.code for partner in present]
    users = {**services, **{partner.principal: partner.secret for partner in present if partner.secret}}
    client = kafka.admin()
    with ThreadPoolExecutor(3) as pool:
        steps = (
            pool.submit(ensure_topics, client, map(_spec, catalogue(codes))),
            pool.submit(ensure_users, client, users),
            pool.submit(ensure_acls, client, access_rules(codes)),
        )
        for step in steps:
            step.result()


def limit(kafka: Kafka, book: PartnerBook) -> None:
    """Set the quota of each partner that has another one, or none. Raises ``KafkaAdminError``."""
    wanted = PARTNER_BYTES_PER_SECOND
    for partner in book.all():
        if partner.bytes_per_second != wanted:
            ensure_quota(kafka, partner.principal, produce=wanted, consume=wanted)
            book.limited(partner.code, wanted)


def provision_partner(kafka: Kafka, partner: Partner) -> None:
    """What one partner needs, on a cluster that has the rest already. Raises ``KafkaAdminError``."""
    if partner.secret is None:
        raise ValueError("the partner needs a secret")
    client = kafka.admin()
    ensure_topics(client, map(_spec, partner_topics(partner.code)))
    ensure_acls(client, access_rules([partner.code]))
    ensure_quota(kafka, partner.principal, produce=PARTNER_BYTES_PER_SECOND, consume=PARTNER_BYTES_PER_SECOND)
    # Last: with a password the partner could already act while its limits are missing.
    ensure_users(client, {partner.principal: partner.secret})


def _spec(topic: Topic) -> TopicSpec:
    return TopicSpec(topic.name, topic.partitions, topic.config)
