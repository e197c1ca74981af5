"""Decisions on mail that is due: whether it is still to be sent, with a new code, and when it is tried after that.

A mail is due while its timer stands; whoever sends it takes the timer away.
"""

from dataclasses import replace
from datetime import datetime

from services.registration.domain.claim import Claim
from services.registration.domain.person import Person
from services.registration.domain.supplier import Supplier, disputed_since
from shared.mail_tries import next_try
from shared.messaging.decision import Decision, Timer

CLAIM_MAIL, INVITATION_MAIL, DISPUTE_MAIL = "claim_mail", "invitation_mail", "dispute_mail"


def first_try(kind: str, now: datetime) -> Timer:
    """Of a mail that whoever asks for it sends at once: when it is tried again if that fails."""
    return Timer(kind, next_try(now, now))


def claim_again(state: Claim | None, code: str, now: datetime) -> Decision[Claim]:
    """A claim's code did not reach its contact. The one before opens nothing any more."""
    if state is None or state.status != "open":
        return Decision(state, timers=(Timer(CLAIM_MAIL, None),))
    again = Timer(CLAIM_MAIL, next_try(state.received_at, now))
    return Decision(replace(state, code=state.code.renewed(code)), timers=(again,))


def invitation_again(state: Person | None, code: str, now: datetime) -> Decision[Person]:
    """An invitation did not reach whoever is invited. The code before opens nothing any more."""
    if state is None or state.status != "invited":
        return Decision(state, timers=(Timer(INVITATION_MAIL, None),))
    again = Timer(INVITATION_MAIL, next_try(state.invited_at, now))
    return Decision(replace(state, code=state.code.renewed(code)), timers=(again,))


def dispute_again(state: Supplier | None, _: str, now: datetime) -> Decision[Supplier]:
    """Whoever has the RFC of this supplier is to be told that it is disputed."""
    if state is None or "rfc_disputed" not in state.holds:
        return Decision(state, timers=(Timer(DISPUTE_MAIL, None),))
    return Decision(state, timers=(Timer(DISPUTE_MAIL, next_try(disputed_since(state), now)),))
