"""A client library that raises now and then, when it has drained what it is asked for."""

import time
from itertools import cycle
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import CorruptRecordException

EVERY_S = 3.0
ERRORS = (CorruptRecordException("crc"), RuntimeError("of any type"), OSError("gone"))


def begin() -> None:
    """From now on, in this process."""
    getmany, errors, stumbled = AIOKafkaConsumer.getmany, cycle(ERRORS), [time.monotonic()]

    async def stumbles(self: AIOKafkaConsumer, *partitions: Any, **more: Any) -> Any:
        found = await getmany(self, *partitions, **more)
        if found and time.monotonic() - stumbled[0] > EVERY_S:
            stumbled[0] = time.monotonic()
            raise next(errors)
        return found

    AIOKafkaConsumer.getmany = stumbles
