"""Partners, and the rules in force as a reference of decisions."""

from services.financing.catalogue import Catalogue
from services.financing.domain.partner import Partner
from services.financing.domain.terms import Limits, Terms
from services.financing.store.tables import PartnerRow
from shared.messaging.repository import TableRepository
from shared.messaging.routing import Reference
from shared.runtime.database import Connection

PARTNERS_LOCK = 0x5044_5046
"""Held shared by whoever judges with the partners, exclusively by whoever changes one: a case that was judged with the
partners as they were is then always swept after the change, never before it."""

partners = TableRepository(PartnerRow, Partner)


def terms_of(catalogue: Catalogue, limits: Limits) -> Reference[Terms]:
    """The loader of the rules in force: the catalogue's, with the partners of the store."""

    async def terms(connection: Connection) -> Terms:
        await connection.execute("SELECT pg_advisory_xact_lock_shared($1)", PARTNERS_LOCK)
        rows = await connection.fetch("SELECT id, code, name, kind, sla_days, active FROM partner ORDER BY code")
        return catalogue.terms(tuple(partners.of(row) for row in rows), limits)

    return terms


async def alone_with_partners(connection: Connection) -> None:
    """The reference of whoever changes a partner: nobody judges with the partners meanwhile."""
    await connection.execute("SELECT pg_advisory_xact_lock($1)", PARTNERS_LOCK)
