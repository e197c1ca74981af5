"""Partners join, change and leave."""

from services.financing.domain.partner import Partner
from shared.messaging.decision import Decision, SweepRequest

PARTNER_CHANGED = "partner_changed"


def put(known: Partner | None, partner: Partner) -> Decision[Partner]:
    """Store a partner as it is now; every case with needs is judged again."""
    if known == partner:
        return Decision(known)
    return Decision(partner, sweeps=(SweepRequest(PARTNER_CHANGED, {"partner": partner.code}),))
