"""Pairs: found by one statement, written where they changed, read for decisions about offerings."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
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
from shared.messaging.repository import ToDerive
from shared.runtime.database import Connection, Row, columns

AREA_LOCK = 0x5044_506D
"""Advisory locks of one transaction, one for each area: shared by whoever judges firms of it, alone for the instant
after which everybody sees what was asked there before.
"""


@dataclass(frozen=True, slots=True)
class _Known:
    """One pair of an offering, before its requirement is looked up."""

    hit: Hit | None
    area: str | None
    """Of the hit."""
    told: str | None
    differs: bool


_NOTHING = _Known(None, None, None, differs=False)

_Found = dict[UUID, dict[UUID, _Known]]
"""By offering, then by requirement."""


async def derived(connection: Connection, given: Sequence[ToDerive[Offering]], today: date) -> dict[UUID, Pairs]:
    """The pairs with which decisions about these offerings go on, whose rows are held."""
    # What is asked changes no more for those who are decided by it: its sweep finds what came of them.
    areas = sorted({area for each in given for area in _areas(each)})
    given = _beyond(given, floor := await connection.fetchval(_SHARE_AREAS, AREA_LOCK, areas))
    judged = [each for each in given if "judged" in each.wanted]
    found: _Found = defaultdict(dict)
    if judged:
        await _judge(connection, judged, today, found)
    due = await connection.fetch(_TAKE_DUE, [each.state.id for each in given])
    await _add_due(connection, given, due, found)
    if whole := [each for each in given if _needs_all(each)]:
        for row in await connection.fetch(_ALL_PAIRS, *_places(whole)):
            found[row["offering_id"]].setdefault(row["requirement_id"], _as_told(row, differs=False))
        for each in whole:
            for match in each.state.matches:
                found[each.state.id].setdefault(match.requirement_id, _NOTHING)
    return await _with_requirements(connection, given, found, floor)


def _beyond(given: Sequence[ToDerive[Offering]], floor: int) -> Sequence[ToDerive[Offering]]:
    """Firms that may have been told more than the store knows are told all: no difference counts from what it knows."""
    return [replace(each, wanted={*each.wanted, "whole"}) if each.state.revision < floor else each for each in given]


def _needs_all(each: ToDerive[Offering]) -> bool:
    """Whether all pairs count: every explanation may have changed of a firm that has matches."""
    return not {"matched", "whole"}.isdisjoint(each.wanted) or (
        "judged" in each.wanted and (each.state.diagnosis is not None or bool(each.state.matches))
    )


async def _judge(connection: Connection, given: Sequence[ToDerive[Offering]], today: date, found: _Found) -> None:
    places = _places(given)
    areas = sorted(set(places[1]))
    rules = catalogue.rules()
    known = [each for each in given if each.before is not None]
    if known:
        await connection.execute(_FORGET_OFFERS, [each.state.id for each in known], areas)
    if rows := [row for each in given for row in offered_rows(each.state, rules)]:
        await connection.copy_records_to_table("process_offer", records=rows, columns=PROCESS_OFFER)
    _put(await connection.fetch(_REPLACE_OF_OFFERINGS, *places, *_places(known), today), found)


def _put(rows: Sequence[Row], found: _Found) -> None:
    """Pairs that were written, or are gone."""
    for row in rows:
        # Of a requirement that moved there are two: what is gone in one area, and what was put in the other.
        other = found[row["offering_id"]].get(row["requirement_id"])
        told = row["told"] or (other.told if other else None)
        hit = other or _NOTHING if row["points"] is None else _as_told(row, differs=True)
        found[row["offering_id"]][row["requirement_id"]] = _Known(hit.hit, hit.area, told, differs=True)


async def _add_due(
    connection: Connection, given: Sequence[ToDerive[Offering]], due: Sequence[Row], found: _Found
) -> None:
    """What requirements changed before becomes pairs, unless the firm was judged just now: then it is in them."""
    judged = {each.state.id for each in given if "judged" in each.wanted}
    areas = {each.state.id: _areas(each) for each in given}
    if still := [[row[name] for name in _OF_PAIR] for row in due if row["offering_id"] not in judged]:
        places = [(area, firm, asked) for firm, asked, *_ in still for area in areas[firm]]
        _put(await connection.fetch(_REPLACE_DUE, *columns(still), *_arrays(places, 3)), found)
    # Others are as they were told, and something else is asked of them, or their explanation differs.
    others = [row for row in due if row["requirement_id"] not in found[row["offering_id"]]]
    places = [(area, row["offering_id"], row["requirement_id"]) for row in others for area in areas[row["offering_id"]]]
    rows = await connection.fetch(_SOME_PAIRS, *columns(places)) if places else []
    pairs = {(row["offering_id"], row["requirement_id"]): row for row in rows}
    for row in others:
        pair = pairs.get((row["offering_id"], row["requirement_id"]))
        found[row["offering_id"]][row["requirement_id"]] = _as_told(pair, differs=row["asks"]) if pair else _NOTHING


async def _with_requirements(
    connection: Connection, given: Sequence[ToDerive[Offering]], found: _Found, floor: int
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
            floor=floor,
        )
        for each in given
    }


def _pairs(found: Mapping[UUID, _Known], known: Mapping[UUID, Requirement]) -> tuple[Pair, ...]:
    return tuple(
        Pair(known[id_], pair.hit, pair.told, pair.differs, pair.area)
        for id_, pair in sorted(found.items())
        if id_ in known
    )


def _places(given: Iterable[ToDerive[Offering]]) -> list[list[Any]]:
    """Ids and areas: where the pairs of these offerings are, or were."""
    return _arrays([(each.state.id, area) for each in given for area in _areas(each)], 2)


def _arrays(rows: Sequence[Sequence[Any]], width: int) -> list[list[Any]]:
    return columns(rows) if rows else [[] for _ in range(width)]


def _areas(each: ToDerive[Offering]) -> Collection[str]:
    profiles = (each.state.profile, each.before.profile if each.before else None)
    return sorted({area for profile in profiles if profile for area in profile.areas})


def _as_told(row: Row, *, differs: bool) -> _Known:
    return _Known(Hit(row["points"], judging.unknown_of(row["unknown"])), row["area"], row["area"], differs)


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
    "$5::date",
)

_SHARE_AREAS = """
    SELECT (SELECT last_value FROM revision_floor), count(pg_advisory_xact_lock_shared($1, hashtext(area)))
    FROM (SELECT unnest($2::text[]) AS area) AS given
"""

_FORGET_OFFERS = """
    DELETE FROM process_offer WHERE offering_id = ANY($1::uuid[]) AND area = ANY($2::text[])
"""


def _replace(hits: str, known: str) -> str:
    """Have the pairs `known` be those of `hits`: what was written, and what is gone. A pair that nobody has is inserted
    without a look whether somebody has it: the firm's row is held.
    """
    return f"""
        WITH hits AS MATERIALIZED ({hits}), known AS MATERIALIZED ({known}),
        put AS (
            INSERT INTO pair (area, offering_id, requirement_id, points, unknown)
            SELECT area, offering_id, requirement_id, points, unknown FROM hits
            WHERE (area, offering_id, requirement_id) NOT IN (SELECT area, offering_id, requirement_id FROM known)
            RETURNING offering_id, requirement_id, area, points, unknown, NULL AS told
        ), other AS (
            INSERT INTO pair (area, offering_id, requirement_id, points, unknown)
            SELECT area, offering_id, requirement_id, hits.points, hits.unknown
            FROM hits JOIN known USING (area, offering_id, requirement_id)
            WHERE (hits.points, hits.unknown) <> (known.points, known.unknown)
            ON CONFLICT (area, offering_id, requirement_id)
                DO UPDATE SET points = excluded.points, unknown = excluded.unknown
            RETURNING offering_id, requirement_id, area, points, unknown, area AS told
        ), lost AS MATERIALIZED (
            SELECT area, offering_id, requirement_id FROM known
            WHERE (area, offering_id, requirement_id) NOT IN (SELECT area, offering_id, requirement_id FROM hits)
        ), gone AS (
            DELETE FROM pair
            WHERE area = ANY(ARRAY(SELECT area FROM lost)) AND offering_id = ANY(ARRAY(SELECT offering_id FROM lost))
                AND requirement_id = ANY(ARRAY(SELECT requirement_id FROM lost))
                AND (area, offering_id, requirement_id) IN (SELECT area, offering_id, requirement_id FROM lost)
            RETURNING offering_id, requirement_id, area, NULL::smallint, NULL::smallint, area
        )
        SELECT * FROM put UNION ALL SELECT * FROM other UNION ALL SELECT * FROM gone
    """  # noqa: S608 - of constants


_REPLACE_OF_OFFERINGS = _replace(
    _OF_OFFERINGS,
    """SELECT own.* FROM unnest($3::uuid[], $4::text[]) AS given(id, area)
        CROSS JOIN LATERAL (SELECT * FROM pair WHERE area = given.area AND offering_id = given.id OFFSET 0) AS own""",
)

_TAKE_DUE = """
    DELETE FROM due WHERE offering_id = ANY($1::uuid[])
    RETURNING offering_id, requirement_id, area, points, unknown, asks
"""
_OF_PAIR = ("offering_id", "requirement_id", "area", "points", "unknown")

_ALL_PAIRS = """
    SELECT known.* FROM unnest($1::uuid[], $2::text[]) AS given(id, area)
    CROSS JOIN LATERAL (SELECT * FROM pair WHERE area = given.area AND offering_id = given.id OFFSET 0) AS known
"""


def _some_pairs(first: int) -> str:
    """Of three arrays, the first of which is this parameter."""
    given = ", ".join(f"${first + place}::{type_}[]" for place, type_ in enumerate(("text", "uuid", "uuid")))
    return f"""
        SELECT told.* FROM unnest({given}) AS given(area, offering_id, requirement_id)
        CROSS JOIN LATERAL (
            SELECT * FROM pair
            WHERE area = given.area AND offering_id = given.offering_id AND requirement_id = given.requirement_id
            OFFSET 0
        ) AS told
    """  # noqa: S608 - of constants


_SOME_PAIRS = _some_pairs(1)

_REPLACE_DUE = _replace(
    """SELECT offering_id, requirement_id, area, points, unknown
        FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::smallint[], $5::smallint[])
            AS due(offering_id, requirement_id, area, points, unknown)
        WHERE points IS NOT NULL""",
    _some_pairs(6),
)

OF_FIRM_NOW = """
    SELECT requirement_id, points, unknown FROM pair WHERE area = ANY($1::text[]) AND offering_id = $2
        AND requirement_id NOT IN (SELECT requirement_id FROM due WHERE offering_id = $2)
    UNION ALL
    SELECT requirement_id, points, unknown FROM due
    WHERE offering_id = $2 AND area = ANY($1::text[]) AND points IS NOT NULL
"""
"""What a firm meets in these areas, told or not."""
