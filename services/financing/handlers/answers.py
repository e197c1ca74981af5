"""What a partner says of a referral. It is hostile input: who may say it is checked, what it says is bounded."""

from dataclasses import replace
from datetime import datetime

from services.financing.domain import referral as states
from services.financing.domain.case import Case
from services.financing.domain.money import Money, money
from services.financing.domain.reasons import AnswerProblem
from services.financing.domain.referral import Answer
from services.financing.domain.terms import Terms
from services.financing.handlers.settling import moved, settled
from shared.contracts import event as contract
from shared.contracts import partner
from shared.messaging.decision import Decision, RejectedEventError


def acknowledged(case: Case | None, event: partner.ReferralAcknowledged, now: datetime, terms: Terms) -> Decision[Case]:
    return _taken(case, event, Answer("acknowledged", folio=event.folio), now, terms)


def information_requested(
    case: Case | None, event: partner.InformationRequested, now: datetime, terms: Terms
) -> Decision[Case]:
    return _taken(case, event, Answer("info_requested", items=event.items), now, terms)


def approved(case: Case | None, event: partner.ReferralApproved, now: datetime, terms: Terms) -> Decision[Case]:
    answer = Answer("approved", amount=_amount(event.amount), term_months=event.term_months)
    return _taken(case, event, answer, now, terms)


def declined(case: Case | None, event: partner.ReferralDeclined, now: datetime, terms: Terms) -> Decision[Case]:
    """The reason points back to the questions whose gaps stood in the way."""
    questions = terms.decline_questions.get(event.reason, ())
    return _taken(case, event, Answer("declined", reason=event.reason, questions=questions), now, terms)


def disbursed(case: Case | None, event: partner.CreditDisbursed, now: datetime, terms: Terms) -> Decision[Case]:
    return _taken(case, event, Answer("disbursed", amount=_amount(event.amount)), now, terms)


def _taken(case: Case | None, event: partner.Answer, answer: Answer, now: datetime, terms: Terms) -> Decision[Case]:
    """Raises RejectedEventError: the referral is unknown, or not this partner's."""
    known = None if case is None else case.referral(event.referral_id)
    if case is None or known is None:
        raise _rejected("referral_unknown")
    if known.partner != event.partner:
        raise _rejected("referral_of_another_partner")
    limits = terms.limits
    taken = states.answered(known, answer, now, limits.supplier_silence_days, limits.erase_days)
    referrals = tuple(taken if item.id == known.id else item for item in case.referrals)
    after = replace(case, referrals=referrals)
    # A partner's clock may be anywhere; nothing can have been answered after it was received.
    return settled(case, after, now, terms, *moved(case, after, min(event.answered_at, now)))


def _rejected(problem: AnswerProblem) -> RejectedEventError:
    return RejectedEventError(problem)


def _amount(amount: contract.Money) -> Money:
    return money(amount.amount, amount.currency)
