"""A referral that is marked as a test: nobody stands behind it, and nothing follows from it."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.financing.domain import referral as states
from services.financing.domain.ids import trial_id
from services.financing.domain.money import money
from services.financing.domain.partner import Partner
from services.financing.domain.product import Product
from services.financing.domain.reasons import Purpose
from services.financing.domain.referral import Papers, Referral

AMOUNT, TERM_MONTHS = money("100000.00"), 12
"""What a test asks for: nobody's need."""

UNOFFERED = "test"
"""The product of a test where its partner has none yet."""

MOST_REFUSED = 20


@dataclass(frozen=True, slots=True)
class Trial:
    """One test of the exchange with one partner. It has no timer, is in no list and no figure, and never ends."""

    id: UUID
    partner: str
    referral: Referral
    """As its partner's answers left it, without words of theirs."""
    refused: tuple[str, ...] = ()
    """Why answers were refused, the last ones."""


def begun(seed: UUID, partner: Partner, product: Product | None, now: datetime) -> Trial:
    """A new test, for the product that the partner offers first."""
    id_ = trial_id(seed)
    purpose: Purpose = "certification" if product is None else product.purposes[0]
    due_at = states.deadline(now, partner.sla_days)
    referral = Referral(
        id=id_,
        need_id=id_,
        purpose=purpose,
        partner=partner.code,
        product=UNOFFERED if product is None else product.code,
        shape="non_financial" if product is None else product.shape,
        consent_id=id_,
        sla_days=partner.sla_days,
        state="sent",
        sent_at=now,
        changed_at=now,
        remind_at=None,
        lapse_at=due_at,
        erase_at=None,
        papers=Papers(AMOUNT, TERM_MONTHS),
    )
    return Trial(id_, partner.code, referral)


def answered(trial: Trial, referral: Referral) -> Trial:
    """The test after an answer that counts. Nothing that its partner wrote is kept."""
    papers = referral.papers
    bare = None if papers is None else replace(papers, folio=None, items=())
    return replace(trial, referral=replace(referral, papers=bare))


def refused(trial: Trial, reason: str) -> Trial:
    return replace(trial, refused=(*trial.refused, reason)[-MOST_REFUSED:])
