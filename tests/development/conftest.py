"""Development on a store of its own."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from services.development.api import selecting
from services.development.app import build
from services.development.solver.asked import Answered, Asked
from services.development.solver.child import answer
from shared.testing.stage import StageUnderTest
from tests.conftest import Migrated


async def _here(given: Asked) -> Answered:
    return await asyncio.to_thread(answer, given)


@pytest.fixture(autouse=True)
def solves_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process of its own takes half a second to begin: `test_process.py` has one, the others solve in this one."""
    monkeypatch.setattr(selecting, "solve", _here)
    selecting._known.clear()


@pytest.fixture
async def stage(migrated: Migrated) -> AsyncIterator[StageUnderTest]:
    stage, _ = build()
    async with StageUnderTest(stage, await migrated("development")) as running:
        yield running
