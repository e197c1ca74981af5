"""Gauges that show the program and Kafka, set again and again: what a dashboard asks for and no decision needs."""

import asyncio
from collections.abc import Mapping

from aiokafka.errors import KafkaError
from prometheus_client import Gauge

from shared.messaging.partitions import Partitions
from shared.runtime import logging, metrics
from shared.runtime.database import Database
from shared.runtime.failures import INFRASTRUCTURE

EVERY_S = 30.0
"""Each look counts whole tables; nobody reads these figures by the second."""

Queries = Mapping[Gauge, str]
"""From a gauge to its query: the last column is the value, those before it are the labels in their order."""

log = logging.get(__name__)


class FigureWatch:
    """Looks for one process of a service."""

    def __init__(self, database: Database, partitions: Partitions, queries: Queries) -> None:
        self._database = database
        self._partitions = partitions
        self._queries = queries

    async def run(self) -> None:
        """Look until cancelled. What is away shows no figure, and is what alarms tell of."""
        try:
            while True:
                try:
                    await self.of_store()
                    await self.of_kafka()
                except Exception as error:  # noqa: BLE001 - a watch that ended would show old figures for ever
                    log.error("figures_failed", error=type(error).__name__, at=logging.frames(error))
                await asyncio.sleep(EVERY_S)
        finally:
            await self._partitions.close()

    async def of_store(self) -> None:
        for gauge, query in self._queries.items():
            try:
                async with self._database.connection() as connection:
                    rows = await connection.fetch(query)
            except INFRASTRUCTURE:
                rows = []
            gauge.clear()
            for *labels, value in rows:
                gauge.labels(*labels).set(value)

    async def of_kafka(self) -> None:
        try:
            found = await self._partitions.look()
        except (KafkaError, OSError):
            found = {}
        metrics.PARTITIONS.clear()
        for state, number in found.items():
            metrics.PARTITIONS.labels(state).set(number)
