"""Partners and products, and the rules in force as a reference of decisions."""

from collections.abc import Collection, Mapping

import msgspec

from services.financing.catalogue import Catalogue
from services.financing.domain.partner import Partner
from services.financing.domain.product import Offer, Product
from services.financing.domain.terms import Limits, Terms
from services.financing.store.tables import OfferRow, PartnerRow
from shared.messaging.repository import TableRepository
from shared.messaging.routing import Reference
from shared.runtime.clock import now
from shared.runtime.database import Connection
from shared.security.jwe import PublicJwk

PARTNERS_LOCK = 0x5044_5046
"""Held shared by whoever judges with partners and products, exclusively by whoever changes one: a case that was judged
with them as they were is then always swept after the change, never before it."""

partners = TableRepository(PartnerRow, Partner)
offers = TableRepository(OfferRow, Offer)

PARTNERS = "SELECT * FROM partner ORDER BY code"
PUBLIC_KEYS = """
    SELECT code, encrypt_to FROM partner WHERE ($1::text[] IS NULL OR code = ANY($1)) AND encrypt_to IS NOT NULL
"""
PROMISED = """
    SELECT DISTINCT partner FROM consent
    WHERE promised @> '{"encrypted": true}' AND (
        papers_held
        OR EXISTS (SELECT FROM referral WHERE consent_id = consent.id AND referral.papers IS NOT NULL)
    )
"""
"""What was sent under such a consent may be sent again until it is erased, and it may carry another referral."""
OFFERS = "SELECT * FROM offer ORDER BY code"


def terms_of(catalogue: Catalogue, limits: Limits) -> Reference[Terms]:
    """The loader of the rules in force: the catalogue's, with the partners and products of the store."""

    async def terms(connection: Connection) -> Terms:
        await connection.execute("SELECT pg_advisory_xact_lock_shared($1)", PARTNERS_LOCK)
        return await _read(connection)

    async def _read(connection: Connection) -> Terms:
        known = tuple(partners.of(row) for row in await connection.fetch(PARTNERS))
        made = tuple(offers.of(row) for row in await connection.fetch(OFFERS))
        return catalogue.terms(known, limits, made, now().date())

    return terms


async def public_keys(connection: Connection, codes: Collection[str] | None) -> Mapping[str, PublicJwk]:
    """The keys of those of these partners, or of all, that have one now."""
    rows = await connection.fetch(PUBLIC_KEYS, None if codes is None else list(codes))
    return {row["code"]: msgspec.json.decode(row["encrypt_to"]) for row in rows}


async def editions(connection: Connection, catalogue: Catalogue) -> dict[str, tuple[Product, ...]]:
    """Every product's editions, those that have not begun or are over among them."""
    return catalogue.editions(tuple(offers.of(row) for row in await connection.fetch(OFFERS)))


def with_terms(alone: Reference[None], terms: Reference[Terms]) -> Reference[Terms]:
    """The rules in force, read while nobody judges with them."""

    async def read(connection: Connection) -> Terms:
        await alone(connection)
        return await terms(connection)

    return read


async def promised_encryption(connection: Connection) -> frozenset[str]:
    """The partners of which firms were told that what is sent is encrypted to their key, while that holds; read while
    nobody judges with them, so none is told meanwhile.
    """
    await alone_with_partners(connection)
    return frozenset(row["partner"] for row in await connection.fetch(PROMISED))


async def alone_with_partners(connection: Connection) -> None:
    """The reference of whoever changes a partner or a product: nobody judges with them meanwhile."""
    await connection.execute("SELECT pg_advisory_xact_lock($1)", PARTNERS_LOCK)
