"""Who merges what a firm is told of its alignment shows of how many firms a word is missing."""

from importlib import import_module
from uuid import UUID

import pytest

from shared.contracts.matching import AlignedRequirement, AlignmentChanged, OfferingAligned
from shared.messaging.topics import SERVICES
from shared.runtime import metrics
from shared.service.stage import Stage
from shared.testing.stage import StageUnderTest
from tests.conftest import Migrated
from tests.matching.given import ANCHOR, SUPPLIER


def requirement(number: int) -> AlignedRequirement:
    return AlignedRequirement(
        requirement_id=UUID(int=number), anchor_id=ANCHOR, area="P01", score=8_000, targets={}, must_have=()
    )


def word(revision: int) -> AlignmentChanged:
    return AlignmentChanged(supplier_id=SUPPLIER, requirements=(requirement(revision),), rules="r", revision=revision)


def built(service: str) -> Stage:
    stage: Stage = import_module(f"services.{service}.app").build()[0]
    return stage


READERS = [name for name in SERVICES if AlignmentChanged in {route.event for route in built(name).routes}]


async def incomplete(stage: StageUnderTest, query: str) -> int:
    (row,) = await stage.rows(query)
    assert row["heard"] == "incomplete"
    return int(row["count"])


@pytest.mark.parametrize("reader", READERS)
async def test_a_firm_is_counted_until_the_word_comes(reader: str, migrated: Migrated) -> None:
    built_ = built(reader)
    query = built_.figures[metrics.ALIGNMENTS]
    async with StageUnderTest(built_, await migrated(reader)) as stage:
        first = OfferingAligned(supplier_id=SUPPLIER, requirements=(requirement(1),), rules="r", revision=1)
        await stage.consume(first, word(3))
        assert await incomplete(stage, query) == 1
        await stage.consume(word(2))
        assert await incomplete(stage, query) == 0
