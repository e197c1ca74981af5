"""A process that consumes all of a topic and says how much memory it took at most, in MB, as its last word.

`python -m tests.conformance.eating URL TOPIC RECORDS`, with the settings of Kafka on standard input.
"""

import asyncio
import os
import sys

import uvloop

from shared.messaging.batch import BatchRunner
from shared.messaging.broker import ConsumingBroker
from shared.messaging.routing import on
from shared.messaging.subscriber import BatchSubscriber
from shared.runtime.database import Database
from shared.runtime.garbage import leave_batches_alone
from shared.runtime.settings import KafkaSettings
from shared.testing.memory import peak_mb
from tests.conformance.events import Told
from tests.conformance.stage import Rule, accounts, eventually

PATIENCE_S = 120.0


async def main(url: str, topic: str, records: int) -> None:
    database = Database(url, application="eating")
    await database.open()
    runner = BatchRunner(database, "portal", (on(Told, accounts, Rule().told),))
    kafka = ConsumingBroker(KafkaSettings.model_validate_json(sys.stdin.read()), "eating", 5.0)
    BatchSubscriber(kafka, runner, f"eating-{topic}", topics=[topic])

    async def consumed() -> bool:
        async with database.connection() as connection:
            return bool(await connection.fetchval("SELECT count(*) = $1 FROM inbox", records))

    await kafka.start()
    try:
        await eventually(consumed, PATIENCE_S)
    finally:
        await kafka.stop()
        await database.close()
    sys.stdout.write(f"{peak_mb(os.getpid())}\n")


if __name__ == "__main__":
    leave_batches_alone()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
