"""Identities derived from what they identify: the same inputs give the same events."""

from uuid import UUID, uuid5

NAMESPACE = UUID("b2f1f3f0-8a55-5d0e-9b7e-4f1d2c6a7e90")


def need_id(supplier_id: UUID, purpose: str) -> UUID:
    return uuid5(NAMESPACE, f"need/{supplier_id}/{purpose}")


def consent_id(supplier_id: UUID, partner: str, ordinal: int) -> UUID:
    """`ordinal`: how many consents the firm gave to this partner before."""
    return uuid5(NAMESPACE, f"consent/{supplier_id}/{partner}/{ordinal}")


def referral_id(supplier_id: UUID, product: str, purpose: str, ordinal: int) -> UUID:
    """`ordinal`: how many referrals the firm had before for this need and product."""
    return uuid5(NAMESPACE, f"referral/{supplier_id}/{product}/{purpose}/{ordinal}")


def product_id(code: str) -> UUID:
    return uuid5(NAMESPACE, f"product/{code}")


def partner_id(code: str) -> UUID:
    return uuid5(NAMESPACE, f"partner/{code}")
