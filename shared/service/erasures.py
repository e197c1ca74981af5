"""Erasures outlive the store that they were made in: each is in the register, and what came back is erased again."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.attachments import records
from shared.messaging import journal
from shared.messaging.topics import EVENT_TYPES
from shared.runtime import logging, metrics
from shared.runtime.database import Connection, Database
from shared.runtime.failures import INFRASTRUCTURE
from shared.sealing import keys
from shared.sealing.encryption import seals
from shared.sealing.keys import Destroyed, Name
from shared.sealing.noting import noting
from shared.sealing.register import Register, RegisterAwayError, merge

LOOK_S = 10.0
"""Between two looks for what was erased elsewhere. What a decision of this process erased is looked for at once,
whether a request, an event, a timer or a sweep had it decided.
"""
ANSWER_WITHIN_S = 5.0
"""For a request that erased something, to have it in the register: then it is answered all the same."""


class EraseAgain(NamedTuple):
    """How a stage erases again what its own rows have."""

    lock: Callable[[Connection, Collection[Name]], Awaitable[None]]
    """Locks the aggregates that these are of, in the order in which its commands do, and opens nothing of them."""
    take_out: Callable[[Connection, Collection[Name]], Awaitable[int]]
    """Takes out what they have of these in clear, as the erasure did. Returns of how many."""


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
        self._store: str | None = None
        """That was compared with all of the register."""
        self._since = keys.FIRST
        self._known: dict[Name, datetime] = {}
        """What the register has of what was destroyed since."""
        self._alone = asyncio.Lock()

    async def again(self) -> Again:
        """Erase what the register has and this store knows nothing of. Raises RegisterAwayError.

        All of it is read for a store that is another one than before; then what is added.
        """
        done = Again()
        if self._register is None:
            return done
        async with self._database.connection() as connection:
            store = await keys.store_of(connection)
        if store != self._store:
            self._register.start_over()
            self._store, self._since, self._known = None, keys.FIRST, {}
        async for erased in self._register.unread():
            more = await self._erase(erased)
            done = Again(done.keys + more.keys, done.rows + more.rows)
            merge(self._known, erased)
        self._store = store
        return done

    async def look(self) -> None:
        """Erase again what came back, and bring the register what was erased here since the last look and is not in it.
        Raises RegisterAwayError.
        """
        async with self._alone:
            await self._look()

    async def keep(self) -> None:
        """The same, for a request that erased something and is answered after it. Where the register is away the watch
        says so, and brings it later.
        """
        with suppress(RegisterAwayError, TimeoutError):
            async with asyncio.timeout(ANSWER_WITHIN_S):
                await self.look()

    async def _look(self) -> None:
        await self.again()
        if self._register is None:
            return
        async with self._database.connection() as connection:
            settled = await keys.settled(connection)
        after: Destroyed | None = self._since
        while after is not None:
            async with self._database.connection() as connection:
                erased = await keys.destroyed(connection, after)
            if new := {name: at for name, at in erased.items() if name not in self._known or self._known[name] < at}:
                await self._register.add(new)
                merge(self._known, new)
            last = next(reversed(erased), None)
            after = None if last is None or len(erased) < keys.AT_ONCE else Destroyed(erased[last], last)
        self._since = keys.FIRST._replace(at=settled)
        self._known = {name: at for name, at in self._known.items() if at >= settled}

    async def run(self) -> None:
        """Keep the register until cancelled, and erase again what could not be when the process started."""
        if self._register is None and seals():
            # Nothing outlives this store: whoever runs it is to know.
            metrics.ERASURE_REGISTER_AWAY.set(1)
            return
        while True:
            self._database.erased.clear()
            try:
                await self.look()
                metrics.ERASURE_REGISTER_AWAY.set(0)
            except RegisterAwayError as error:
                metrics.ERASURE_REGISTER_AWAY.set(1)
                log.warning("erasure_register_away", error=str(error))
            except INFRASTRUCTURE as error:
                # The store's: what is watched of it says so, and that the register is away would send somebody there.
                log.warning("erasures_wait", error=type(error).__name__)
            except Exception as error:  # noqa: BLE001 - a watch that ended would look like one that has nothing to keep
                metrics.ERASURE_REGISTER_AWAY.set(1)
                log.error("erasure_register_failed", error=type(error).__name__, at=logging.frames(error))
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._database.erased.wait()

    async def before_serving(self) -> None:
        """Nothing that was erased is shown by a store that came back; where the register is away it is done later."""
        with suppress(RegisterAwayError):
            await self.again()

    async def _erase(self, erased: Mapping[Name, datetime]) -> Again:
        """What of these came back. Its aggregates are locked first, as by a command: what that gives anew meanwhile is
        sealed with a key of its own.
        """
        async with self._database.connection() as connection:
            back = await keys.came_back(connection, erased)
        if not back:
            return Again()
        async with self._database.transaction() as connection:
            if self._own is not None:
                await self._own.lock(connection, back)
            if self._files:
                await records.lock(connection, [name.matter for name in back])
            new = await keys.destroy_again(connection, back)
            rows = await self._take_out(connection, new) if new else 0
        if new:
            log.warning("erased_again", keys=len(new), rows=rows)
        return Again(len(new), rows)

    async def _take_out(self, connection: Connection, names: Collection[Name]) -> int:
        rows = 0 if self._own is None else await self._own.take_out(connection, names)
        persons, matters = sorted({name.person for name in names}), [str(name.matter) for name in names]
        for type_, event in EVENT_TYPES.items():
            if event.PERSONAL:
                await journal.redact(connection, persons, type_, event.ABOUT[1], matters, event.PERSONAL)
        if self._files:
            await records.erase(connection, [name.matter for name in names])
        return rows


class Kept:
    """Around a service's routes: who asked for an erasure has the answer once that is in the register, too."""

    def __init__(self, app: ASGIApp, erasures: Erasures) -> None:
        self._app, self._erasures = app, erasures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with noting() as erased:

            async def answer(message: Message) -> None:
                if erased:
                    erased.clear()
                    await self._erasures.keep()
                await send(message)

            await self._app(scope, receive, answer)
