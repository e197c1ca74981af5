"""Groups of firms whose quartiles were published, and what the next publication is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter

from services.diagnosis import catalogue
from services.diagnosis.domain.benchmark import Kind, Known, Member, Publication
from services.diagnosis.store import publications
from shared.runtime.database import Connection

_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('diagnosis benchmarks'))"
"""Two publications at once would each not know what the other one tells."""
_MEMBERS = """
    SELECT id, locked -> 'result' ->> 'dimensions' AS shares, offering ->> 'areas' AS areas,
        offering ->> 'size' AS size, offering ->> 'state' AS state
    FROM diagnosis
    WHERE version > 0 AND NOT withdrawn AND offering IS NOT NULL
        AND coalesce(locked ->> 'instrument', instrument) = $1
    ORDER BY id
"""
_EARLIER = "SELECT * FROM publication ORDER BY at, id"
_OF_FIRM = """
    SELECT kind, code, quartiles, at, count FROM (
        SELECT one ->> 'kind' AS kind, one ->> 'code' AS code, one ->> 'quartiles' AS quartiles, at,
            (SELECT count(*) FROM jsonb_object_keys(one -> 'members')) AS count
        FROM publication, jsonb_array_elements(groups) AS one WHERE instrument = $1 AND one -> 'members' ? $4
    ) AS told
    WHERE (kind, code) IN (SELECT * FROM unnest($2::text[], $3::text[]))
    ORDER BY kind, code, at
"""
_SHARES, _CODES = TypeAdapter(dict[str, int]), TypeAdapter(list[str])
_QUARTILES = TypeAdapter(dict[str, tuple[int, int, int]])


@dataclass(frozen=True, slots=True)
class Told:
    """A group as a firm of it may know it."""

    kind: Kind
    code: str
    quartiles: dict[str, tuple[int, int, int]]
    firms: int
    """Rounded down to tens: how many are behind it is a number of which one is the firm itself."""
    at: datetime


async def known(connection: Connection) -> Known:
    """What is true now of the present questionnaire, and what was ever told of any."""
    await connection.execute(_ONE_AT_A_TIME)
    version = catalogue.instruments().current.version
    members = [
        Member(
            row["id"],
            _SHARES.validate_json(row["shares"]),
            groups_of(_CODES.validate_json(row["areas"]), row["size"], row["state"]),
        )
        for row in await connection.fetch(_MEMBERS, version)
    ]
    every = [publications.of(row) for row in await connection.fetch(_EARLIER)]
    earlier = tuple(group for each in every if each.instrument == version for group in each.groups)
    others = tuple(group for each in every if each.instrument != version for group in each.groups)
    return Known(version, tuple(members), earlier, others)


def groups_of(areas: Sequence[str], size: str | None, state: str | None) -> frozenset[tuple[Kind, str]]:
    """The groups to which a firm belongs."""
    found: list[tuple[Kind, str]] = [("area", area) for area in areas]
    found += [("size", size)] if size else []
    found += [("state", state)] if state else []
    return frozenset(found)


async def told(
    connection: Connection, instrument: str, groups: frozenset[tuple[Kind, str]], reader: UUID
) -> list[Told]:
    """What was published of these groups, each dimension as it was last, by kind and code: where the reader was among
    those behind it. Who has just said that they are of an area, or was validated since, knows with the next one.
    """
    kinds, codes = [kind for kind, _ in groups], [code for _, code in groups]
    found: dict[tuple[str, str], Told] = {}
    for row in await connection.fetch(_OF_FIRM, instrument, kinds, codes, str(reader)):
        key, quartiles = (row["kind"], row["code"]), _QUARTILES.validate_json(row["quartiles"])
        before = found[key].quartiles if key in found else {}
        found[key] = Told(*key, {**before, **quartiles}, row["count"] // 10 * 10, row["at"])
    return list(found.values())


async def page_of_publications(connection: Connection, before: UUID | None, limit: int) -> list[Publication]:
    """The latest first, by id, which tells the time."""
    query = "SELECT * FROM publication WHERE $1::uuid IS NULL OR id < $1 ORDER BY id DESC LIMIT $2"
    return [publications.of(row) for row in await connection.fetch(query, before, limit)]
