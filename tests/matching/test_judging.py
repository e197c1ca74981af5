"""The statement that judges, held equal to the definition (`hit`) on generated extremes, from both sides."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.alignment import Hit, hit
from services.matching.domain.distance import MICRO, narrowing, reach
from services.matching.domain.material_keys import MaterialKeys, asked, offered
from services.matching.domain.nearness import NearMiss, near_miss
from services.matching.domain.offering import Profile
from services.matching.domain.record import Plant, Record
from services.matching.domain.rematch import Offering
from services.matching.domain.requirement import Requirement, Specification
from services.matching.domain.waiver import Waiver
from services.matching.store import nearness
from services.matching.store.demand import FIRST, requirements
from services.matching.store.judging import HIGHEST, UNKNOWN, unknown_of
from services.matching.store.offerings import offerings
from services.matching.store.rematching import Rematching
from shared.days import day_of
from shared.messaging.repository import ToDerive
from shared.runtime.clock import now
from shared.runtime.database import Connection, Database
from tests.matching.extremes import MATERIALS, profiles, specifications, waivers
from tests.matching.given import ANCHOR, NOW, RULES, TODAY, an_id, hit_of, need, profile
from tests.walking import EXAMPLES, Do, examine

Found = dict[tuple[UUID, UUID], Hit]
Need = tuple[Specification, tuple[Waiver, ...]]

firms = st.lists(st.tuples(profiles, st.sampled_from((None, None, None, NOW))), min_size=4, max_size=8)
needs = st.lists(st.tuples(specifications, waivers), min_size=4, max_size=8)


class _UndoneError(Exception):
    """Ends a transaction that is to leave nothing."""


async def test_the_statement_says_what_the_definition_says(database: Database) -> None:
    def check(do: Do):
        @EXAMPLES
        @given(firms, needs)
        def same(firms: Sequence[tuple[Profile, None]], needs: Sequence[Need]) -> None:
            do(_compare(database, firms, needs))

        return same

    await examine(check)


async def test_both_say_of_the_same_plants_that_they_are_too_far(database: Database) -> None:
    """East of where parts are wanted a degree is shorter: the limit of 100 km, and a millionth of a degree about it."""
    limit = -100_000_000 + reach(100) * MICRO // narrowing(20_000_000)
    plants = [Plant(state="11", latitude_e6=20_000_000, longitude_e6=limit + beyond) for beyond in range(-3, 4)]
    firms = [(profile(record=Record(plants=(plant,))), None) for plant in plants]
    here = {"plant_latitude_e6": 20_000_000, "plant_longitude_e6": -100_000_000, "distance_km_max": 100}
    met = [hit(firm, need(**here), RULES, TODAY) is not None for firm, _ in firms]
    assert (met[0], met[-1]) == (True, False)
    await _compare(database, firms, [(need(**here), ())])


async def _compare(database: Database, firms: Sequence[tuple[Profile, None]], needs: Sequence[Need]) -> None:
    made = [
        Offering(an_id(f"firm {number}"), profile=profile, withdrawn_at=left)
        for number, (profile, left) in enumerate(firms)
    ]
    wanted = [
        Requirement(an_id(f"asked {number}"), ANCHOR, need, waivers=given) for number, (need, given) in enumerate(needs)
    ]
    try:
        async with database.transaction() as connection:
            await requirements.save_many(connection, wanted, [])
            await offerings.derive(connection, [ToDerive(None, each, {"judged"}) for each in made], NOW)
            assert await _pairs(connection) == _defined(made, wanted, TODAY)
            await offerings.save_many(connection, made, [])
            await connection.execute("DELETE FROM pair")
            for requirement in wanted:
                await _swept(connection, requirement.id)
            assert await _pairs(connection) == {}
            assert await _pairs(connection, "due") == _defined(made, wanted, day_of(now()))
            await _compare_near(connection, made, wanted)
            raise _UndoneError
    except _UndoneError:
        pass


async def _compare_near(connection: Connection, made: Sequence[Offering], wanted: Sequence[Requirement]) -> None:
    """Near misses, from both sides, by the statement and by the definition."""
    today, page = day_of(now()), (HIGHEST, FIRST, 1_000)
    pairs = [(firm, each) for firm in made for each in wanted]
    missed = {(firm.id, each.id): miss for firm, each in pairs if (miss := _miss(firm, each, today))}
    of_requirements: list[tuple[UUID, UUID, int]] = []
    of_firms: list[tuple[UUID, UUID, int]] = []
    for each in wanted:
        rows = await connection.fetch(nearness.FIRMS, each.id, each.area, today, *page)
        of_requirements += [(row["offering_id"], each.id, row["points"]) for row in rows]
        counted = await connection.fetch(nearness.COUNTS, each.id, each.area, today)
        gates = Counter(miss.gate.gate for (_, id_), miss in missed.items() if id_ == each.id)
        assert {row["gate"]: row["firms"] for row in counted} == gates
    for firm in made:
        areas = list(firm.profile.areas) if firm.profile else []
        rows = await connection.fetch(nearness.REQUIREMENTS, areas, firm.id, today, *page)
        of_firms += [(firm.id, row["requirement_id"], row["points"]) for row in rows]
    assert sorted(of_requirements) == sorted(of_firms) == sorted((*ids, miss.points) for ids, miss in missed.items())


def _miss(firm: Offering, asked: Requirement, today: date) -> NearMiss | None:
    if firm.profile is None:
        return None
    return near_miss(firm.profile, asked.need_of(firm.id, today), RULES, today, withdrawn=firm.withdrawn)


def _defined(made: Sequence[Offering], wanted: Sequence[Requirement], today: date) -> Found:
    found = {(firm.id, each.id): hit_of(firm, each, today) for firm in made for each in wanted}
    return {ids: hit for ids, hit in found.items() if hit is not None}


async def _pairs(connection: Connection, table: str = "pair") -> Found:
    rows = await connection.fetch(f"SELECT offering_id, requirement_id, points, unknown FROM {table}")
    return {(row["offering_id"], row["requirement_id"]): Hit(row["points"], unknown_of(row["unknown"])) for row in rows}


async def _swept(connection: Connection, requirement_id: UUID) -> None:
    step = Rematching()
    cursor: UUID | None = FIRST
    while cursor is not None:
        cursor, touched, sweeps = await step(connection, {"requirement_id": str(requirement_id)}, cursor)
        assert [sweep.kind for sweep in sweeps] == (["requirement_told"] if touched else [])


@given(st.lists(st.sampled_from(MATERIALS), max_size=3), st.lists(st.sampled_from(MATERIALS), max_size=3))
def test_keys_overlap_where_materials_compare(needed: list[str], stated: list[str]) -> None:
    need, offer = asked(RULES.materials, tuple(needed)), offered(RULES.materials, tuple(stated))
    assert (need.stated, offer.stated) == (bool(needed), bool(stated))
    if needed and stated:
        assert _compared(need, offer) == RULES.materials.compare(needed, stated)


def test_keys_overlap_for_every_two_names_of_the_catalogue() -> None:
    names = [" ".join(words) for words in RULES.materials.names][::7]
    for needed in names:
        for offer in names:
            found = _compared(asked(RULES.materials, (needed,)), offered(RULES.materials, (offer,)))
            assert found == RULES.materials.compare([needed], [offer]), (needed, offer)


def _compared(need: MaterialKeys, offer: MaterialKeys) -> str:
    if set(need.met) & set(offer.met):
        return "met"
    near = set(need.near) & set(offer.near)
    return "unknown" if near or need.unmapped or offer.unmapped else "not_met"


def test_bits_are_gates_in_the_order_in_which_they_are_told() -> None:
    assert unknown_of(0) == ()
    assert unknown_of(2 ** len(UNKNOWN) - 1) == UNKNOWN
    assert unknown_of(0b1010) == ("materials", "force")
