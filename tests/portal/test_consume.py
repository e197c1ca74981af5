"""Every event of every topic that the portal reads is in a story, and in what people see."""

from collections import Counter
from uuid import UUID

import pytest

from services.portal.consume import ROUTES
from services.portal.domain.scope import Everything
from services.portal.store import demand, firms, story
from shared.contracts.dead_letters import DeadLetter
from shared.contracts.event import EventData, SupplierEvent
from shared.contracts.matching import MatchFound, MatchLost, RequirementPublished
from shared.contracts.registration import SupplierRegistered
from tests.portal.conftest import Visitors
from tests.portal.events import ANCHOR, READ, REQUIREMENT, SUPPLIER, example


def test_every_event_that_it_may_read_is_routed_once() -> None:
    assert Counter(route.event for route in ROUTES) == Counter(READ)


@pytest.mark.parametrize("event", READ, ids=[event.TYPE for event in READ])
async def test_an_event_comes_first_or_again(portal: Visitors, event: type[EventData]) -> None:
    """Whichever topic is ahead, its event finds nothing there; and told twice, it changes nothing."""
    told = example(event)
    outcome = await portal.stage.consume(told, told)
    assert (outcome.applied, outcome.dead) == (2, 0)
    rows = await portal.stage.rows("SELECT type, subject FROM story")
    assert {row["type"] for row in rows} == {event.TYPE}
    about = UUID(told.source_key) if isinstance(told, DeadLetter) and told.source_key else told.key
    assert {row["subject"] for row in rows} == {about}


async def test_all_of_them_make_one_firm(portal: Visitors) -> None:
    outcome = await portal.stage.consume(*map(example, READ))
    assert (outcome.applied, outcome.dead, outcome.ignored) == (len(READ), 0, 0)
    async with portal.stage.database.connection() as connection:
        firm = await firms.firm(connection, Everything(money=True), SUPPLIER)
        told = await story.story_of(connection, Everything(money=True), SUPPLIER, None, 100)
        asked = await demand.requirements_of(connection, Everything(), [REQUIREMENT])
        assert list(await demand.all_anchors(connection)) == [ANCHOR]
    assert firm is not None
    assert None not in (firm.profile, firm.alignment, firm.diagnosis, firm.selection, firm.plan)
    assert (firm.matches, firm.needs, firm.consents, firm.referrals) != ((), (), (), ())
    assert list(asked) == [REQUIREMENT]
    assert {entry.type for entry in told} == {event.TYPE for event in READ if issubclass(event, SupplierEvent)}


async def test_a_lost_match_is_no_candidate(portal: Visitors) -> None:
    await portal.stage.consume(example(SupplierRegistered), example(RequirementPublished), example(MatchFound))
    async with portal.stage.database.connection() as connection:
        assert len(await demand.candidates(connection, Everything(), REQUIREMENT, 0, 10)) == 1
    await portal.stage.consume(example(MatchLost))
    async with portal.stage.database.connection() as connection:
        assert await demand.candidates(connection, Everything(), REQUIREMENT, 0, 10) == []
