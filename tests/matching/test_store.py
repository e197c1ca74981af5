from dataclasses import replace
from decimal import Decimal
from typing import Any, get_args

import asyncpg
import pytest

from services.matching.domain.answers import Answer, Answers
from services.matching.domain.award import Award, Volume
from services.matching.domain.match import match_id
from services.matching.domain.reasons import CriterionName
from services.matching.domain.rematch import Offering
from services.matching.domain.requirement import Requirement
from services.matching.store import queries
from services.matching.store.awards import volume
from services.matching.store.demand import (
    AreaDemand,
    anchors,
    changing,
    demand,
    publishing,
    requirements,
    requirements_of_anchor,
)
from services.matching.store.offerings import all_offerings, offerings
from services.matching.store.queries import Rank, Ranked
from shared.messaging.repository import Repository, S
from shared.runtime.database import Database
from tests.matching.given import (
    ANCHOR,
    NOW,
    REGISTERED,
    RULES,
    SUPPLIER,
    TODAY,
    again,
    an_id,
    anchor,
    diagnosed,
    matched,
    offering,
    process,
    profile,
    requirement,
)


async def save(database: Database, repository: Repository[S], *states: S) -> None:
    """Write these as new or changed, whichever they are."""
    async with database.transaction() as connection:
        ids = [state.id for state in states]  # type: ignore[attr-defined]
        known = await repository.load_many(connection, ids)
        new = [state for state in states if state.id not in known]  # type: ignore[attr-defined]
        await repository.save_many(connection, new, [state for state in states if state not in new])


async def load(database: Database, repository: Repository[S], state: S) -> S:
    async with database.transaction() as connection:
        found = await repository.load_many(connection, [state.id])  # type: ignore[attr-defined]
        return found[state.id]  # type: ignore[attr-defined]


def decided(id_: str, *requirements: Requirement, **changes: object) -> Offering:
    return again(Offering(an_id(id_), profile=profile(**changes), diagnosis=diagnosed()), *requirements).offering


async def ranked(database: Database, asked: Requirement, after: Rank | None = None, limit: int = 9) -> list[Ranked]:
    return await queries.ranked_matches(database, asked, RULES, TODAY, after=after, limit=limit)


async def test_what_is_saved_is_loaded(database: Database) -> None:
    asked = requirement(envelope_mm=(3, 2, 1), targets={"T01": 4}, must_have=("T01",), otif_bp_min=9500)
    await save(database, requirements, asked)
    await save(database, anchors, anchor(states=("11", "22")))
    one, two = matched(requirement()), decided("other", requirement(materials=("zinc",)))
    await save(database, offerings, one, two)
    assert await load(database, requirements, asked) == asked
    assert await load(database, anchors, anchor()) == anchor(states=("11", "22"))
    assert await load(database, offerings, one) == one
    assert await load(database, offerings, two) == two
    assert await queries.find_offering(database, SUPPLIER) == one
    assert await queries.find_requirement(database, asked.id) == asked
    assert await queries.all_anchors(database) == [anchor(states=("11", "22"))]


async def test_the_derived_tables_follow_the_offering(database: Database) -> None:
    a, b = requirement("a"), requirement("b")
    before = matched(a, b)
    await save(database, offerings, before)
    assert len(await ranked(database, a)) == 1
    listed = Answers(a.id, ANCHOR, "P01", (Answer("shortlist", "shortlisted", "buyer-1", NOW),))
    after = again(before.with_answers(listed), a, was=(a, b)).offering
    await save(database, offerings, after)
    ((_, candidate),) = await ranked(database, a)
    assert (candidate.supplier_id, candidate.match, candidate.answers) == (SUPPLIER, after.matches[0], listed)
    assert [each.criterion for each in candidate.criteria] == list(get_args(CriterionName))
    assert await ranked(database, b) == []
    assert [tuple(each) for each in await queries.coverage(database)] == [("P01", 0, 1, 1)]
    moved = replace(after, profile=profile(process(area="P02")))
    moved = again(moved, a, was=(a,), of=after).offering
    await save(database, offerings, moved)
    areas = "SELECT area, aligned FROM offering_area"
    assert [tuple(row.values()) for row in await rows(database, areas)] == [("P02", False)]
    assert await queries.whose_match(database, candidate.id) == (SUPPLIER, a.id)
    assert await queries.whose_match(database, match_id(SUPPLIER, b.id)) is None
    await save(database, offerings, replace(moved, withdrawn_at=NOW))
    assert await rows(database, areas) == []


async def rows(database: Database, query: str) -> list[Any]:
    async with database.connection() as connection:
        return list(await connection.fetch(query))


async def test_what_is_awarded_to_others_counts_against_what_is_asked(database: Database) -> None:
    asked = requirement(annual_volume=100_000)
    bought = Answer("award", "awarded", "buyer-1", NOW, award=Award(Decimal(90_000), "MXN", 30_000))
    no_more = Answer("end", "ended", "buyer-1", NOW, "completed")
    said = {"one": (bought,), "two": (bought,), "was one": (bought, no_more)}
    firms = [
        decided(name, asked).with_answers(Answers(asked.id, ANCHOR, "P01", answers)) for name, answers in said.items()
    ]
    await save(database, requirements, asked)
    await save(database, offerings, *firms)
    async with database.transaction() as connection:
        assert await volume(connection, asked.id, an_id("a third")) == Volume(100_000, 60_000)
        assert await volume(connection, asked.id, an_id("one")) == Volume(100_000, 30_000)
        assert await volume(connection, an_id("nothing"), an_id("one")) == Volume(0, 0)


async def test_a_sweep_goes_on_where_it_stopped(database: Database) -> None:
    ids = sorted(an_id(str(number)) for number in range(5))
    await save(database, offerings, *(replace(offering(), id=id_) for id_ in ids))
    async with database.connection() as connection:
        first = await all_offerings(connection, {}, None, 2)
        rest = await all_offerings(connection, {}, first[-1], 9)
    assert [*first, *rest] == ids
    assert len(first) == 2


async def test_the_open_requirements_of_an_anchor(database: Database) -> None:
    mine, closed = requirement("mine"), replace(requirement("closed"), status="closed")
    other = replace(requirement("other"), anchor_id=an_id("other anchor"))
    await save(database, requirements, mine, closed, other)
    async with database.connection() as connection:
        found = await requirements_of_anchor(connection, {"anchor_id": str(ANCHOR)}, None, 9)
    assert found == [mine.id]


async def test_candidates_by_score_then_grade_then_registration_then_id(database: Database) -> None:
    asked = requirement()
    later = REGISTERED.replace(year=2027)
    graded = replace(decided("graded", asked, registered_at=later), diagnosis=replace(diagnosed(), grade="A"))
    best = decided("best", asked)
    low = decided("low", asked, state="19")
    late = decided("late", asked, registered_at=later)
    twins = sorted([decided("twin 1", asked), best], key=lambda each: each.id)
    await save(database, offerings, low, late, graded, *twins)
    found = await ranked(database, asked)
    assert [each.candidate.supplier_id for each in found] == [graded.id, *(twin.id for twin in twins), late.id, low.id]
    page = await ranked(database, asked, found[2].rank, 2)
    assert [each.candidate.supplier_id for each in page] == [late.id, low.id]


async def test_one_ranking_is_of_one_version_of_the_rules(database: Database) -> None:
    asked = requirement()
    new, low = decided("new", asked), decided("low", asked, state="19")
    before = decided("before", asked)
    old = replace(before, matches=(replace(before.matches[0], rules="match-2025-1"),))
    await save(database, offerings, old, new, low)
    found = await ranked(database, asked)
    assert [each.candidate.supplier_id for each in found] == [new.id, low.id, old.id]
    assert [each.rank[0] for each in found] == [False, False, True]
    for place in range(3):
        page = await ranked(database, asked, found[place].rank)
        assert page == found[place + 1 :]


async def test_requirements_are_listed_by_what_is_asked_of_the_list(database: Database) -> None:
    a = requirement("a")
    b = replace(requirement("b", area="P02"), status="closed", closed_reason="filled")
    c = replace(requirement("c"), anchor_id=an_id("other anchor"))
    await save(database, requirements, a, b, c)

    async def listed(**wanted: object) -> set[object]:
        every = {"area": None, "anchor_id": None, "status": None, "after": None, "limit": 9}
        return {each.id for each in await queries.page_of_requirements(database, **(every | wanted))}  # type: ignore[arg-type]

    assert await listed() == {a.id, b.id, c.id}
    assert await listed(area="P02") == {b.id}
    assert await listed(anchor_id=ANCHOR, status="open") == {a.id}
    first, *_ = sorted((a.id, b.id, c.id))
    assert await listed(after=first) == {a.id, b.id, c.id} - {first}


async def test_what_is_asked_in_an_area_is_read_once_while_it_does_not_change(database: Database) -> None:
    async def read(*areas: str) -> AreaDemand:
        async with database.transaction() as connection:
            return await demand.of(connection, areas)

    assert await read("P01") == {}
    await save(database, requirements, requirement(), requirement("other", area="P02"))
    first = await read("P01", "P02")
    assert first == {"P01": (requirement(),), "P02": (requirement("other", area="P02"),)}
    await save(database, requirements, requirement("other", area="P03"))
    second = await read("P01", "P02", "P03")
    assert second["P01"] is first["P01"], "another area's change is none of this one's"
    assert (second["P02"], second["P03"]) == ((), (requirement("other", area="P03"),))
    await save(database, requirements, replace(requirement(), status="closed", closed_reason="filled"))
    assert await read("P01") == {"P01": ()}


async def test_nobody_awards_while_a_requirement_is_changed(database: Database) -> None:
    await save(database, requirements, requirement())
    async with database.transaction() as connection:
        await changing(connection, [str(requirement().id)])
        async with database.connection() as other, other.transaction():
            await other.execute("SET LOCAL lock_timeout = '50ms'")
            with pytest.raises(asyncpg.LockNotAvailableError):
                await volume(other, requirement().id, SUPPLIER)


async def test_an_anchor_cannot_leave_while_it_publishes(database: Database) -> None:
    await save(database, anchors, anchor())
    async with database.transaction() as connection:
        assert await publishing(connection) == {ANCHOR: anchor()}
        async with database.connection() as other, other.transaction():
            await other.execute("SET LOCAL lock_timeout = '50ms'")
            with pytest.raises(asyncpg.LockNotAvailableError):
                await anchors.load_many(other, [ANCHOR])
