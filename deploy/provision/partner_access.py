"""What lets one partner in, and what keeps it out: two users for a change of secret, and a denial that is taken back.

Every function wants a super user's settings in confluent-kafka's words, may be repeated, and raises
``KafkaAdminError``.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from confluent_kafka.admin import (  # type: ignore[attr-defined]  # its names are public, but not marked so
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
    ScramMechanism,
    UserScramCredentialAlteration,
    UserScramCredentialDeletion,
)

from deploy.engines.kafka_client import administration
from deploy.provision.asking import REQUEST_TIMEOUT, KafkaAdminError, answers
from deploy.provision.kafka_admin import (
    PROBE_PAUSE,
    SCRAM_ITERATIONS,
    bindings,
    ensure_acls,
    ensure_users,
    known_users,
    partner_codes,
    scram_rounds,
)
from deploy.provision.kafka_quotas import drop_quotas, ensure_quotas
from deploy.provision.partners import Partner, users_of
from shared.messaging.access import PARTNER_BYTES_PER_SECOND, AccessRule, access_rules

DENIED = (ResourceType.TOPIC, ResourceType.GROUP)
EVERYTHING = "*"


def let_in(connection: Mapping[str, str], partner: Partner) -> None:
    """Make the partner's present user, with the secret given and all that it may do. Who is suspended stays so.

    Each secret of a partner has one round more than its last one (Kafka takes up to 16,384): by that any machine sees
    which of two users is the newer, and no file has to say so.
    """
    if partner.secret is None:
        raise ValueError("the partner needs a secret")
    client = administration(connection)
    if is_suspended(partner.code, denied(client)):
        deny(connection, partner.code)
    ensure_acls(client, rules_of(partner.code, partner.principal))
    ensure_quotas(connection, {partner.principal: PARTNER_BYTES_PER_SECOND})
    # Last: with a password the user could already act while its limits are missing.
    rounds = max(_secrets(client, partner.code).values(), default=SCRAM_ITERATIONS - 1) + 1
    ensure_users(client, {partner.principal: partner.secret}, {partner.principal: rounds})


def rules_of(code: str, user: str) -> list[AccessRule]:
    """All that a user of the partner may do."""
    first = users_of(code)[0]
    return [replace(rule, principal=user) for rule in access_rules([code]) if rule.principal == first]


def missing(client: AdminClient, code: str, user: str) -> list[AccessRule]:
    """What a user of the partner should be allowed and is not."""
    asked = _filter(user, AclPermissionType.ALLOW)
    allowed = set(answers("list the rules of", lambda: {user: client.describe_acls(asked)})[user])
    return [rule for rule in rules_of(code, user) if not allowed.issuperset(bindings(rule))]


def newest(client: AdminClient, code: str) -> str | None:
    """The partner's user whose secret was given last; None: it has none, or two of which Kafka does not tell."""
    known = _secrets(client, code)
    last = [user for user, rounds in known.items() if rounds == max(known.values())]
    return last[0] if len(last) == 1 else None


def _secrets(client: AdminClient, code: str) -> dict[str, int]:
    """Rounds of each of the partner's users that there is."""
    known = scram_rounds(client)
    return {user: known[user] for user in users_of(code) if user in known}


def codes_in_use(client: AdminClient) -> list[str]:
    """Of the partners that have a user. Of one that was removed there are topics, and no user."""
    users = known_users(client)
    return [code for code in partner_codes(client) if not users.isdisjoint(users_of(code))]


def shut_out(connection: Mapping[str, str], users: Collection[str]) -> None:
    """These users are no more: no new connection gets in, and one that is open may do nothing; their quotas go too. A
    denial stays, for whoever is that user next.
    """
    client, names = administration(connection), sorted({*users} & known_users(administration(connection)))
    _delete(client, [_filter(name, AclPermissionType.ALLOW) for name in users])
    if names:
        deletions: list[UserScramCredentialAlteration] = [
            UserScramCredentialDeletion(name, ScramMechanism.SCRAM_SHA_256) for name in names
        ]
        answers("remove", lambda: client.alter_user_scram_credentials(deletions))
        _until_gone(client, names)
    drop_quotas(connection, users)


def deny(connection: Mapping[str, str], code: str) -> None:
    """The partner may do nothing until it is allowed again, as no user that it has or gets, on open connections too: a
    broker asks its rules at each request, and a denial goes before what is allowed. Its users and rules stay.
    """
    client = administration(connection)
    answers("deny", lambda: client.create_acls(_denials(code)))


def allow_again(connection: Mapping[str, str], code: str) -> None:
    """Take a denial back."""
    _delete(administration(connection), [_filter(user, AclPermissionType.DENY) for user in users_of(code)])


def denied(client: AdminClient) -> set[str]:
    """Users that are denied everything."""
    found = client.describe_acls(_filter(None, AclPermissionType.DENY)).result(REQUEST_TIMEOUT)
    return {binding.principal.removeprefix("User:") for binding in found if binding.name == EVERYTHING}


def is_suspended(code: str, users: set[str]) -> bool:
    """Whether the partner is, where these users are denied."""
    return not users.isdisjoint(users_of(code))


def _denials(code: str) -> list[AclBinding]:
    return [
        AclBinding(
            kind,
            EVERYTHING,
            ResourcePatternType.LITERAL,
            f"User:{user}",
            "*",
            AclOperation.ALL,
            AclPermissionType.DENY,
        )
        for user in users_of(code)
        for kind in DENIED
    ]


def _delete(client: AdminClient, filters: list[AclBindingFilter]) -> None:
    answers("take back the rules of", lambda: client.delete_acls(filters))


def _filter(user: str | None, permission: AclPermissionType) -> AclBindingFilter:
    principal, anything = None if user is None else f"User:{user}", ResourcePatternType.ANY
    return AclBindingFilter(ResourceType.ANY, None, anything, principal, None, AclOperation.ANY, permission)  # type: ignore[arg-type]  # None is whatever, which its types do not say


def _until_gone(client: AdminClient, names: Iterable[str]) -> None:
    deadline = time.monotonic() + REQUEST_TIMEOUT
    while known_users(client).intersection(names):
        if time.monotonic() > deadline:
            raise KafkaAdminError("kafka_not_seen", names=", ".join(names), seconds=f"{REQUEST_TIMEOUT:g}")
        time.sleep(PROBE_PAUSE)
