"""How Kafka keeps the topics that a service may see: which partitions have no leader, or too few copies in step."""

import asyncio
from collections import Counter
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient

from shared.runtime.settings import KafkaSettings

STATES = ("in_sync", "under_replicated", "leaderless")
TIMEOUT_S = 10.0
"""For one answer of one broker: a later look asks another."""


class Partitions:
    """Asks a broker for its metadata, by a connection of its own that is made when it is needed."""

    def __init__(self, kafka: KafkaSettings, client_id: str) -> None:
        self._kafka = kafka
        self._client_id = client_id
        self._admin: AIOKafkaAdminClient | None = None

    async def look(self) -> dict[str, int]:
        """Partitions by state. Raises what aiokafka raises, and TimeoutError; then the next look connects anew."""
        try:
            async with asyncio.timeout(TIMEOUT_S):
                topics = await (await self._connected()).describe_topics()
        except BaseException:
            await self.close()
            raise
        found = Counter(state_of(partition) for topic in topics for partition in topic["partitions"])
        return {state: found[state] for state in STATES}

    async def close(self) -> None:
        admin, self._admin = self._admin, None
        if admin is not None:
            await admin.close()

    async def _connected(self) -> AIOKafkaAdminClient:
        if self._admin is None:
            self._admin = AIOKafkaAdminClient(
                **self._kafka.client(), client_id=self._client_id, request_timeout_ms=int(TIMEOUT_S * 1000)
            )
            await self._admin.start()
        return self._admin


def state_of(partition: dict[str, Any]) -> str:
    if partition["leader"] < 0:
        return "leaderless"
    return "in_sync" if len(partition["isr"]) >= len(partition["replicas"]) else "under_replicated"
