"""What was written in clear before it was sealed: sealed once, behind the work of the day."""

from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

from services.financing.store.cases import cases
from services.financing.store.tables import CASE_IN_CLEAR, CaseRow
from shared.messaging import sealed_events
from shared.messaging.decision import SweepRequest
from shared.messaging.repository import lock
from shared.messaging.routing import Again, Slice, Slices
from shared.runtime.clock import now
from shared.runtime.database import Connection
from shared.sealing.keys import Name
from shared.sealing.rows import COUNTED
from shared.service.erasures import EraseAgain

SEAL: Final = "seal_papers"
AT_ONCE = 25
"""Cases of one transaction: some milliseconds each where all have papers."""

_NEXT = """
    SELECT id, jsonb_array_length(consents) > 0 AS has_papers FROM financing_case
    WHERE $1::uuid IS NULL OR id > $1 ORDER BY id LIMIT $2
"""
UNSEALED = f"""
    SELECT 'papers', count(*) FROM (SELECT FROM financing_case WHERE {CASE_IN_CLEAR} LIMIT {COUNTED}) AS kept
"""  # noqa: S608 - conditions of its own tables


async def seal_next(connection: Connection, _: Mapping[str, str], after: UUID | None) -> Slice:
    """Write the next cases as they are, which seals their papers, and seal what the journal has of them."""
    rows = await connection.fetch(_NEXT, after, AT_ONCE)
    if not rows:
        return Slice(None)
    with_papers = [row["id"] for row in rows if row["has_papers"]]
    if with_papers:
        known = await cases.load_many(connection, with_papers)
        await cases.save_many(connection, (), list(known.values()))
        await sealed_events.seal_older(connection, with_papers)
    return Slice(rows[-1]["id"], len(with_papers))


async def _lock(connection: Connection, names: Collection[Name]) -> None:
    await lock(connection, CaseRow, {name.person for name in names})


async def _take_out(connection: Connection, names: Collection[Name]) -> int:
    """Write the cases that have papers of these without them, and as taken back what consents of these still hold."""
    matters = {name.matter for name in names}
    known = await cases.load_many(connection, sorted({name.person for name in names}))
    at = now()
    changed = [case.without_papers(matters, at) for case in known.values() if case.has_papers_of(matters)]
    await cases.save_many(connection, (), changed)
    return len(changed)


erase_again = EraseAgain(_lock, _take_out)
papers_sealed = Slices(SEAL, seal_next)
WANTED = f"SELECT EXISTS (SELECT FROM financing_case WHERE {CASE_IN_CLEAR})"  # noqa: S608 - conditions of its own tables
AGAIN = (Again(SweepRequest(SEAL), WANTED),)
