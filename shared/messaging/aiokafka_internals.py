"""The parts of aiokafka's clients that have no public way to them, in this module alone: tests/messaging has each of
them do its work on a started client, so that a release which changes one is noticed there.
"""

import asyncio
import contextlib
from collections.abc import Collection
from itertools import chain
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition


def has_joined(consumer: AIOKafkaConsumer) -> bool:
    """Whether the group gave an assignment, also an empty one, which `assignment()` tells from none nowhere."""
    return _assigned(consumer) is not None


def position(consumer: AIOKafkaConsumer, partition: TopicPartition) -> int | None:
    """The next offset to read; None where it is not known yet, for which the public method waits."""
    assigned = _assigned(consumer)
    state = None if assigned is None else assigned.state_value(partition)
    return int(state.position) if state is not None and state.has_valid_position else None


def _assigned(consumer: AIOKafkaConsumer) -> Any:  # noqa: ANN401 - a type that aiokafka does not export
    subscription = consumer._subscription.subscription
    return None if subscription is None else subscription.assignment


def fetch_all_at_once(consumer: AIOKafkaConsumer, patience_s: float) -> None:
    """Have a started consumer fetch nothing from a broker while it holds records of it, so long at most.

    A fetch without their partitions would wait for the others' next record, half a second, and hold theirs up: aiokafka
    has one fetch under way for each broker.
    """
    consumer._fetcher._prefetch_backoff = patience_s


async def committed(consumer: AIOKafkaConsumer, partitions: Collection[TopicPartition]) -> dict[TopicPartition, int]:
    """The group's offsets, of those that have one: with one request, where the public method makes one for each."""
    found = await consumer._coordinator.fetch_committed_offsets([*partitions])
    return {partition: int(place.offset) for partition, place in found.items() if place.offset >= 0}


def routines(consumer: AIOKafkaConsumer) -> set["asyncio.Task[None]"]:
    """What a started member of a group runs: its part in the group, its fetches, and the look for other leaders."""
    group: Any = consumer._coordinator
    return {group._coordination_task, consumer._fetcher._fetch_task, consumer._client._sync_task}


async def abandon(producer: AIOKafkaProducer, patience_s: float) -> None:
    """End a producer that does not stop by itself: twice `patience_s` at most. What it did not deliver is given up."""
    parts: Any = producer
    parts._closed = True
    undelivered = _undelivered(parts._message_accumulator)
    sender = parts._sender.sender_task
    if sender is not None:
        sender.cancel()
    with contextlib.suppress(Exception):
        async with asyncio.timeout(patience_s):
            # Before anything is given up: the sender takes back what no answer comes for, and trips over what is gone.
            await producer.client.close()
    if sender is not None:
        # Again: it waits for metadata now, which a closed client has no more of.
        sender.cancel()
        await asyncio.wait([sender], timeout=patience_s)
    for future in undelivered:
        if not future.cancel():
            # Nobody waits for it any more: unread, it would be an error in the log at some later time.
            future.exception()


def _undelivered(accumulator: Any) -> list["asyncio.Future[Any]"]:  # noqa: ANN401 - as above
    batches = chain(*accumulator._batches.values(), accumulator._pending_batches)
    return [batch.future for batch in batches]
