"""Development with a cohort of two where none is named."""

from collections.abc import AsyncIterator

import pytest

from services.development.app import build
from shared.testing.stage import StageUnderTest
from tests.conftest import Migrated


@pytest.fixture
async def stage(migrated: Migrated, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[StageUnderTest]:
    monkeypatch.setenv("PDP_COHORT_CAPACITY", "2")
    stage, _ = build()
    async with StageUnderTest(stage, await migrated("development")) as running:
        yield running
