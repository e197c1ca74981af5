"""Topics, users and access rules of a Kafka cluster: one request for many, and each call may be repeated.

Every function wants a super user's client and raises ``KafkaAdminError``.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # its names are public, but not marked so
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialAlteration,
    UserScramCredentialsDescription,
    UserScramCredentialUpsertion,
)

from deploy.provision.asking import REQUEST_TIMEOUT, KafkaAdminError, answers
from shared.messaging.access import AccessRule

PROBE_PAUSE = 0.02
REPLICAS = -1
"""As many as the brokers make by default: one on one machine, three where there are three brokers."""
# Kafka's least. More rounds slow down guessing at weak passwords; these are 256 random bits.
SCRAM_ITERATIONS = 4096

REFERRALS = re.compile(r"partner\.(.+)\.referrals\.v1")

RESOURCE_TYPES = {"topic": ResourceType.TOPIC, "group": ResourceType.GROUP}


@dataclass(frozen=True)
class TopicSpec:
    """A topic as it should be, or as it is; ``config`` in Kafka's own words, such as ``retention.ms``."""

    name: str
    partitions: int
    config: Mapping[str, str] = field(default_factory=dict)


def ensure_topics(client: AdminClient, wanted: Iterable[TopicSpec]) -> list[str]:
    """Create what is missing, add partitions, set the named configs where they differ; the names that changed.

    Partitions are never taken away, and configs that ``wanted`` does not name are left as they are. Returns once
    the broker shows the changes, which is a moment after it has accepted them.
    """
    specs = {spec.name: spec for spec in wanted}
    changes = _changes(client, specs)
    if changes.missing:
        topics = [NewTopic(spec.name, spec.partitions, REPLICAS, config=dict(spec.config)) for spec in changes.missing]
        # Somebody else may create the same topic at this moment; that is no error.
        already = KafkaError.TOPIC_ALREADY_EXISTS
        answers("create topic", lambda: client.create_topics(topics), tolerate=already)
    if changes.grown:
        partitions = [NewPartitions(spec.name, spec.partitions) for spec in changes.grown]
        # Refused only when somebody else was faster.
        refused = KafkaError.INVALID_PARTITIONS
        answers("add partitions to", lambda: client.create_partitions(partitions), tolerate=refused)
    if changes.altered:
        configs = [_config_change(name, config) for name, config in changes.altered.items()]
        answers("configure topic", lambda: client.incremental_alter_configs(configs))
    deadline = time.monotonic() + REQUEST_TIMEOUT
    while changes.names and _changes(client, specs).names:
        if time.monotonic() > deadline:
            raise _not_seen(changes.names)
        time.sleep(PROBE_PAUSE)
    return changes.names


def describe_topics(client: AdminClient, names: Iterable[str] | None = None) -> list[TopicSpec]:
    """Those of the named topics that exist (all but Kafka's internal ones when None), with their whole config."""
    try:
        metadata = client.list_topics(timeout=REQUEST_TIMEOUT).topics
    except KafkaException as error:
        raise KafkaAdminError("kafka_failed", detail=f"cannot list topics: {error.args[0].str()}") from error
    chosen = [name for name in metadata if not name.startswith("__")] if names is None else [*names]
    present = [name for name in chosen if name in metadata]
    if not present:
        return []
    resources = [ConfigResource(ConfigResource.Type.TOPIC, name) for name in present]
    # Who answers may be another broker than who listed them, and not know yet, or no more, what that one knows.
    unknown = KafkaError.UNKNOWN_TOPIC_OR_PART
    configs = answers("describe topic", lambda: client.describe_configs(resources), tolerate=unknown)
    return [
        TopicSpec(resource.name, len(metadata[resource.name].partitions), _plain(entries))
        for resource, entries in configs.items()
    ]


def partner_codes(client: AdminClient) -> list[str]:
    """Every partner that has a topic of referrals."""
    found = (REFERRALS.fullmatch(topic.name) for topic in describe_topics(client))
    return sorted(match[1] for match in found if match)


def ensure_users(client: AdminClient, passwords: Mapping[str, str], rounds: Mapping[str, int] | None = None) -> None:
    """Create each SCRAM-SHA-256 user or set its password, in one request; open connections of an old password live on.

    Who is known keeps its rounds, where `rounds` names no others. Returns once the broker knows each name, a moment
    after it agreed.
    """
    if not passwords:
        return
    wanted = {**scram_rounds(client), **(rounds or {})}
    upserts: list[UserScramCredentialAlteration] = [
        UserScramCredentialUpsertion(
            name,
            ScramCredentialInfo(ScramMechanism.SCRAM_SHA_256, wanted.get(name, SCRAM_ITERATIONS)),
            word.encode(),
        )
        for name, word in passwords.items()
    ]
    answers("set password of", lambda: client.alter_user_scram_credentials(upserts))
    deadline = time.monotonic() + REQUEST_TIMEOUT
    while not passwords.keys() <= known_users(client):
        if time.monotonic() > deadline:
            raise _not_seen(passwords)
        time.sleep(PROBE_PAUSE)


def known_users(client: AdminClient) -> set[str]:
    """Names of all SCRAM users."""
    return {*scram_rounds(client)}


def scram_rounds(client: AdminClient) -> dict[str, int]:
    """Rounds of each SCRAM user's password."""

    def everybody() -> dict[str, Future[dict[str, UserScramCredentialsDescription]]]:
        asked = client.describe_user_scram_credentials()
        if not isinstance(asked, Future):
            raise KafkaAdminError("kafka_failed", detail="no list of all users")
        return {"users": asked}

    found = answers("list", everybody)["users"]
    return {name: max(each.iterations for each in user.scram_credential_infos) for name, user in found.items()}


def ensure_acls(client: AdminClient, rules: Iterable[AccessRule]) -> None:
    """Add the allowances; Kafka keeps one of each, and none is ever taken away here.

    Operations are Kafka's own words. READ and WRITE include DESCRIBE.
    """
    wanted = {binding for rule in rules for binding in bindings(rule)}
    if wanted:
        answers("allow", lambda: client.create_acls(list(wanted)))


def group_names(client: AdminClient) -> list[str]:
    """Every consumer group that Kafka knows."""
    known = answers("list", lambda: {"groups": client.list_consumer_groups()})["groups"].valid
    return sorted(listed.group_id for listed in known)


def offsets_retention_minutes(client: AdminClient) -> int:
    """How long the brokers keep the offsets of a group without members; the shortest of all brokers."""
    brokers = [
        ConfigResource(ConfigResource.Type.BROKER, str(broker))
        for broker in client.list_topics(timeout=REQUEST_TIMEOUT).brokers
    ]
    # Each is asked by itself: a broker tells of no other one, and librdkafka takes one of them in a call.
    found = answers("describe broker", lambda: {each: client.describe_configs([each])[each] for each in brokers})
    return min(int(_plain(entries)["offsets.retention.minutes"]) for entries in found.values())


@dataclass(frozen=True)
class _Changes:
    """What separates the topics from how they should be."""

    missing: list[TopicSpec]
    grown: list[TopicSpec]
    altered: dict[str, dict[str, str]]

    @property
    def names(self) -> list[str]:
        return sorted({spec.name for spec in (*self.missing, *self.grown)} | self.altered.keys())


def _changes(client: AdminClient, specs: Mapping[str, TopicSpec]) -> _Changes:
    found = {topic.name: topic for topic in describe_topics(client, specs)}
    present = {name: spec for name, spec in specs.items() if name in found}
    altered = {
        name: {key: value for key, value in spec.config.items() if found[name].config.get(key) != value}
        for name, spec in present.items()
    }
    return _Changes(
        missing=[spec for name, spec in specs.items() if name not in found],
        grown=[spec for name, spec in present.items() if spec.partitions > found[name].partitions],
        altered={name: config for name, config in altered.items() if config},
    )


def _not_seen(names: Iterable[str]) -> KafkaAdminError:
    return KafkaAdminError("kafka_not_seen", names=", ".join(sorted(names)), seconds=f"{REQUEST_TIMEOUT:g}")


def _config_change(topic: str, config: Mapping[str, str]) -> ConfigResource:
    entries = [ConfigEntry(key, value, incremental_operation=AlterConfigOpType.SET) for key, value in config.items()]
    return ConfigResource(ConfigResource.Type.TOPIC, topic, incremental_configs=entries)


def _plain(entries: Mapping[str, ConfigEntry]) -> dict[str, str]:
    return {key: entry.value for key, entry in entries.items() if entry.value is not None}


def bindings(rule: AccessRule) -> list[AclBinding]:
    """An allowance as Kafka has it."""
    return [
        AclBinding(
            RESOURCE_TYPES[rule.resource],
            rule.name,
            ResourcePatternType.PREFIXED if rule.prefixed else ResourcePatternType.LITERAL,
            f"User:{rule.principal}",
            "*",
            AclOperation[operation],
            AclPermissionType.ALLOW,
        )
        for operation in rule.operations
    ]
