"""The stages beside each other, each on its own store, with what one decides brought to all that read it."""

import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from importlib import import_module

import pytest

from shared.messaging.topics import EVENT_TYPES
from shared.runtime import clock
from shared.testing.stage import StageUnderTest
from tests.conftest import Migrated

STAGES = ("registration", "matching", "diagnosis", "development", "financing")


class Whole:
    """All stages. Nothing is waiting any more when a call returns."""

    def __init__(self, stages: dict[str, StageUnderTest], reads: dict[str, frozenset[str]]) -> None:
        self._stages, self._reads = stages, reads
        self.told: list[str] = []
        """Types of all that was decided, in order."""

    def __getitem__(self, name: str) -> StageUnderTest:
        return self._stages[name]

    async def settle(self) -> None:
        """Fire timers, run sweeps and bring what each stage decided to its readers, until nobody says anything more."""
        said = True
        while said:
            said = False
            for stage in self._stages.values():
                await stage.tick()
                await stage.sweep()
                for told in await stage.told():
                    said = True
                    self.told.append(told.type)
                    event = EVENT_TYPES[told.type].model_validate(told.data)
                    for name in self._readers(told.type):
                        outcome = await self._stages[name].consume(event)
                        assert outcome.applied == 1, (name, told.type, outcome)

    def _readers(self, type_: str) -> Iterable[str]:
        return [name for name, read in self._reads.items() if type_ in read]


@asynccontextmanager
async def whole(migrated: Migrated) -> AsyncIterator[Whole]:
    async with AsyncExitStack() as open_:
        stages, reads = {}, {}
        for name in STAGES:
            stage, _ = import_module(f"services.{name}.app").build()
            stages[name] = await open_.enter_async_context(StageUnderTest(stage, await migrated(name)))
            reads[name] = frozenset(route.event.TYPE for route in stage.routes)
        yield Whole(stages, reads)


def later(patched: pytest.MonkeyPatch, by: timedelta) -> None:
    """Have the clock of all that is loaded be ahead by so much, but not that of tokens: their library has its own."""
    real = clock.now

    def now() -> datetime:
        return real() + by

    for module in list(sys.modules.values()):
        if getattr(module, "now", None) is real and not module.__name__.startswith("shared.security"):
            patched.setattr(module, "now", now)
