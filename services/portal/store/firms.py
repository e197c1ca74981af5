"""Firms, and what is asked of them. Every question names for whom it is asked."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple
from uuid import UUID

from pydantic import TypeAdapter

from services.portal.domain.firm import Firm
from services.portal.domain.scope import Scope, bounds, sees_money
from services.portal.domain.steps import taken, waits
from services.portal.store.tables import FirmRow
from shared.messaging.repository import TableRepository
from shared.runtime.database import Connection, columns

_FORGET_CANDIDATES = "DELETE FROM candidate WHERE supplier_id = ANY($1::uuid[])"
_WRITE_CANDIDATES = """
    INSERT INTO candidate (match_id, supplier_id, requirement_id, anchor_id, score, standing, introduced, hidden_by,
        contact_role, found_at)
    SELECT * FROM unnest(
        $1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::int[], $6::text[], $7::bool[], $8::text[]::jsonb[],
        $9::text[], $10::timestamptz[]
    )
"""


class FirmRepository(TableRepository[Firm]):
    """Firms, and with each its matches as candidates of their requirements."""

    async def save_many(self, connection: Connection, new: Sequence[Firm], changed: Sequence[Firm]) -> None:
        await super().save_many(connection, new, changed)
        if changed:
            await connection.execute(_FORGET_CANDIDATES, [firm.id for firm in changed])
        rows = [row for firm in (*new, *changed) for row in _candidates(firm)]
        if rows:
            await connection.execute(_WRITE_CANDIDATES, *columns(rows))


def _candidates(firm: Firm) -> list[tuple[Any, ...]]:
    role = firm.profile and firm.profile.introducible and firm.profile.introducible.contact_role
    hidden = [(match, firm.hidden_by(match)) for match in firm.candidates]
    return [
        (
            match.match_id,
            firm.id,
            match.requirement_id,
            match.anchor_id,
            match.score,
            match.standing,
            not hidden_by,
            json.dumps(hidden_by),
            role,
            match.found_at,
        )
        for match, hidden_by in hidden
    ]


def _for_queries(firm: Firm) -> Mapping[str, Any]:
    profile, diagnosis = firm.profile, firm.diagnosis
    return {
        "folio": profile and profile.folio,
        "rfc": profile and profile.rfc,
        "name": profile and profile.legal_name,
        "state": profile and profile.state,
        "band": diagnosis and diagnosis.band,
        "areas": [] if profile is None else list(profile.areas),
        "steps": list(taken(firm)),
        **{f"waits_{queue}": since for queue, since in waits(firm).items()},
    }


firms = FirmRepository(FirmRow, Firm, derived=_for_queries)

ALIGNMENTS = """
    SELECT 'incomplete' AS heard, count(*) FROM firm WHERE alignment -> 'heard' -> 'ahead' <> '[]'
"""
_STORED = "id, profile, withdrawn, alignment, matches, diagnosis, selection, plan, needs, consents, referrals"
_SEEN_BY = """(
    $1::uuid IS NULL AND $2::uuid IS NULL OR id = $1
    OR EXISTS (SELECT FROM candidate WHERE supplier_id = firm.id AND anchor_id = $2 AND introduced)
)"""
_ONE = f"SELECT {_STORED} FROM firm WHERE id = $3 AND {_SEEN_BY}"  # noqa: S608 - of the constants above
_FILTERED = f"""
    SELECT {_STORED} FROM firm
    WHERE {_SEEN_BY} AND ($3::uuid IS NULL OR id > $3)
        AND ($4::text IS NULL OR state = $4) AND ($5::text IS NULL OR areas ? $5)
        AND ($6::text IS NULL OR steps ? $6) AND ($7::text IS NULL OR band = $7)
"""  # noqa: S608 - of the constants above
_PAGE = f"{_FILTERED} ORDER BY id LIMIT $8"
_FOUND = f"""{_FILTERED} AND id IN (
        SELECT id FROM firm WHERE folio = $9 UNION ALL SELECT id FROM firm WHERE rfc = $9
        UNION ALL SELECT id FROM firm WHERE lower(name) LIKE $10
    ) ORDER BY id LIMIT $8
"""  # noqa: S608 - of the constants above
_NAMES = f"SELECT id, folio, name, state, withdrawn FROM firm WHERE id = ANY($3::uuid[]) AND {_SEEN_BY}"  # noqa: S608 - of the constants above
_COUNTS = "SELECT steps, areas, count(*) FROM firm GROUP BY steps, areas"
"""From one narrow index: no firm is read."""
_NAMES_IN = TypeAdapter(list[str])


class Named(NamedTuple):
    """What a list says of a firm. What no stage told yet is None."""

    folio: str | None
    name: str | None
    state: str | None
    withdrawn: str | None


async def firm(connection: Connection, scope: Scope, supplier_id: UUID) -> Firm | None:
    """One firm, or None where there is none that this scope may see."""
    row = await connection.fetchrow(_ONE, *bounds(scope), supplier_id)
    return None if row is None else _for(scope, firms.of(row))


async def page_of_firms(
    connection: Connection,
    scope: Scope,
    after: UUID | None,
    limit: int,
    *,
    state: str | None = None,
    area: str | None = None,
    step: str | None = None,
    band: str | None = None,
    words: str | None = None,
) -> list[Firm]:
    """Firms by id, of those that this scope may see. `words`: a folio, an RFC, or a part of a name."""
    filters = (*bounds(scope), after, state, area, step, band, limit)
    if words is None:
        rows = await connection.fetch(_PAGE, *filters)
    else:
        rows = await connection.fetch(_FOUND, *filters, words, f"%{_literal(words.lower())}%")
    return [_for(scope, firms.of(row)) for row in rows]


def _for(scope: Scope, firm: Firm) -> Firm:
    return firm if sees_money(scope) else replace(firm, needs=(), consents=(), referrals=())


async def names_of(connection: Connection, scope: Scope, ids: Sequence[UUID]) -> dict[UUID, Named]:
    """What lists say of those of these firms that this scope may see."""
    rows = await connection.fetch(_NAMES, *bounds(scope), ids)
    return {row["id"]: Named(row["folio"], row["name"], row["state"], row["withdrawn"]) for row in rows}


class Counts(NamedTuple):
    """How many firms stand where; whoever left stands nowhere."""

    steps: Counter[str]
    """By step: who stands on it."""
    offering: Counter[str]
    """By area: who offers something in it."""
    aligned: Counter[str]
    """By area: who of these is aligned somewhere."""


async def counts(connection: Connection) -> Counts:
    """Count all firms at once."""
    found = Counts(Counter(), Counter(), Counter())
    for row in await connection.fetch(_COUNTS):
        steps, areas = _NAMES_IN.validate_json(row["steps"]), _NAMES_IN.validate_json(row["areas"])
        _add(found.steps, steps, row["count"])
        _add(found.offering, areas if steps else (), row["count"])
        _add(found.aligned, areas if "aligned" in steps else (), row["count"])
    return found


def _add(counter: Counter[str], names: Iterable[str], firms_: int) -> None:
    counter.update(dict.fromkeys(names, firms_))


def _literal(words: str) -> str:
    """As text of a LIKE pattern."""
    return words.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
