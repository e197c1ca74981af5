"""A member of a group, kept consuming for as long as its process lives."""

import asyncio
import contextlib

from aiokafka.errors import KafkaError
from faststream.kafka import KafkaBroker

from shared.messaging.instance import Name
from shared.messaging.retry import Backoff
from shared.messaging.subscriber import BatchSubscriber
from shared.runtime import logging

UNREACHABLE = (KafkaError, OSError, TimeoutError)
"""Kafka is away. Any other error is tried again all the same, and says where it arose."""

log = logging.get(__name__)


async def consume(broker: KafkaBroker, subscriber: BatchSubscriber, name: Name | None = None) -> None:
    """Keep a member consuming; where its process has a name, only while it has it."""
    while name is not None:
        await name.held.wait()
        consuming = asyncio.create_task(_keep(broker, subscriber), name="keep")
        lost = asyncio.create_task(name.lost.wait(), name="lost")
        try:
            await asyncio.wait({consuming, lost}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (consuming, lost):
                task.cancel()
            await asyncio.wait({consuming, lost})
        await stop(broker)
    await _keep(broker, subscriber)


async def _keep(broker: KafkaBroker, subscriber: BatchSubscriber) -> None:
    """Start a member, and again when it ended by itself; a Kafka that is away is waited for while HTTP goes on."""
    backoff, attempt = Backoff(), 0
    while True:
        try:
            await broker.start()
            attempt, pause = 0, 0.0
            await subscriber.ended()
            log.error("consumer_ended", group=subscriber.group)
        except Exception as error:  # noqa: BLE001 - whatever it is, a member must not end without a word
            attempt += 1
            pause = backoff.pause(attempt)
            _say(error, subscriber.group, pause)
        # A consumer that failed to start keeps its connections until it is stopped.
        await stop(broker)
        await asyncio.sleep(pause)


async def stop(broker: KafkaBroker) -> None:
    """Stop a member. Whatever goes wrong with what is left of its connections, it is given up."""
    with contextlib.suppress(Exception):
        await broker.stop()


def _say(error: Exception, group: str, pause: float) -> None:
    told = {"group": group, "error": type(error).__name__, "pause_s": round(pause, 2)}
    if isinstance(error, UNREACHABLE):
        log.warning("kafka_unreachable", **told)
    else:
        log.error("consumer_failed", **told, at=logging.frames(error))
