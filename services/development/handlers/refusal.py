"""What a command that the rules do not allow returns."""

from services.development.domain.reasons import REFUSALS, Refusal
from shared.messaging.decision import Refused


def refused(code: Refusal) -> Refused:
    return Refused(REFUSALS[code], code)
