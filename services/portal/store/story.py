"""What happened: written with each batch, read by whoever may see the firm."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter

from services.portal.domain.scope import OwnAnchor, OwnFirm, Scope, sees_money
from services.portal.domain.story import Entry
from services.portal.store import arrivals
from shared.contracts.financing import ReferralAnswered
from shared.runtime.database import Connection, columns

_FACTS, _REASONS = TypeAdapter(dict[str, str]), TypeAdapter(tuple[str, ...])

_WRITE = """
    INSERT INTO story (event_id, subject, at, type, correlation_id, causation_id, facts, reasons)
    SELECT * FROM unnest(
        $1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[]::jsonb[],
        $8::text[]::jsonb[]
    )
    ON CONFLICT (event_id) DO NOTHING
"""
_TAKE_OUT = f"""
    UPDATE story SET reasons = '[]', facts = facts - 'reason'
    FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS newer(subject, referral_id, at)
    WHERE story.subject = newer.subject AND type = '{ReferralAnswered.TYPE}' AND story.at < newer.at
        AND facts ->> 'referral_id' = newer.referral_id AND facts ? 'reason'
"""  # noqa: S608 - of a constant
_READ = """
    SELECT event_id, subject, at, type, correlation_id, causation_id, facts, reasons FROM story
    WHERE subject = $1 AND ($2::timestamptz IS NULL OR (at, event_id) < ($2, $3))
        AND ($5 OR split_part(type, '.', 1) <> 'financing')
    ORDER BY at DESC, event_id DESC LIMIT $4
"""
_LAST = "SELECT max(at) FROM story WHERE subject = $1 AND split_part(type, '.', 1) = $2"


async def write(connection: Connection, entries: Sequence[Entry]) -> None:
    """Keep these, and wake the pages that wait for them."""
    rows = [
        (
            each.event_id,
            each.subject,
            each.at,
            each.type,
            each.correlation_id,
            each.causation_id,
            _FACTS.dump_json(each.facts).decode(),
            _REASONS.dump_json(each.reasons).decode(),
        )
        for each in entries
    ]
    if rows:
        await connection.execute(_WRITE, *columns(rows))
    await arrivals.tell(connection)


async def take_out(connection: Connection, answered: Sequence[tuple[UUID, UUID, datetime]]) -> None:
    """Why a partner declined, of what was told of these referrals of these firms before these moments: the last word on
    a referral is what stands, and its erasure is one.
    """
    if answered:
        rows = [(supplier_id, str(referral_id), at) for supplier_id, referral_id, at in answered]
        await connection.execute(_TAKE_OUT, *columns(rows))


async def last_told(connection: Connection, scope: OwnFirm, stage: str) -> datetime | None:
    """When a stage's last event of the firm was; None where it told none."""
    told: datetime | None = await connection.fetchval(_LAST, scope.supplier_id, stage)
    return told


async def story_of(
    connection: Connection, scope: Scope, supplier_id: UUID, before: tuple[datetime, UUID] | None, limit: int
) -> list[Entry]:
    """What happened to a firm, the latest first. An anchor sees none of it: a story tells of other anchors too."""
    if isinstance(scope, OwnAnchor) or (isinstance(scope, OwnFirm) and scope.supplier_id != supplier_id):
        return []
    rows = await connection.fetch(_READ, supplier_id, *(before or (None, None)), limit, sees_money(scope))
    return [
        Entry(
            **{
                **row,
                "facts": _FACTS.validate_json(row["facts"]),
                "reasons": _REASONS.validate_json(row["reasons"]),
            }
        )
        for row in rows
    ]
