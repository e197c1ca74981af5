"""Nobody sees what is another's: each question is asked where there is something that could leak."""

import pytest

from services.portal.domain.scope import Everything, OwnAnchor, OwnFirm, Scope
from services.portal.store import demand, firms, story
from shared.contracts.matching import MatchFound, OfferingAligned, RequirementPublished
from shared.contracts.registration import SupplierRegistered
from tests.portal.conftest import Visitors
from tests.portal.events import ANCHOR, MATCH, OTHER_ANCHOR, OTHER_SUPPLIER, REQUIREMENT, SUPPLIER, example

ALL, FIRM, OTHER_FIRM = Everything(), OwnFirm(SUPPLIER), OwnFirm(OTHER_SUPPLIER)
BUYER, OTHER_BUYER = OwnAnchor(ANCHOR), OwnAnchor(OTHER_ANCHOR)


@pytest.fixture
async def filled(portal: Visitors) -> Visitors:
    """A firm that was introduced to an anchor; another firm, and another anchor, that have to do with neither."""
    await portal.stage.consume(
        example(SupplierRegistered),
        example(SupplierRegistered, supplier_id=OTHER_SUPPLIER),
        example(RequirementPublished),
        example(OfferingAligned, requirements=[_aligned()]),
        example(MatchFound, blocked_by=()),
    )
    return portal


def _aligned() -> dict[str, object]:
    [first, *_] = example(OfferingAligned).model_dump()["requirements"]
    return first | {"requirement_id": REQUIREMENT, "anchor_id": ANCHOR}


@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        (ALL, {SUPPLIER, OTHER_SUPPLIER}),
        (FIRM, {SUPPLIER}),
        (OTHER_FIRM, {OTHER_SUPPLIER}),
        (BUYER, {SUPPLIER}),
        (OTHER_BUYER, set()),
    ],
)
async def test_firms(filled: Visitors, scope: Scope, seen: set[object]) -> None:
    async with filled.stage.database.connection() as connection:
        assert {firm.id for firm in await firms.page_of_firms(connection, scope, None, 10)} == seen
        assert set(await firms.names_of(connection, scope, [SUPPLIER, OTHER_SUPPLIER])) == seen
        one_by_one = {id_ for id_ in (SUPPLIER, OTHER_SUPPLIER) if await firms.firm(connection, scope, id_)}
    assert one_by_one == seen


async def test_a_firm_that_gaps_block_is_not_introduced(filled: Visitors) -> None:
    await filled.stage.consume(example(MatchFound, blocked_by=("T01",)))
    async with filled.stage.database.connection() as connection:
        assert await firms.firm(connection, BUYER, SUPPLIER) is None
        assert [each.introduced for each in await demand.candidates(connection, BUYER, REQUIREMENT, 0, 9)] == [False]


@pytest.mark.parametrize(
    ("scope", "seen"), [(ALL, True), (FIRM, True), (OTHER_FIRM, False), (BUYER, True), (OTHER_BUYER, False)]
)
async def test_requirements(filled: Visitors, scope: Scope, seen: bool) -> None:
    async with filled.stage.database.connection() as connection:
        assert bool(await demand.requirements_of(connection, scope, [REQUIREMENT])) == seen
        assert bool(await demand.page_of_requirements(connection, scope, None, 10)) == seen


@pytest.mark.parametrize(("scope", "seen"), [(ALL, 1), (FIRM, 0), (OTHER_FIRM, 0), (BUYER, 1), (OTHER_BUYER, 0)])
async def test_candidates(filled: Visitors, scope: Scope, seen: int) -> None:
    async with filled.stage.database.connection() as connection:
        assert len(await demand.candidates(connection, scope, REQUIREMENT, 0, 10)) == seen
        assert bool(await demand.candidate(connection, scope, REQUIREMENT, MATCH)) == bool(seen)
        counts = await demand.candidate_counts(connection, scope, [REQUIREMENT])
        assert counts == ({REQUIREMENT: (seen, seen)} if seen else {})


@pytest.mark.parametrize(
    ("scope", "seen"), [(ALL, True), (FIRM, True), (OTHER_FIRM, False), (BUYER, False), (OTHER_BUYER, False)]
)
async def test_stories(filled: Visitors, scope: Scope, seen: bool) -> None:
    async with filled.stage.database.connection() as connection:
        assert bool(await story.story_of(connection, scope, SUPPLIER, None, 10)) == seen
