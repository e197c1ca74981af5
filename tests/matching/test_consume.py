"""The stage as a whole, on its store: events, time and sweeps in, events out."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.matching import catalogue
from services.matching.consume import ONCE, SWEEPS, TIMERS
from services.matching.domain import sweeps as kinds
from services.matching.domain.rematch import Offering
from services.matching.domain.requirement import Requirement
from services.matching.handlers import requirements as handlers
from services.matching.store import queries
from services.matching.store.demand import publishing, requirements
from services.matching.store.offerings import offerings
from shared.contracts.event import Cause
from shared.contracts.registration import AnchorJoined, AnchorLeft, SupplierChanged, SupplierProfile
from shared.days import day_of
from shared.messaging.repository import ToDerive
from shared.messaging.sweeps import SweepWorker
from shared.runtime.clock import now
from shared.runtime.database import Connection
from shared.testing.stage import StageUnderTest, types
from tests.conformance.stage import eventually
from tests.matching.given import (
    ANCHOR,
    REGISTERED,
    SUPPLIER,
    an_id,
    completed,
    need,
    profile,
    profiled,
    registered,
    rescored,
)

JOINED = AnchorJoined(anchor_id=ANCHOR, code="TRACTORA-1", name="Tractora Uno", states=("11",), joined_at=REGISTERED)
CAUSE = Cause(correlation_id="test-request")


def later(days: int = 300) -> Any:
    return day_of(now()) + timedelta(days=days)


async def publish(stage: StageUnderTest, name: str = "requirement", **changes: Any) -> Requirement:
    id_, asked = an_id(name), need(**{"open_until": later()} | changes)
    outcome = await stage.commands.run(
        requirements,
        id_,
        lambda _, anchors: handlers.publish(id_, anchors.get(ANCHOR), asked, now()),
        CAUSE,
        publishing,
    )
    assert isinstance(outcome, Requirement)
    return outcome


async def fire(stage: StageUnderTest, kind: str) -> None:
    """Let the timers of this kind be due now."""
    await stage.rows("UPDATE timer SET at = now() - interval '1 second' WHERE kind = $1", kind)
    await stage.tick()


def of_supplier(supplier_id: UUID) -> SupplierProfile:
    return registered().model_copy(update={"supplier_id": supplier_id})


def test_moments_and_sweeps_have_the_kinds_that_handlers_ask_for() -> None:
    assert {timer.kind for timer in TIMERS} == {"certificate_expires", "requirement_expires", "waiver_expires"}
    named = {value for name, value in vars(kinds).items() if name.isupper()} - {kinds.ASKS, kinds.LEFT}
    assert {sweep.kind for sweep in SWEEPS} == named
    assert {request.kind for request in ONCE} <= named


async def test_from_registration_to_a_match_that_is_lost(stage: StageUnderTest) -> None:
    await stage.consume(JOINED, registered())
    assert types(await stage.told()) == ["matching.offering-not-aligned"]
    await publish(stage)
    await stage.sweep()
    assert types(await stage.told()) == ["matching.requirement-published", "matching.offering-aligned"]
    await stage.consume(completed("T05"))
    ((type_, _, found),) = await stage.told()
    assert (type_, found["blocked_by"], found["score"]) == ("matching.match-found", ["T05"], 10_000)
    await stage.consume(rescored(at=now()))
    ((_, _, found), (introduced, _, _)) = await stage.told()
    assert (found["blocked_by"], introduced) == ([], "matching.candidate-introduced")
    await stage.consume(AnchorLeft(anchor_id=ANCHOR, reason="left_program", left_at=now()))
    await stage.sweep()
    assert types(await stage.told()) == [
        "matching.requirement-closed",
        "matching.offering-not-aligned",
        "matching.match-lost",
        "matching.introduction-ended",
    ]
    assert await queries.coverage(stage.database) == []


async def test_a_batch_of_everything_at_once_in_any_order(stage: StageUnderTest) -> None:
    await stage.consume(completed(), JOINED)
    await publish(stage)
    outcome = await stage.consume(profiled(SupplierChanged), registered())
    assert (outcome.applied, outcome.decided) == (2, 3)
    assert types(await stage.told()) == [
        "matching.requirement-published",
        "matching.offering-aligned",
        "matching.match-found",
        "matching.candidate-introduced",
    ]


async def test_a_requirement_closes_by_time_and_not_before(stage: StageUnderTest) -> None:
    await stage.consume(JOINED, registered())
    await publish(stage, open_until=later(0))
    await stage.sweep()
    await stage.told()
    await fire(stage, "requirement_expires")
    assert types(await stage.told()) == []
    async with stage.database.connection() as connection:
        assert await connection.fetchval("SELECT at > now() FROM timer WHERE kind = 'requirement_expires'")
        await connection.execute(
            "UPDATE requirement SET specification = jsonb_set(specification, '{open_until}', '\"2020-01-01\"')"
        )
    await fire(stage, "requirement_expires")
    await stage.sweep()
    assert types(await stage.told()) == ["matching.requirement-closed", "matching.offering-not-aligned"]


async def test_a_certificate_expires_by_time(stage: StageUnderTest) -> None:
    await stage.consume(JOINED)
    await publish(stage, qms_waivable=False)
    await stage.consume(registered(qms_valid_to=str(later(0))))
    assert types(await stage.told()) == ["matching.requirement-published", "matching.offering-aligned"]
    async with stage.database.connection() as connection:
        await connection.execute("UPDATE offering SET profile = jsonb_set(profile, '{qms_valid_to}', '\"2020-01-01\"')")
    await fire(stage, "certificate_expires")
    assert types(await stage.told()) == ["matching.offering-not-aligned"]


async def test_a_sweep_reaches_every_firm_of_the_area_and_no_other(stage: StageUnderTest) -> None:
    firms = [of_supplier(an_id(f"firm {number}")) for number in range(3)]
    outside = registered(processes=[{"area": "P14"}]).model_copy(update={"supplier_id": an_id("outside")})
    await stage.consume(JOINED, *firms, outside)
    await stage.told()
    await publish(stage)
    await stage.sweep()
    events = await stage.told()
    told = {data["supplier_id"] for type_, _, data in events if type_ == "matching.offering-aligned"}
    assert told == {str(an_id(f"firm {number}")) for number in range(3)}
    assert [(each.area, each.aligned_suppliers) for each in await queries.coverage(stage.database)] == [("P01", 3)]


async def test_trap_9_a_firm_that_registers_while_a_requirement_is_published_is_not_missed(
    stage: StageUnderTest,
) -> None:
    """Write skew: each side commits without seeing the other, unless the demand lock orders them."""
    await stage.consume(JOINED)
    rounds = 12
    for number in range(rounds):
        firm = of_supplier(an_id(f"skew {number}")).model_copy(
            update={"offering": registered(processes=[{"area": f"P{number + 1:02}"}]).offering}
        )
        await asyncio.gather(stage.consume(firm), publish(stage, f"skew {number}", area=f"P{number + 1:02}"))
    await stage.sweep()
    found = await queries.coverage(stage.database)
    assert [each.aligned_suppliers for each in found] == [1] * rounds


async def test_trap_9_a_requirement_waits_for_whoever_judges_firms_of_its_area_without_seeing_it(
    stage: StageUnderTest,
) -> None:
    """The firm's transaction judged it before the requirement was there, and commits when its sweep has begun."""
    await stage.consume(JOINED)
    firm = Offering(SUPPLIER, profile=profile())
    async with stage.database.transaction() as connection:
        derived = await offerings.derive(connection, [ToDerive(None, firm, {"judged"})], now())
        assert derived[SUPPLIER].touched == ()
        await publish(stage)
        sweep = asyncio.create_task(stage.sweep())
        await eventually(lambda: _somebody_waits(connection))
        assert not sweep.done()
        await offerings.save_many(connection, [firm], [])
    await sweep
    assert [row["offering_id"] for row in await stage.rows("SELECT offering_id FROM pair")] == [SUPPLIER]


async def _somebody_waits(connection: Connection) -> bool:
    ours = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    found: bool = await connection.fetchval(f"SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND {ours})")
    return found


async def test_new_rules_decide_all_offerings_again_once(stage: StageUnderTest) -> None:
    """As a service does when it starts: what an earlier build decided, without pairs, is decided by this one."""
    await stage.consume(JOINED)
    await publish(stage)
    await stage.consume(registered(), completed())
    for table in ("pair", "process_offer", "open_demand", "area_revision"):
        await stage.rows(f"DELETE FROM {table}")
    await stage.rows("UPDATE offering SET aligned = '{}', revision = 0")
    await stage.rows("UPDATE match SET detail = jsonb_set(detail, '{rules}', '\"match-2025-1\"')")
    await stage.told()
    for _ in range(2):
        starting = SweepWorker(stage.database, "matching", SWEEPS, ONCE)
        async with stage.database.connection() as connection:
            while await starting.step(connection) == 0:
                pass
    told = await stage.told()
    assert types(told) == ["matching.offering-aligned", "matching.match-found"]
    assert {event.data["rules"] for event in told} == {catalogue.rules().version}
    assert [row["kind"] for row in await stage.rows("SELECT kind FROM sweep WHERE kind = 'rules_changed'")] == [
        "rules_changed"
    ]


async def test_repeated_delivery_changes_nothing(stage: StageUnderTest) -> None:
    await stage.consume(JOINED)
    await publish(stage)
    await stage.consume(registered(), completed())
    before = await queries.find_offering(stage.database, SUPPLIER)
    await stage.told()
    await stage.consume(registered(), completed(), JOINED)
    assert types(await stage.told()) == []
    assert await queries.find_offering(stage.database, SUPPLIER) == before


async def test_a_store_that_was_set_back_tells_each_firm_all_with_numbers_that_nobody_has_heard(
    stage: StageUnderTest,
) -> None:
    """Seen: readers that were ahead passed by what they were told next, as if they had heard it before."""
    await stage.consume(JOINED, registered())
    await publish(stage)
    await stage.sweep()
    assert [each.data["revision"] for each in await stage.told() if "revision" in each.data] == [1, 2]
    await stage.rows("SELECT setval('revision_floor', 7)")
    await publish(stage, "another")
    await stage.consume(of_supplier(an_id("new")))
    await stage.sweep()
    told = [each for each in await stage.told() if "revision" in each.data]
    assert {
        each.key: (each.type, each.data["revision"], len(each.data["requirements"])) for each in told
    } == dict.fromkeys((SUPPLIER, an_id("new")), ("matching.offering-aligned", 8, 2))
    await publish(stage, "a third")
    await stage.sweep()
    after = [each for each in await stage.told() if "revision" in each.data]
    assert [(each.type, each.data["revision"]) for each in after] == [("matching.alignment-changed", 9)] * 2
