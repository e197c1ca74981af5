"""An institution's people answer at a page: what they say goes the way of all answers, once it can be so."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.financing.domain.answer import Act
from services.financing.domain.case import Case
from services.financing.domain.ids import is_trial
from services.financing.domain.money import Money
from services.financing.domain.referral import Referral, given_at_desk, on_its_way
from services.financing.domain.terms import Terms
from services.financing.domain.trial import Trial
from services.financing.handlers import published, trials
from services.financing.handlers.answers import JUDGES
from shared.contracts import partner as contract
from shared.contracts.outsiders import DeclineReason
from shared.messaging.decision import Decision, Refused, RejectedEventError, together

EVENTS: Final[Mapping[Act, tuple[type[contract.Answer], tuple[str, ...]]]] = {
    "acknowledge": (contract.ReferralAcknowledged, ()),
    "request_information": (contract.InformationRequested, ("items",)),
    "approve": (contract.ReferralApproved, ("amount", "term_months")),
    "decline": (contract.ReferralDeclined, ("reason",)),
    "pay": (contract.CreditDisbursed, ("amount",)),
    "correct_payments": (contract.PaymentsCorrected, ("amount",)),
}
"""The event of each answer, and what it cannot do without."""


@dataclass(frozen=True, slots=True, repr=False)
class Said:
    """What the institution's people say."""

    act: Act
    folio: str | None = None
    items: tuple[str, ...] = ()
    amount: Money | None = None
    term_months: int | None = None
    reason: DeclineReason | None = None


def say(
    case: Case | None, referral_id: UUID, partner: str, said: Said, now: datetime, terms: Terms
) -> Decision[Case] | Refused:
    """Put an answer on the partner's topic. It is judged before, by the rules by which it will be judged when it comes
    back from there: what cannot be so, or says nothing new, is told at once and sent nowhere.
    """
    event, needed = EVENTS[said.act]
    if lacking := [Refused("invalid", "answer_lacks", at=name) for name in needed if not getattr(said, name)]:
        return together(lacking) or lacking[0]
    referral = referral_of(case, referral_id)
    if referral is not None and on_its_way(referral, now):
        return Refused("conflict", "answer_on_its_way")
    answer = event.model_validate(
        {"referral_id": referral_id, "partner": partner, "answered_at": now, **_fields(said, event)}
    )
    try:
        judged = trials.tried_or(JUDGES[event])(case, answer, now, now, terms)
    except RejectedEventError as error:
        return _refused(error.reason)
    if judged.without_effect is not None:
        return _refused(judged.without_effect[1])
    waiting = None if referral is None else _waiting(case, given_at_desk(referral, now))
    return Decision(waiting, (trials.without_words(answer) if is_trial(referral_id) else answer,))


def referral_of(case: Case | Trial | None, referral_id: UUID) -> Referral | None:
    if isinstance(case, Trial):
        return case.referral
    return None if case is None else case.referral(referral_id)


def _waiting(case: Case | Trial | None, referral: Referral) -> Any:  # noqa: ANN401 - a case or a trial
    """It, with this referral, of which nothing more is taken until the answer was read."""
    if isinstance(case, Trial):
        return replace(case, referral=referral)
    return case and case.with_referral(referral)


def _fields(said: Said, event: type[contract.Answer]) -> dict[str, Any]:
    fields = {
        "folio": said.folio,
        "items": said.items,
        "amount": None if said.amount is None else published.money(said.amount),
        "term_months": said.term_months,
        "reason": said.reason,
    }
    return {name: value for name, value in fields.items() if name in event.model_fields}


def _refused(reason: str) -> Refused:
    return Refused("conflict", reason, message=f"refused.{reason}")
