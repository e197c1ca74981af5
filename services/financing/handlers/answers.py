"""What a partner says of a referral. It is hostile input: who may say it is checked, and what it says is compared."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from services.financing.domain import answer as rules
from services.financing.domain.answer import Answer
from services.financing.domain.case import Case
from services.financing.domain.money import Money, money
from services.financing.domain.reasons import AnswerProblem
from services.financing.domain.referral import Referral, is_from_desk, read_from_desk
from services.financing.domain.terms import Terms
from services.financing.handlers.settling import moved, settled
from shared.contracts import event as contract
from shared.contracts import partner
from shared.messaging.decision import Decision, RejectedEventError


def acknowledged(
    case: Case | None, event: partner.ReferralAcknowledged, arrived_at: datetime, now: datetime, terms: Terms
) -> Decision[Case]:
    return _taken(case, event, Answer("acknowledge", event.answered_at, arrived_at, folio=event.folio), now, terms)


def information_requested(
    case: Case | None, event: partner.InformationRequested, arrived_at: datetime, now: datetime, terms: Terms
) -> Decision[Case]:
    answer = Answer("request_information", event.answered_at, arrived_at, items=event.items)
    return _taken(case, event, answer, now, terms)


def approved(
    case: Case | None, event: partner.ReferralApproved, arrived_at: datetime, now: datetime, terms: Terms
) -> Decision[Case]:
    amount, months = _amount(event.amount), event.term_months
    answer = Answer("approve", event.answered_at, arrived_at, amount=amount, term_months=months)
    return _taken(case, event, answer, now, terms)


def declined(
    case: Case | None, event: partner.ReferralDeclined, arrived_at: datetime, now: datetime, terms: Terms
) -> Decision[Case]:
    """The reason points back to the questions whose gaps stood in the way."""
    questions = terms.decline_questions.get(event.reason, ())
    answer = Answer("decline", event.answered_at, arrived_at, reason=event.reason, questions=questions)
    return _taken(case, event, answer, now, terms)


def disbursed(
    case: Case | None, event: partner.CreditDisbursed, arrived_at: datetime, now: datetime, terms: Terms
) -> Decision[Case]:
    answer = Answer("pay", event.answered_at, arrived_at, amount=_amount(event.amount))
    return _taken(case, event, answer, now, terms)


def payments_corrected(
    case: Case | None, event: partner.PaymentsCorrected, arrived_at: datetime, now: datetime, terms: Terms
) -> Decision[Case]:
    answer = Answer("correct_payments", event.answered_at, arrived_at, amount=_amount(event.amount))
    return _taken(case, event, answer, now, terms)


Judge = Callable[[Case | None, Any, datetime, datetime, Terms], Decision[Case]]

JUDGES: Mapping[type[partner.Answer], Judge] = {
    partner.ReferralAcknowledged: acknowledged,
    partner.InformationRequested: information_requested,
    partner.ReferralApproved: approved,
    partner.ReferralDeclined: declined,
    partner.CreditDisbursed: disbursed,
    partner.PaymentsCorrected: payments_corrected,
}
"""What decides each answer."""


def _taken(case: Case | None, event: partner.Answer, answer: Answer, now: datetime, terms: Terms) -> Decision[Case]:
    """Raises RejectedEventError: the referral is unknown or not this partner's, or the answer cannot be so. One from
    the desk that cannot be so any more is no dead letter: its people see why.
    """
    known = None if case is None else case.referral(event.referral_id)
    if case is None or known is None:
        raise _rejected("referral_unknown")
    if known.partner != event.partner:
        raise _rejected("referral_of_another_partner")
    taken = rules.answered(known, answer, now, terms.limits_of(known.partner))
    if not isinstance(taken, Referral):
        if not is_from_desk(known, answer.answered_at):
            raise _rejected(taken)
        refused = case.with_referral(read_from_desk(known, answer.answered_at, taken))
        return Decision(refused, without_effect=("refused", taken))
    unheard = rules.unheard(known, taken)
    after = case.with_referral(read_from_desk(taken, answer.answered_at, unheard or "taken"))
    # Its clock may be off by a day: nothing was answered before it was sent, or after it arrived.
    said_at = min(max(event.answered_at, known.sent_at), answer.arrived_at)
    decision = settled(case, after, now, terms, *moved(case, after, said_at))
    return decision if unheard is None else replace(decision, without_effect=("repeated", unheard))


def _rejected(problem: AnswerProblem) -> RejectedEventError:
    return RejectedEventError(problem)


def _amount(amount: contract.Money) -> Money:
    return money(amount.amount, amount.currency)
