"""What a partner says of a referral, and whether it can be so: its order, its time and its amounts are compared."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal, get_args

from services.financing.domain.money import Money
from services.financing.domain.reasons import AnswerProblem, ReferralState, Unheard
from services.financing.domain.referral import REFERRAL, Papers, Referral, deadline, ended, to_be_paid
from services.financing.domain.terms import Limits

CLOCK_SLIP = timedelta(days=1)
"""How far a partner's clock, or its time zone, may be off."""

Act = Literal["acknowledge", "request_information", "approve", "decline", "pay", "correct_payments"]

REPLACING: frozenset[Act] = frozenset(("request_information", "approve", "decline"))
"""One takes the place of the other. A receipt contradicts nothing, and each payment counts."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a partner says, as far as it is kept. `answered_at` by its own clock, `arrived_at` by the broker's."""

    act: Act
    answered_at: datetime
    arrived_at: datetime
    reason: str | None = None
    questions: tuple[str, ...] = ()
    folio: str | None = None
    items: tuple[str, ...] = ()
    amount: Money | None = None
    term_months: int | None = None


def answered(referral: Referral, answer: Answer, now: datetime, limits: Limits) -> Referral | AnswerProblem:
    """The referral after a partner's answer, or why that cannot be."""
    if not referral.sent_at - CLOCK_SLIP <= answer.answered_at <= answer.arrived_at + CLOCK_SLIP:
        return "answered_at_implausible"
    if _says_nothing_new(referral, answer):
        ignored = replace(referral, ignored_answers=referral.ignored_answers + 1, last_ignored=answer.act)
        return _heard(ignored, answer)
    state = REFERRAL.after(referral.state, _way(referral, answer))
    if state is None:
        return _out_of_order(referral, answer)
    if _is_overtaken(referral, answer):
        return "answer_out_of_order"
    if _is_late(referral, answer.arrived_at):
        return "answer_too_late"
    papers = referral.papers
    if papers is not None and (problem := _amounts(papers, answer, limits.approval_tolerance_bp)) is not None:
        return problem
    if papers is None and answer.act != "decline":
        return "referral_erased"
    noted = None if papers is None else _noted(papers, answer)
    return _taken(_heard(replace(referral, papers=noted), answer), answer, state, now, limits)


def possible(state: ReferralState) -> tuple[Act, ...]:
    """What a partner may say of a referral in this state that says something new."""
    ways: dict[Act, tuple[str, ...]] = {
        "acknowledge": ("acknowledge", "correct folio"),
        "correct_payments": ("correct payments",),
    }
    known = REFERRAL.ways(state)
    return tuple(act for act in get_args(Act) if not known.keys().isdisjoint(ways.get(act, (act,))))


def unheard(before: Referral, after: Referral) -> Unheard | None:
    """Why an answer that was taken changed nothing; None where it did."""
    if after.ignored_answers == before.ignored_answers:
        return None
    return "nothing_new" if before.recalled_at is None else "referral_withdrawn"


def _way(referral: Referral, answer: Answer) -> str:
    """What it does to the referral."""
    if answer.act == "acknowledge" and referral.state != "sent":
        return "correct folio"
    if answer.act != "correct_payments":
        return answer.act
    return "correct payments" if answer.amount is not None and answer.amount.amount else "take payments back"


def _is_overtaken(referral: Referral, answer: Answer) -> bool:
    """Whether the partner said something else after it, which was taken first: the newest word counts. Of payments a
    correction has all that were said before it.
    """
    last = referral.heard_at if answer.act in REPLACING else None
    last = referral.corrected_at if answer.act in ("pay", "correct_payments") else last
    last = referral.folio_at if answer.act == "acknowledge" else last
    return last is not None and answer.arrived_at < last


def _heard(referral: Referral, answer: Answer) -> Referral:
    """A repetition counts too: what the partner said in between is not its last word."""
    if answer.act == "acknowledge" and answer.folio is not None:
        last = referral.folio_at
        return replace(referral, folio_at=answer.arrived_at if last is None else max(last, answer.arrived_at))
    if answer.act not in REPLACING:
        return referral
    last = referral.heard_at
    return replace(referral, heard_at=answer.arrived_at if last is None else max(last, answer.arrived_at))


def _says_nothing_new(referral: Referral, answer: Answer) -> bool:
    """A repetition; that it was received, when more is known; and what crosses with a withdrawal, money too: with the
    consent went all that it could be compared with, and the right to keep its amount.
    """
    papers = referral.papers
    match answer.act:
        case _ if referral.state == "withdrawn":
            return True
        case "pay" | "correct_payments" if referral.recalled_at is not None:
            return True
        case "acknowledge":
            return _is_no_more_than_received(referral, answer)
        case "pay":
            return False
        case "correct_payments":
            told = Money(_paid(papers), answer.amount.currency) if papers is not None and answer.amount else None
            return referral.state in ("approved", "disbursed") and told == answer.amount
        case "request_information":
            return referral.state == "info_requested" and papers is not None and papers.items == answer.items
        case "approve":
            said = None if papers is None else (papers.approved, papers.approved_term_months)
            return referral.state in ("approved", "disbursed") and said == (answer.amount, answer.term_months)
        case "decline":
            # Once its reason is erased there is nothing to compare with, and nothing to keep.
            return referral.state == "declined" and referral.reason in (None, answer.reason)


def _is_no_more_than_received(referral: Referral, answer: Answer) -> bool:
    """Of what was received, or too late: unless it says another folio. A first one behind the end is no correction."""
    late = _is_late(referral, answer.arrived_at)
    if referral.state == "sent":
        return late
    papers = referral.papers
    if papers is None or answer.folio in (None, papers.folio):
        return True
    return papers.folio is None and (late or REFERRAL.after(referral.state, "correct folio") is None)


def _out_of_order(referral: Referral, answer: Answer) -> AnswerProblem:
    if referral.state == "closed":
        return "referral_erased"
    return "payment_not_approved" if answer.act == "pay" else "answer_out_of_order"


def _is_late(referral: Referral, arrived_at: datetime) -> bool:
    """Whether the time was up when it arrived, whichever was processed first."""
    # `changed_at`: the moment of a lapse was not always kept.
    due = referral.lapsed_at or referral.changed_at if referral.state == "lapsed" else referral.lapse_at
    return due is not None and arrived_at > due


def _amounts(papers: Papers, answer: Answer, tolerance_bp: int) -> AnswerProblem | None:
    if answer.amount is None:
        return None
    against = papers.amount if answer.act == "approve" else papers.approved
    if answer.amount.amount <= 0 and answer.act != "correct_payments":
        return "amount_not_positive"
    if against is None or answer.amount.currency != against.currency:
        return "currency_differs"
    if answer.act == "approve":
        most = against.amount * (10_000 + tolerance_bp) / 10_000
        return "amount_above_asked" if answer.amount.amount > most else None
    paid = _paid(papers) if answer.act == "pay" else Decimal(0)
    return "payments_above_approved" if paid + answer.amount.amount > against.amount else None


def _paid(papers: Papers) -> Decimal:
    return Decimal(0) if papers.disbursed is None else papers.disbursed.amount


def _noted(papers: Papers, answer: Answer) -> Papers:
    match answer.act:
        case "acknowledge":
            return replace(papers, folio=answer.folio)
        case "request_information":
            return replace(papers, items=answer.items)
        case "approve":
            return replace(papers, approved=answer.amount, approved_term_months=answer.term_months)
        case "pay" if answer.amount is not None:
            paid = Money(_paid(papers) + answer.amount.amount, answer.amount.currency)
            return replace(papers, disbursed=paid, payments=papers.payments + 1)
        case "correct_payments" if answer.amount is not None:
            left = answer.amount if answer.amount.amount else None
            return replace(papers, disbursed=left, payments=papers.payments if left else 0)
        case _:
            return papers


def _taken(referral: Referral, answer: Answer, state: ReferralState, now: datetime, limits: Limits) -> Referral:
    if answer.act in ("acknowledge", "request_information") and referral.state == state:
        # The newest folio or list counts. No days start anew: a partner could keep a referral open for ever.
        return referral
    taken = replace(
        referral,
        state=state,
        changed_at=now,
        reason=answer.reason,
        questions=answer.questions,
        silent=None,
        lapsed_at=None,
    )
    match answer.act:
        case "acknowledge":
            return taken
        case "request_information":
            # From now, when the firm can know of it, however long the answer waited.
            return replace(taken, remind_at=None, lapse_at=deadline(now, limits.supplier_silence_days), erase_at=None)
        case "decline":
            return ended(taken, now, limits.erase_days)
        case "correct_payments":
            return _paid_out(replace(taken, corrected_at=answer.arrived_at), now, limits)
        case _:
            return _paid_out(taken, now, limits)


def _paid_out(referral: Referral, now: datetime, limits: Limits) -> Referral:
    if _is_paid_in_full(referral):
        return ended(referral, now, limits.erase_days)
    return to_be_paid(referral, now, limits.approval_days)


def _is_paid_in_full(referral: Referral) -> bool:
    papers = referral.papers
    return papers is not None and papers.approved is not None and papers.disbursed == papers.approved
