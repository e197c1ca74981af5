"""That a firm let a lender ask for its credit report. The authorisation is the lender's, and so is what it finds: here
only who has it, its folio and its days are known, never a report.

Source: LRSIC (DOF 15-01-2002, last reform 09-03-2018), art. 28: express authorisation, given to the lender (Usuario).
Its usual form holds for three years.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.financing.domain.product import anniversary
from services.financing.domain.reasons import Shape

LONGEST_YEARS = 3

AuthorisationProblem = Literal["authorisation_days_impossible", "referral_gives_no_credit"]


# It does not show itself: a representation ends in logs and tracebacks.
@dataclass(frozen=True, slots=True, repr=False)
class CreditAuthorisation:
    """`expires_on` is its last day."""

    lender: str
    folio: str
    given_on: date
    expires_on: date


def problem(given: CreditAuthorisation, shape: Shape, today: date) -> AuthorisationProblem | None:
    """Why it cannot be recorded with a referral of this shape."""
    if shape == "non_financial":
        return "referral_gives_no_credit"
    if not given.given_on <= min(today, given.expires_on):
        return "authorisation_days_impossible"
    return None if given.expires_on <= anniversary(given.given_on, LONGEST_YEARS) else "authorisation_days_impossible"
