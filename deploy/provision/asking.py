"""Requests to Kafka that ask for many things at once: every answer, or one error that names all that failed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from typing import TypeVar

from confluent_kafka import KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]  # public, but not marked so

from deploy.engines.errors import DeployError

# Seconds for one request; a broker under load answers later, one that is gone never does.
REQUEST_TIMEOUT = 15.0
PAUSE = 0.2

EARLIEST: OffsetSpec = OffsetSpec.earliest()  # type: ignore[no-untyped-call]  # not annotated upstream
LATEST: OffsetSpec = OffsetSpec.latest()  # type: ignore[no-untyped-call]  # of confluent-kafka

S = TypeVar("S")
R = TypeVar("R")


class KafkaAdminError(DeployError):
    """The cluster refused a change, or did not answer in time."""


def answers(action: str, ask: Callable[[], Mapping[S, Future[R]]], tolerate: int | None = None) -> dict[S, R]:
    """Every answer of one request, by what was asked for; what failed with the code `tolerate` is left out.

    The whole is asked again while brokers come and go: with a broker that is fenced librdkafka drops all that waits
    for it. So `ask` must be one that may be repeated. Raises ``KafkaAdminError``, which names all that failed.
    """
    deadline = time.monotonic() + REQUEST_TIMEOUT
    while True:
        found, failed = _settled(ask(), tolerate)
        if not failed:
            return found
        if time.monotonic() > deadline or not all(map(passes, failed.values())):
            raise KafkaAdminError("kafka_failed", detail=_told(action, failed))
        time.sleep(PAUSE)


def passes(error: KafkaError) -> bool:
    """Whether another try may do: the client's own troubles have negative codes, a broker's refusals positive ones."""
    return error.code() < 0 or error.retriable()


def log_offsets(client: AdminClient, places: Iterable[tuple[str, int]], spec: OffsetSpec) -> dict[tuple[str, int], int]:
    """An offset of each of these partitions, given by topic and number."""
    asked = {TopicPartition(*place): spec for place in places}
    found = answers("read offsets of", lambda: client.list_offsets(asked)) if asked else {}
    return {(place.topic, place.partition): info.offset for place, info in found.items()}


def _settled(futures: Mapping[S, Future[R]], tolerate: int | None) -> tuple[dict[S, R], dict[S, KafkaError]]:
    found: dict[S, R] = {}
    failed: dict[S, KafkaError] = {}
    for subject, future in futures.items():
        try:
            found[subject] = future.result(REQUEST_TIMEOUT)
        except KafkaException as error:
            if error.args[0].code() != tolerate:
                failed[subject] = error.args[0]
        except TimeoutError:
            failed[subject] = KafkaError(KafkaError.REQUEST_TIMED_OUT, f"no answer within {REQUEST_TIMEOUT:g} s")
    return found, failed


def _told(action: str, failed: Mapping[S, KafkaError]) -> str:
    """Each reason once, with all that failed for it."""
    reasons: dict[str, list[str]] = {}
    for subject, error in failed.items():
        reasons.setdefault(error.str(), []).append(str(getattr(subject, "name", subject)))
    return "; ".join(f"cannot {action} {', '.join(names)}: {reason}" for reason, names in reasons.items())
