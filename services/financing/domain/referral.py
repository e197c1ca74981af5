"""One referral to one partner: its states and the moments at which silence ends it.

    sent -> acknowledged -> in_review <-> info_requested -> approved -> disbursed -> closed
    any of these before disbursed -> withdrawn; before approved -> declined, lapsed

A partner may answer without the steps before: an approval implies that it was received and reviewed. An answer that
no path leads to (late, repeated, out of order) changes nothing and is counted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal
from uuid import UUID

from services.financing.domain.money import Money
from services.financing.domain.reasons import Purpose, ReferralState, Shape, Silent

ANSWERING: frozenset[ReferralState] = frozenset({"sent", "acknowledged", "in_review"})
"""The partner's clock runs."""

OPEN: frozenset[ReferralState] = ANSWERING | {"info_requested", "approved"}
"""The firm may still take it back."""

STEPS: Mapping[ReferralState, frozenset[ReferralState]] = MappingProxyType(
    {
        "sent": frozenset({"acknowledged", "withdrawn", "lapsed"}),
        "acknowledged": frozenset({"in_review", "withdrawn", "lapsed"}),
        "in_review": frozenset({"info_requested", "approved", "declined", "withdrawn", "lapsed"}),
        "info_requested": frozenset({"in_review", "approved", "declined", "withdrawn", "lapsed"}),
        "approved": frozenset({"disbursed", "withdrawn"}),
        "declined": frozenset(),
        "withdrawn": frozenset(),
        "lapsed": frozenset(),
        "disbursed": frozenset({"closed"}),
        "closed": frozenset(),
    }
)
"""The single steps of a referral's life."""


def reachable(state: ReferralState, target: ReferralState) -> bool:
    """Whether a path of steps leads from one state to another."""
    seen: set[ReferralState] = set()
    ahead = set(STEPS[state])
    while ahead:
        step = ahead.pop()
        if step not in seen:
            seen.add(step)
            ahead |= STEPS[step]
    return target in seen


# Amounts and a partner's words do not show themselves: a representation ends in logs and tracebacks.
@dataclass(frozen=True, slots=True, repr=False)
class Papers:
    """What is erased some time after the end: amounts, and the partner's own words."""

    amount: Money
    term_months: int
    folio: str | None = None
    items: tuple[str, ...] = ()
    """What the partner asks for, as it wrote it."""
    approved: Money | None = None
    approved_term_months: int | None = None
    disbursed: Money | None = None


@dataclass(frozen=True, slots=True)
class Referral:
    """`remind_at`, `lapse_at` and `erase_at` are the moments at which time alone changes it; None: not waited for."""

    id: UUID
    need_id: UUID
    purpose: Purpose
    partner: str
    product: str
    shape: Shape
    consent_id: UUID
    sla_days: int
    state: ReferralState
    sent_at: datetime
    changed_at: datetime
    remind_at: datetime | None
    lapse_at: datetime | None
    erase_at: datetime | None
    papers: Papers | None
    reminded_at: datetime | None = None
    reason: str | None = None
    questions: tuple[str, ...] = ()
    silent: Silent | None = None
    ignored_answers: int = 0
    last_ignored: str | None = None

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def awaits(self) -> Silent | None:
        """Who has to speak next."""
        if self.state in ANSWERING:
            return "partner"
        return "supplier" if self.state == "info_requested" else None


def reminder(start: datetime, sla_days: int) -> datetime:
    """At 0.7 of the partner's days."""
    return start + timedelta(days=sla_days) * 7 / 10


def deadline(start: datetime, days: int) -> datetime:
    return start + timedelta(days=days)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a partner says, as far as it is kept."""

    state: Literal["acknowledged", "info_requested", "approved", "declined", "disbursed"]
    reason: str | None = None
    questions: tuple[str, ...] = ()
    folio: str | None = None
    items: tuple[str, ...] = ()
    amount: Money | None = None
    term_months: int | None = None


def answered(referral: Referral, answer: Answer, now: datetime, silence_days: int, erase_days: int) -> Referral:
    """The referral after a partner's answer."""
    if answer.state == "info_requested" and referral.state == "info_requested":
        return _asked_again(referral, answer)
    if answer.state == referral.state or not reachable(referral.state, answer.state):
        return _ignored(referral, answer)
    taken = replace(
        referral,
        state=answer.state,
        changed_at=now,
        reason=answer.reason,
        questions=answer.questions,
        papers=_noted(referral.papers, answer),
    )
    if answer.state == "acknowledged":
        return taken
    if answer.state == "info_requested":
        return replace(taken, remind_at=None, lapse_at=deadline(now, silence_days))
    return ended(taken, now, erase_days)


def _asked_again(referral: Referral, answer: Answer) -> Referral:
    """The newest list counts. The firm's days do not start anew: a partner could keep a referral open for ever."""
    if referral.papers is None or referral.papers.items == answer.items:
        return _ignored(referral, answer)
    return replace(referral, papers=replace(referral.papers, items=answer.items))


def _ignored(referral: Referral, answer: Answer) -> Referral:
    return replace(referral, ignored_answers=referral.ignored_answers + 1, last_ignored=answer.state)


def _noted(papers: Papers | None, answer: Answer) -> Papers | None:
    if papers is None:
        return None
    match answer.state:
        case "acknowledged":
            return replace(papers, folio=answer.folio)
        case "info_requested":
            return replace(papers, items=answer.items)
        case "approved":
            return replace(papers, approved=answer.amount, approved_term_months=answer.term_months)
        case "disbursed":
            return replace(papers, disbursed=answer.amount)
        case "declined":
            return papers


def ended(referral: Referral, now: datetime, erase_days: int) -> Referral:
    """Nothing is waited for any more but the erasure of the papers."""
    return replace(referral, remind_at=None, lapse_at=None, erase_at=deadline(now, erase_days))


def informed(referral: Referral, now: datetime) -> Referral:
    """The firm handed in what the partner asked for: the partner's days start anew."""
    return replace(
        referral,
        state="in_review",
        changed_at=now,
        remind_at=reminder(now, referral.sla_days),
        lapse_at=deadline(now, referral.sla_days),
        reminded_at=None,
    )


def withdrawn(referral: Referral, now: datetime) -> Referral:
    """The firm took its consent back: its papers go at once, not after the days that other endings wait."""
    return replace(
        referral,
        state="withdrawn",
        changed_at=now,
        reason="consent_revoked",
        questions=(),
        remind_at=None,
        lapse_at=None,
        erase_at=None,
        papers=None,
    )


def erased(referral: Referral, now: datetime) -> Referral:
    """Its papers are gone; one that was paid out is closed by that."""
    bare = replace(referral, papers=None, erase_at=None)
    return replace(bare, state="closed", changed_at=now) if referral.state == "disbursed" else bare


def passed(referral: Referral, now: datetime, erase_days: int) -> Referral:
    """The referral once every moment up to now has passed."""
    if referral.lapse_at is not None and referral.lapse_at <= now:
        return ended(replace(referral, state="lapsed", changed_at=now, silent=referral.awaits), now, erase_days)
    if referral.remind_at is not None and referral.remind_at <= now:
        return replace(referral, remind_at=None, reminded_at=now)
    if referral.erase_at is not None and referral.erase_at <= now:
        return erased(referral, now)
    return referral


def moments(referral: Referral) -> tuple[datetime, ...]:
    return tuple(at for at in (referral.remind_at, referral.lapse_at, referral.erase_at) if at is not None)
