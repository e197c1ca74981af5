"""What a command that the rules do not allow returns."""

from decimal import Decimal

from services.development.domain.reasons import REFUSALS, Refusal
from services.development.domain.waiting_list import WaitingList
from shared.messaging.decision import Refused


def refused(code: Refusal) -> Refused:
    return Refused(REFUSALS[code], code)


def over_budget(more: Decimal, line: WaitingList) -> Refused:
    """A plan takes `more` MXN than are left."""
    left = max(line.left or Decimal(), Decimal())
    return Refused(REFUSALS["over_budget"], "over_budget", params={"cost": f"{more:.2f}", "left": f"{left:.2f}"})
