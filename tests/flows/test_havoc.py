"""What `make chaos` counts as a fault."""

import asyncio
import random
from dataclasses import dataclass, field
from typing import Any, cast

import asyncpg

from tests.flows import havoc
from tests.flows.ground import Ground


@dataclass
class _Killed:
    """A store that is killed while its inbox is held."""

    url: str
    locks: list[int] = field(default_factory=list)

    def store(self, _: str) -> str:
        return self.url

    def last(self, _: float) -> None:
        asyncio.run(self._kill())

    async def _kill(self) -> None:
        connection: Any = await asyncpg.connect(self.url)
        self.locks.append(await connection.fetchval("SELECT count(*) FROM pg_locks WHERE relation = 'inbox'::regclass"))
        await connection.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE relation = 'inbox'::regclass")
        await connection.close()


async def test_a_held_lock_was_a_fault_also_when_the_store_is_killed_meanwhile(store_url: str) -> None:
    connection: Any = await asyncpg.connect(store_url)
    await connection.execute("CREATE TABLE inbox ()")
    await connection.close()
    ground = _Killed(store_url)
    await asyncio.to_thread(havoc.locked_inbox, cast("Ground", ground), random.Random(1))
    assert ground.locks == [1]
