"""Quotas of Kafka's users, by aiokafka's wire protocol: librdkafka has no requests for them, Kafka's tool is a JVM.

`connection` are a super user's settings in confluent-kafka's words, as everywhere here. Every function raises
``KafkaAdminError``.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from typing import Any

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError, for_code
from aiokafka.helpers import create_ssl_context
from aiokafka.protocol.admin import DescribeClientQuotasRequest
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import Array, Boolean, Float64, Int16, Int32, Schema, String

from deploy.provision.asking import PAUSE, REQUEST_TIMEOUT, KafkaAdminError
from shared.messaging.access import PARTNER_REQUEST_PERCENTAGE

RATES = ("producer_byte_rate", "consumer_byte_rate")
"""What a quota of ours limits: bytes per second, to and from each broker; beside them its threads' time."""
ANY_NAME = 2
"""Kafka's match type: every user that has a quota of its own."""

Quota = Mapping[str, float]


def _quota(rate: int) -> Quota:
    return {**dict.fromkeys(RATES, float(rate)), "request_percentage": float(PARTNER_REQUEST_PERCENTAGE)}


class AlterResponse(Response):  # type: ignore[misc]  # aiokafka has no types
    """AlterClientQuotas, version 0 (Kafka's AlterClientQuotasResponse.json)."""

    API_KEY = 49
    API_VERSION = 0
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "entries",
            Array(
                ("error_code", Int16),
                ("error_message", String()),
                ("entity", Array(("entity_type", String()), ("entity_name", String()))),
            ),
        ),
    )


class AlterStruct(RequestStruct):  # type: ignore[misc]  # a class without types
    """Its request (AlterClientQuotasRequest.json)."""

    API_KEY = 49
    API_VERSION = 0
    RESPONSE_TYPE = AlterResponse
    SCHEMA = Schema(
        (
            "entries",
            Array(
                ("entity", Array(("entity_type", String()), ("entity_name", String()))),
                ("ops", Array(("key", String()), ("value", Float64), ("remove", Boolean))),
            ),
        ),
        ("validate_only", Boolean),
    )


class AlterRequest(Request[AlterStruct]):  # type: ignore[misc]  # a class without types
    API_KEY = 49

    def __init__(self, rates: Mapping[str, int | None]) -> None:
        """`rates`: bytes per second by user; None: no quota any more."""
        self._entries = [
            ([("user", user)], [(name, value, rate is None) for name, value in _quota(rate or 0).items()])
            for user, rate in rates.items()
        ]

    def build(self, request_struct_class: type[AlterStruct]) -> AlterStruct:
        return request_struct_class(self._entries, False)  # noqa: FBT003  (its schema has no names)


def quotas(connection: Mapping[str, str]) -> dict[str, Quota]:
    """What every user with a quota of its own is limited to, by user."""
    answer = asyncio.run(_ask(connection, DescribeClientQuotasRequest([("user", ANY_NAME, None)], strict=False)))
    _check(answer.error_code, answer.error_message)
    return {entity[0][1]: dict(values) for entity, values in answer.entries or ()}


def ensure_quotas(connection: Mapping[str, str], rates: Mapping[str, int]) -> list[str]:
    """Limit each user to so many bytes per second each way, and a part of a thread; the users whose limit changed."""
    known = quotas(connection)
    wrong = {user: rate for user, rate in rates.items() if known.get(user) != _quota(rate)}
    if wrong:
        _alter(connection, wrong)
    return sorted(wrong)


def drop_quotas(connection: Mapping[str, str], users: Iterable[str]) -> None:
    """Users that are no more have no limit of their own either."""
    _alter(connection, dict.fromkeys(users))


def _alter(connection: Mapping[str, str], rates: Mapping[str, int | None]) -> None:
    for code, message, _ in asyncio.run(_ask(connection, AlterRequest(rates))).entries:
        _check(code, message)


async def _ask(connection: Mapping[str, str], request: Request[Any]) -> Any:  # noqa: ANN401  (aiokafka names its fields)
    """The answer of any broker; another one is asked while they come and go."""
    deadline = time.monotonic() + REQUEST_TIMEOUT
    while True:
        try:
            return await _asked(connection, request)
        except KafkaError as error:
            if not error.retriable or time.monotonic() > deadline:
                raise KafkaAdminError("kafka_failed", detail=f"cannot ask for quotas: {error}") from error
            await asyncio.sleep(PAUSE)


async def _asked(connection: Mapping[str, str], request: Request[Any]) -> Any:  # noqa: ANN401  (aiokafka names its fields)
    client = AIOKafkaClient(**_settings(connection), request_timeout_ms=int(REQUEST_TIMEOUT * 1000))
    try:
        await client.bootstrap()
        return await client.send(client.get_random_node(), request)
    finally:
        await client.close()


def _settings(connection: Mapping[str, str]) -> dict[str, Any]:
    """The same connection in aiokafka's words."""
    protocol = connection["security.protocol"]
    context = create_ssl_context(
        cafile=connection.get("ssl.ca.location"),
        certfile=connection.get("ssl.certificate.location"),
        keyfile=connection.get("ssl.key.location"),
    )
    return {
        "bootstrap_servers": connection["bootstrap.servers"],
        "security_protocol": protocol,
        "sasl_mechanism": connection.get("sasl.mechanism", "PLAIN"),
        "sasl_plain_username": connection.get("sasl.username"),
        "sasl_plain_password": connection.get("sasl.password"),
        "ssl_context": context if protocol.endswith("SSL") else None,
    }


def _check(code: int, message: str | None) -> None:
    if code:
        raise KafkaAdminError("kafka_failed", detail=f"cannot set quotas: {message or for_code(code).__name__}")
