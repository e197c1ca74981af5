"""Matching with limits that a test can reach."""

from collections.abc import AsyncIterator

import pytest

from services.matching.app import build
from shared.testing.stage import StageUnderTest
from tests.conftest import Migrated


@pytest.fixture
async def stage(migrated: Migrated, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[StageUnderTest]:
    monkeypatch.setenv("PDP_IMPORT_MAX_BYTES", "100000")
    monkeypatch.setenv("PDP_IMPORT_MAX_ROWS", "600")
    stage, _ = build()
    async with StageUnderTest(stage, await migrated("matching")) as running:
        yield running
