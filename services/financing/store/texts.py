"""The texts that firms consented to, kept by their hash for as long as there is a consent to them: none is erased. They
name nobody of the firm.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.financing.domain.consent_text import ShownText
from services.financing.store.tables import ConsentTextRow
from shared.runtime.database import Connection, columns

_KEEP = """
    INSERT INTO consent_text (sha256, version, body, kept_at)
    SELECT sha256, version, body, now() FROM unnest($1::text[], $2::text[], $3::text[]) AS given(sha256, version, body)
    ON CONFLICT (sha256) DO NOTHING
"""
_WITHOUT = """
    SELECT DISTINCT supplier_id FROM consent
    WHERE ($1::uuid IS NULL OR supplier_id > $1)
        AND NOT EXISTS (SELECT FROM consent_text WHERE sha256 = consent.text_sha256)
    ORDER BY supplier_id LIMIT $2
"""


async def keep(connection: Connection, shown: Sequence[ShownText]) -> None:
    """Keep each text once, in the transaction of the consent to it."""
    texts = {text.sha256: (text.sha256, text.version, text.body) for text in shown}
    if texts:
        await connection.execute(_KEEP, *columns([texts[sha256] for sha256 in sorted(texts)]))


async def text(session: AsyncSession, sha256: str) -> ConsentTextRow | None:
    return await session.get(ConsentTextRow, sha256)


async def cases_without_text(
    connection: Connection, _: Mapping[str, str], after: UUID | None, limit: int
) -> list[UUID]:
    """Ids of the cases with a consent whose text is not kept."""
    return [row["supplier_id"] for row in await connection.fetch(_WITHOUT, after, limit)]
