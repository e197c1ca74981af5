"""Everything on Kafka that the platform needs: topics, users, access rules and quotas, made from the catalogue.

Each call may be repeated, and takes one request for many where Kafka has one. `connection` are a super user's settings
in confluent-kafka's words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from deploy.engines.kafka_client import administration
from deploy.provision.kafka_admin import TopicSpec, ensure_acls, ensure_topics, ensure_users
from deploy.provision.kafka_quotas import ensure_quotas
from deploy.provision.partner_access import let_in, newest, shut_out
from deploy.provision.partners import Partner, PartnerBook
from shared.messaging.access import PARTNER_BYTES_PER_SECOND, access_rules
from shared.messaging.topics import Topic, catalogue, partner_topics
from shared.runtime.clock import now


def provision(connection: Mapping[str, str], services: Mapping[str, str], partners: Iterable[Partner]) -> list[str]:
    """Topics, users (services with these passwords, partners whose secret is known) and access rules of all.

    Returns the topics that changed. Raises ``KafkaAdminError``.
    """
    present = tuple(partners)
    codes = [partner.code for partner in present]
    users = {**services, **{partner.principal: partner.secret for partner in present if partner.secret}}
    client = administration(connection)
    with ThreadPoolExecutor(3) as pool:
        topics = pool.submit(ensure_topics, client, map(_spec, catalogue(codes)))
        rest = (pool.submit(ensure_users, client, users), pool.submit(ensure_acls, client, access_rules(codes)))
        for step in rest:
            step.result()
        return topics.result()


def limit(connection: Mapping[str, str], book: PartnerBook) -> None:
    """Set the quota of each partner that has another one, or none. Raises ``KafkaAdminError``."""
    wanted = PARTNER_BYTES_PER_SECOND
    late = [partner for partner in book.all() if partner.bytes_per_second != wanted]
    if late:
        ensure_quotas(connection, {partner.principal: wanted for partner in late})
        for partner in late:
            book.limited(partner.code, wanted)


def provision_partner(connection: Mapping[str, str], partner: Partner) -> None:
    """What one partner needs, on a cluster that has the rest already. Raises ``KafkaAdminError``."""
    client = administration(connection)
    ensure_topics(client, map(_spec, partner_topics(partner.code)))
    ensure_acls(client, access_rules([partner.code]))
    let_in(connection, partner)


def end_rotations(connection: Mapping[str, str], book: PartnerBook) -> list[str]:
    """Shut out the old users whose time is up; their names. Raises ``KafkaAdminError``.

    Kafka says which is the old one: a book may not know what was done from another machine.
    """
    ended = []
    for partner in (each for each in book.all() if each.is_over(now())):
        present = newest(administration(connection), partner.code)
        if present is None:
            continue
        if present == partner.principal:
            shut_out(connection, [partner.other])
            ended.append(partner.other)
        book.put(replace(partner.seen_as(present), old_until=None))
    return ended


def _spec(topic: Topic) -> TopicSpec:
    return TopicSpec(topic.name, topic.partitions, topic.config)
