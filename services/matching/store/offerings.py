"""Offerings, with the tables that are derived from them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from services.matching.domain.answers import Answers
from services.matching.domain.match import Match, match_id
from services.matching.domain.offering import Profile
from services.matching.domain.pairs import Pairs
from services.matching.domain.rematch import Offering
from services.matching.store import pairs
from services.matching.store.demand import FIRST
from services.matching.store.tables import OfferingRow
from shared.days import day_of
from shared.messaging.repository import TableRepository, ToDerive
from shared.runtime.database import Connection, columns


class OfferingRepository(TableRepository[Offering]):
    """Offerings with what is derived from them; the offering's row is the lock of all their tables."""

    def __init__(self) -> None:
        super().__init__(OfferingRow, Offering, unused=("alignment", "matches"))

    async def load_many(self, connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Offering]:
        found = await super().load_many(connection, ids)
        return await with_matches(connection, found)

    async def derive(
        self, connection: Connection, given: Sequence[ToDerive[Offering]], now: datetime
    ) -> Mapping[UUID, Pairs]:
        """The pairs of these offerings, judged anew where the firm itself changed."""
        return await pairs.derived(connection, given, day_of(now))

    async def save_many(self, connection: Connection, new: Sequence[Offering], changed: Sequence[Offering]) -> None:
        await super().save_many(connection, new, changed)
        saved = [*new, *changed]
        if not saved:
            return
        ids = [offering.id for offering in saved]
        areas = [(area, offering.id, area in offering.aligned) for offering in saved for area in _areas(offering)]
        matches = [_match_row(offering, match) for offering in saved for match in offering.matches]
        answers = [_answers_row(offering, each) for offering in saved for each in offering.answers]
        if changed:
            await connection.execute(_DROP_AREAS, ids, [area for area, *_ in areas], [id_ for _, id_, _ in areas])
            await connection.execute(_DROP_MATCHES, ids, [row[0] for row in matches])
        if areas:
            await connection.execute(_WRITE_AREAS, *columns(areas))
        if matches:
            await connection.execute(_WRITE_MATCHES, *columns(matches))
            await connection.execute(_KEEP_PROFILES, *columns([_profile_row(each) for each in saved if each.matches]))
        if answers:
            await connection.execute(_WRITE_ANSWERS, *columns(answers))


offerings = OfferingRepository()


async def with_matches(
    connection: Connection, found: Mapping[UUID, Offering], requirement_id: UUID | None = None
) -> dict[UUID, Offering]:
    """These offerings with their matches, or with that of one requirement alone."""
    known: dict[UUID, list[Match]] = {}
    for row in await connection.fetch(_MATCHES, list(found), requirement_id):
        known.setdefault(row["offering_id"], []).append(_MATCH.validate_json(row["detail"]))
    with_ = {id_: replace(found[id_], matches=tuple(matches)) for id_, matches in known.items()}
    return {**found, **with_}


async def all_offerings(connection: Connection, _: Mapping[str, str], after: UUID | None, limit: int) -> list[UUID]:
    """The next offerings."""
    rows = await connection.fetch(_ALL, after or FIRST, limit)
    return [row["id"] for row in rows]


_MATCH: TypeAdapter[Match] = TypeAdapter(Match)
_ANSWERS: TypeAdapter[Answers] = TypeAdapter(Answers)
_PROFILE: TypeAdapter[Profile] = TypeAdapter(Profile)


def _areas(offering: Offering) -> Sequence[str]:
    """The areas in which the offering has processes; none after it left."""
    return () if offering.profile is None or offering.withdrawn else offering.profile.areas


def _match_row(offering: Offering, match: Match) -> tuple[Any, ...]:
    if offering.profile is None or offering.diagnosis is None:
        raise ValueError("only a registered and diagnosed firm has matches")
    detail = _MATCH.dump_json(match).decode()
    ranks = (match.score, offering.diagnosis.grade, offering.profile.registered_at)
    return (match.id, offering.id, match.requirement_id, match.anchor_id, match.area, *ranks, detail)


def _profile_row(offering: Offering) -> tuple[Any, ...]:
    if offering.profile is None:
        raise ValueError("only a registered firm has matches")
    return (offering.id, offering.profile.digest, _PROFILE.dump_json(offering.profile).decode())


def _answers_row(offering: Offering, answers: Answers) -> tuple[Any, ...]:
    id_ = match_id(offering.id, answers.requirement_id)
    volume = answers.award.annual_volume if answers.award else None
    detail = _ANSWERS.dump_json(answers).decode()
    return (id_, offering.id, answers.requirement_id, answers.anchor_id, answers.standing, volume, detail)


_ALL = "SELECT id FROM offering WHERE id > $1 ORDER BY id LIMIT $2"

_MATCHES = """
    SELECT offering_id, detail FROM match
    WHERE offering_id = ANY($1::uuid[]) AND ($2::uuid IS NULL OR requirement_id = $2) ORDER BY requirement_id
"""

# By the ids themselves and not joined with them: a join is planned while the store is small, and then reads all of it.

_DROP_AREAS = """
    DELETE FROM offering_area WHERE offering_id = ANY($1::uuid[])
        AND (area, offering_id) NOT IN (SELECT * FROM unnest($2::text[], $3::uuid[]))
"""

_WRITE_AREAS = """
    INSERT INTO offering_area AS known (area, offering_id, aligned)
    SELECT * FROM unnest($1::text[], $2::uuid[], $3::boolean[])
    ON CONFLICT (area, offering_id) DO UPDATE SET aligned = excluded.aligned
    WHERE known.aligned <> excluded.aligned
"""

_DROP_MATCHES = "DELETE FROM match WHERE offering_id = ANY($1::uuid[]) AND id <> ALL($2::uuid[])"

_WRITE_MATCHES = """
    INSERT INTO match AS known (
        id, offering_id, requirement_id, anchor_id, area, score, grade, registered_at, detail
    )
    SELECT * FROM unnest(
        $1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::integer[], $7::text[], $8::timestamptz[],
        $9::text[]::jsonb[]
    )
    ON CONFLICT (id) DO UPDATE SET area = excluded.area, score = excluded.score, grade = excluded.grade,
        registered_at = excluded.registered_at, detail = excluded.detail
    WHERE (known.area, known.score, known.grade, known.registered_at, known.detail)
        IS DISTINCT FROM (excluded.area, excluded.score, excluded.grade, excluded.registered_at, excluded.detail)
"""

_KEEP_PROFILES = """
    INSERT INTO judged_profile (offering_id, digest, profile)
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[]::jsonb[]) ON CONFLICT DO NOTHING
"""

_WRITE_ANSWERS = """
    INSERT INTO answers AS known (id, offering_id, requirement_id, anchor_id, standing, annual_volume, detail)
    SELECT * FROM unnest(
        $1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::integer[], $7::text[]::jsonb[]
    )
    ON CONFLICT (id) DO UPDATE SET standing = excluded.standing, annual_volume = excluded.annual_volume,
        detail = excluded.detail
    WHERE known.detail <> excluded.detail
"""
