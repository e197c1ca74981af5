"""Identities derived from what they identify: the same inputs give the same events."""

from uuid import RFC_4122, UUID, uuid5

NAMESPACE = UUID("b2f1f3f0-8a55-5d0e-9b7e-4f1d2c6a7e90")
TRIAL = 8


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


def trial_id(seed: UUID) -> UUID:
    """The same as UUIDv8 (RFC 9562), which no other id here is: answers to a trial are told from others by it."""
    return UUID(int=seed.int & ~(0xF << 76) | TRIAL << 76)


class TrialKey(UUID):
    """The id of a test where an answer names it: whoever sends the same id as a firm's gets no test for it."""


def is_trial(id_: UUID) -> bool:
    return id_.variant == RFC_4122 and id_.version == TRIAL
