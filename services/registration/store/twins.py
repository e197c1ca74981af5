"""Firms that are probably one: found by what they are compared by, each by an index and no more than a few of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from services.registration.domain.likeness import RFC_FRONT, STRENGTHS, Sign, Strength
from services.registration.domain.twins import Lookout, Twins, TwinsStatus
from services.registration.store.tables import TwinsRow
from shared.messaging.repository import TableRepository
from shared.runtime.database import Connection

MOST_ALIKE: Final = 5
"""Whatever more firms than these share with one tells nothing of it: the telephone of an accountant, the domain of a
chamber, a name such as COMERCIALIZADORA.
"""
MOST_NEAR: Final = 500
"""RFCs with the same half that are looked at: of a million firms some tens are of one month and three letters."""


def _for_queries(twins: Twins) -> Mapping[str, Any]:
    return {"rank": STRENGTHS.index(twins.strength)}


twins = TableRepository(TwinsRow, Twins, derived=_for_queries)


def _sharing(sign: Sign, column: str) -> str:
    return f"""
        SELECT given.id AS one, found.id AS other, '{sign}' AS sign FROM given CROSS JOIN LATERAL (
            SELECT id FROM supplier
            WHERE {column} = given.{column} AND id <> given.id AND status <> 'withdrawn' LIMIT {MOST_ALIKE + 1}
        ) AS found WHERE given.{column} <> ''"""  # noqa: S608 - of the names below


def _half(part: str) -> str:
    half = {"front": f"left({{}}.rfc, {RFC_FRONT})", "back": f"substr({{}}.rfc, {RFC_FRONT + 1})"}[part]
    return f"""(
            SELECT id, rfc FROM supplier
            WHERE {half.format("supplier")} = {half.format("given")} AND status <> 'withdrawn' LIMIT {MOST_NEAR}
        )"""  # noqa: S608 - of the names above


_ALIKE = f"""
    WITH given AS (
        SELECT id, rfc, name_key, state, municipality, mail_domain, phone FROM supplier
        WHERE id = ANY($1::uuid[]) AND status <> 'withdrawn'
    ), pairs AS (
        {_sharing("same_name", "name_key")} UNION ALL {_sharing("same_mail_domain", "mail_domain")}
        UNION ALL {_sharing("same_phone", "phone")} UNION ALL
        SELECT DISTINCT given.id, near.id, 'rfc_close' FROM given CROSS JOIN LATERAL (
            {_half("front")} UNION ALL {_half("back")}
        ) AS near WHERE length(near.rfc) = length(given.rfc) AND 1 = (
            SELECT count(*) FROM generate_series(1, length(near.rfc)) AS place
            WHERE substr(near.rfc, place, 1) <> substr(given.rfc, place, 1)
        )
    ), telling AS (
        SELECT *, count(*) OVER (PARTITION BY one, sign) AS sharing FROM pairs
    )
    SELECT one, other, array_agg(sign) || CASE
        WHEN other.municipality = given.municipality THEN ARRAY['same_municipality']
        WHEN other.state = given.state THEN ARRAY['same_state'] ELSE '{{}}'::text[] END AS signs
    FROM telling JOIN given ON given.id = one
    CROSS JOIN LATERAL (SELECT state, municipality FROM supplier WHERE id = telling.other) AS other
    WHERE sharing <= {MOST_ALIKE}
    GROUP BY one, telling.other, other.municipality, given.municipality, other.state, given.state
"""  # noqa: S608 - of the constants above
_STORED = "SELECT * FROM twins WHERE older = ANY($1::uuid[]) OR newer = ANY($1::uuid[]) ORDER BY id FOR UPDATE"
_PAGE = """
    SELECT * FROM twins WHERE status = ANY($1) AND rank = ANY($2)
        AND ($3::uuid IS NULL OR older = $3 OR newer = $3) AND ($4::int IS NULL OR (rank, id) > ($4, $5::uuid))
    ORDER BY rank, id LIMIT $6
"""


class Lookouts:
    """Firms beside the others that are like them: what a look finds is written as pairs. Of the firms nothing is held:
    whoever changes one has it compared again.
    """

    async def load_many(self, connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Lookout]:
        alike: dict[UUID, dict[UUID, frozenset[Sign]]] = {id_: {} for id_ in ids}
        for row in await connection.fetch(_ALIKE, ids):
            alike[row["one"]][row["other"]] = frozenset(row["signs"])
        stored = [twins.of(row) for row in await connection.fetch(_STORED, ids)]
        known = {id_: tuple(each for each in stored if id_ in (each.older, each.newer)) for id_ in ids}
        return {id_: Lookout(id_, alike[id_], known[id_], frozenset(each.id for each in known[id_])) for id_ in ids}

    async def save_many(self, connection: Connection, new: Sequence[Lookout], changed: Sequence[Lookout]) -> None:
        del new
        pairs = {each.id: each for lookout in changed for each in lookout.twins}
        stored = frozenset[UUID]().union(*(lookout.stored for lookout in changed))
        await twins.save_many(
            connection,
            [each for id_, each in pairs.items() if id_ not in stored],
            [each for id_, each in pairs.items() if id_ in stored],
        )


lookouts = Lookouts()


async def page_of_twins(
    connection: Connection,
    statuses: Iterable[TwinsStatus],
    strengths: Iterable[Strength],
    firm: UUID | None,
    after: tuple[int, UUID] | None,
    limit: int,
) -> list[Twins]:
    """The strongest first, and of those the ones whose ids come first."""
    rank, id_ = after or (None, None)
    ranks = [STRENGTHS.index(each) for each in strengths]
    return [twins.of(row) for row in await connection.fetch(_PAGE, [*statuses], ranks, firm, rank, id_, limit)]


def place_of(pair: Twins) -> tuple[int, UUID]:
    """Where it stands in that order."""
    return STRENGTHS.index(pair.strength), pair.id


async def twins_of(connection: Connection, id_: UUID) -> Twins | None:
    """As they are, without their lock."""
    row = await connection.fetchrow("SELECT * FROM twins WHERE id = $1", id_)
    return None if row is None else twins.of(row)
