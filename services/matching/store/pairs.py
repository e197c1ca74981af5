"""Pairs: found by one statement, written where they changed, read for decisions about offerings."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.matching import catalogue
from services.matching.domain.alignment import Hit
from services.matching.domain.pairs import Pair, Pairs
from services.matching.domain.rematch import Offering
from services.matching.domain.requirement import Requirement
from services.matching.store import judging
from services.matching.store.demand import demand, requirements_by_id
from services.matching.store.narrow import PROCESS_OFFER, offered_rows
from shared.messaging.repository import Row, ToDerive
from shared.runtime.database import Connection, columns

AREA_LOCK = 0x5044_506D
"""Advisory locks of one transaction, one for each area: shared by whoever judges firms of it, alone for the instant
after which everybody sees what was asked there before.
"""


@dataclass(frozen=True, slots=True)
class _Known:
    """One pair of an offering, before its requirement is looked up."""

    hit: Hit | None
    told: str | None
    differs: bool


_Found = dict[UUID, dict[UUID, _Known]]
"""By offering, then by requirement."""


async def derived(connection: Connection, given: Sequence[ToDerive[Offering]], today: date) -> dict[UUID, Pairs]:
    """The pairs with which decisions about these offerings go on, whose rows are held."""
    judged = [each for each in given if "judged" in each.wanted]
    found: _Found = defaultdict(dict)
    if judged:
        await _judge(connection, judged, today, found)
    due = await connection.fetch(_TAKE_DUE, [each.state.id for each in given])
    await _add_due(connection, given, due, found)
    if whole := [each for each in given if _needs_all(each)]:
        for row in await connection.fetch(_ALL_PAIRS, *_places(whole)):
            found[row["offering_id"]].setdefault(row["requirement_id"], _Known(_hit(row), row["area"], differs=False))
        for each in whole:
            for match in each.state.matches:
                found[each.state.id].setdefault(match.requirement_id, _Known(None, None, differs=False))
    return await _with_requirements(connection, given, found)


def _needs_all(each: ToDerive[Offering]) -> bool:
    """Whether all pairs count: every explanation may have changed of a firm that has matches."""
    return not {"matched", "whole"}.isdisjoint(each.wanted) or (
        "judged" in each.wanted and (each.state.diagnosis is not None or bool(each.state.matches))
    )


async def _judge(connection: Connection, given: Sequence[ToDerive[Offering]], today: date, found: _Found) -> None:
    places = _places(given)
    areas = sorted(set(places[1]))
    await connection.execute(_SHARE_AREAS, AREA_LOCK, areas)
    rules = catalogue.rules()
    known = [each.state.id for each in given if each.before is not None]
    if known:
        await connection.execute(_FORGET_OFFERS, known, areas)
    if rows := [row for each in given for row in offered_rows(each.state, rules)]:
        await connection.copy_records_to_table("process_offer", records=rows, columns=PROCESS_OFFER)
    for row in await connection.fetch(_REPLACE_OF_OFFERINGS, *places, known, today, areas):
        # Of a requirement that moved there are two: what is gone in one area, and what was put in the other.
        other = found[row["offering_id"]].get(row["requirement_id"])
        hit = _hit(row) if row["points"] is not None else other.hit if other else None
        told = row["told"] or (other.told if other else None)
        found[row["offering_id"]][row["requirement_id"]] = _Known(hit, told, differs=True)


async def _add_due(
    connection: Connection, given: Sequence[ToDerive[Offering]], due: Sequence[Row], found: _Found
) -> None:
    """What requirements changed before. A pair that changed once more just now is told by what it is now."""
    if not due:
        return
    areas = {each.state.id: _areas(each) for each in given}
    asked = [(area, row["offering_id"], row["requirement_id"]) for row in due for area in areas[row["offering_id"]]]
    rows = await connection.fetch(_SOME_PAIRS, *columns(asked)) if asked else []
    hits = {(row["offering_id"], row["requirement_id"]): _hit(row) for row in rows}
    for row in due:
        key = row["offering_id"], row["requirement_id"]
        known = found[key[0]].get(key[1])
        differs = row["differs"] or known is not None
        found[key[0]][key[1]] = _Known(hits.get(key), row["told"], differs)


async def _with_requirements(
    connection: Connection, given: Sequence[ToDerive[Offering]], found: _Found
) -> dict[UUID, Pairs]:
    areas = {each.state.id: each.state.profile.areas if each.state.profile else () for each in given}
    asked = await demand.of(connection, {area for some in areas.values() for area in some})
    known = {requirement.id: requirement for some in asked.values() for requirement in some}
    wanted = {requirement_id for pairs in found.values() for requirement_id in pairs}
    if others := wanted.difference(known):
        known |= await requirements_by_id(connection, others)
    rules = catalogue.rules()
    return {
        each.state.id: Pairs(
            _pairs(found[each.state.id], known),
            {area: asked[area] for area in areas[each.state.id] if area in asked},
            rules,
            own="judged" in each.wanted,
            whole="whole" in each.wanted,
        )
        for each in given
    }


def _pairs(found: Mapping[UUID, _Known], known: Mapping[UUID, Requirement]) -> tuple[Pair, ...]:
    return tuple(
        Pair(known[id_], pair.hit, pair.told, pair.differs) for id_, pair in sorted(found.items()) if id_ in known
    )


def _places(given: Iterable[ToDerive[Offering]]) -> list[list[Any]]:
    """Ids and areas: where the pairs of these offerings are, or were."""
    places = [(each.state.id, area) for each in given for area in _areas(each)]
    return columns(places) if places else [[], []]


def _areas(each: ToDerive[Offering]) -> Collection[str]:
    profiles = (each.state.profile, each.before.profile if each.before else None)
    return sorted({area for profile in profiles if profile for area in profile.areas})


def _hit(row: Row) -> Hit:
    return Hit(row["points"], judging.unknown_of(row["unknown"]))


# Each is looked up by itself (`OFFSET 0`), and what is known of some firms by their ids: a join is planned while the
# store is small, and then reads its tables from end to end, also where it may not scan (decision 30).

_OF_OFFERINGS = judging.hits(
    catalogue.rules(),
    """unnest($1::uuid[], $2::text[]) AS given(id, area)
        CROSS JOIN LATERAL (
            SELECT * FROM process_offer WHERE area = given.area AND offering_id = given.id OFFSET 0
        ) AS o
        CROSS JOIN LATERAL (SELECT * FROM open_demand WHERE area = given.area OFFSET 0) AS d
        WHERE true""",
    "$4::date",
)

_SHARE_AREAS = """
    SELECT pg_advisory_xact_lock_shared($1, hashtext(area)) FROM (SELECT unnest($2::text[]) AS area) AS given
"""

_FORGET_OFFERS = """
    DELETE FROM process_offer WHERE offering_id = ANY($1::uuid[]) AND area = ANY($2::text[])
"""

_REPLACE_OF_OFFERINGS = f"""
    WITH hits AS MATERIALIZED ({_OF_OFFERINGS}),
    put AS (
        INSERT INTO pair (area, offering_id, requirement_id, points, unknown)
        SELECT area, offering_id, requirement_id, points, unknown FROM hits
        ON CONFLICT (area, offering_id, requirement_id)
            DO UPDATE SET points = excluded.points, unknown = excluded.unknown
        WHERE (pair.points, pair.unknown) <> (excluded.points, excluded.unknown)
        RETURNING new.offering_id, new.requirement_id, new.points, new.unknown, old.area AS told
    ), gone AS (
        DELETE FROM pair
        WHERE pair.area = ANY($5::text[]) AND pair.offering_id = ANY($3::uuid[])
            AND (pair.offering_id, pair.requirement_id, pair.area)
                NOT IN (SELECT offering_id, requirement_id, area FROM hits)
        RETURNING pair.offering_id, pair.requirement_id, NULL::smallint, NULL::smallint, pair.area
    )
    SELECT * FROM put UNION ALL SELECT * FROM gone
"""  # noqa: S608 - of the constant above

_TAKE_DUE = """
    DELETE FROM due WHERE offering_id = ANY($1::uuid[]) RETURNING offering_id, requirement_id, told, differs
"""

_ALL_PAIRS = """
    SELECT known.* FROM unnest($1::uuid[], $2::text[]) AS given(id, area)
    CROSS JOIN LATERAL (SELECT * FROM pair WHERE area = given.area AND offering_id = given.id OFFSET 0) AS known
"""

_SOME_PAIRS = """
    SELECT known.* FROM unnest($1::text[], $2::uuid[], $3::uuid[]) AS given(area, offering_id, requirement_id)
    CROSS JOIN LATERAL (
        SELECT * FROM pair
        WHERE area = given.area AND offering_id = given.offering_id AND requirement_id = given.requirement_id OFFSET 0
    ) AS known
"""
