"""Financing as it runs."""

from collections.abc import AsyncIterator

import pytest

from services.financing.app import build
from shared.testing.stage import StageUnderTest
from tests.conftest import Migrated


@pytest.fixture
async def stage(migrated: Migrated) -> AsyncIterator[StageUnderTest]:
    stage, _ = build()
    async with StageUnderTest(stage, await migrated("financing")) as running:
        yield running
