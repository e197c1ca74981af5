"""Erasures outlive the store that they were made in: each is in the register, and what came back is erased again."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from typing import NamedTuple, TypeAlias

from shared.attachments import records
from shared.messaging import journal
from shared.messaging.topics import EVENT_TYPES
from shared.runtime import logging, metrics
from shared.runtime.database import Connection, Database
from shared.sealing import keys
from shared.sealing.encryption import seals
from shared.sealing.keys import Name
from shared.sealing.register import Register, RegisterAwayError

LOOK_S = 10.0
"""Between two looks for what was erased: what is lost with the machine within it is erased again by nobody."""

EraseAgain: TypeAlias = Callable[[Connection, Collection[Name]], Awaitable[int]]
"""Takes out what a stage's own rows have of these in clear, as the erasure did. Returns of how many aggregates."""

log = logging.get(__name__)


class Again(NamedTuple):
    """What was erased again."""

    keys: int = 0
    rows: int = 0
    """Aggregates whose rows were written anew without it."""


class Erasures:
    """Those of one service."""

    def __init__(self, database: Database, register: Register | None, own: EraseAgain | None, *, files: bool) -> None:
        """`files`: whether its store has attachments."""
        self._database, self._register, self._own, self._files = database, register, own, files

    async def again(self) -> Again:
        """Erase what the register has and this store knows nothing of. Raises RegisterAwayError."""
        erased = {} if self._register is None else await self._register.known()
        async with self._database.transaction() as connection:
            new = await keys.destroy_again(connection, erased)
            rows = await self._take_out(connection, new) if new else 0
        if new:
            log.warning("erased_again", keys=len(new), rows=rows)
        return Again(len(new), rows)

    async def keep(self) -> None:
        """Bring the register what was erased here and is not in it. Raises RegisterAwayError."""
        if self._register is None:
            return
        async with self._database.connection() as connection:
            erased = await keys.destroyed(connection)
        known = await self._register.known() if erased else {}
        if new := {name: at for name, at in erased.items() if name not in known or known[name] < at}:
            await self._register.add(new)

    async def run(self) -> None:
        """Keep the register until cancelled, and erase again what could not be when the process started."""
        if self._register is None and seals():
            # Nothing outlives this store: whoever runs it is to know.
            metrics.ERASURE_REGISTER_AWAY.set(1)
            return
        while True:
            try:
                await self.again()
                await self.keep()
                metrics.ERASURE_REGISTER_AWAY.set(0)
            except RegisterAwayError as error:
                metrics.ERASURE_REGISTER_AWAY.set(1)
                log.warning("erasure_register_away", error=str(error))
            except Exception as error:  # noqa: BLE001 - a watch that ended would look like one that has nothing to keep
                metrics.ERASURE_REGISTER_AWAY.set(1)
                log.error("erasure_register_failed", error=type(error).__name__, at=logging.frames(error))
            await asyncio.sleep(LOOK_S)

    async def before_serving(self) -> None:
        """Nothing that was erased is shown by a store that came back; where the register is away it is done later."""
        with suppress(RegisterAwayError):
            await self.again()

    async def _take_out(self, connection: Connection, names: Collection[Name]) -> int:
        rows = 0 if self._own is None else await self._own(connection, names)
        persons, matters = sorted({name.person for name in names}), [str(name.matter) for name in names]
        for type_, event in EVENT_TYPES.items():
            if event.PERSONAL:
                await journal.redact(connection, persons, type_, event.ABOUT[1], matters, event.PERSONAL)
        if self._files:
            await records.erase(connection, [name.matter for name in names])
        return rows
