"""One referral to one partner: what it says and does in each state, and the moments at which silence ends it.

Answers are judged by their arrival at the broker, by nobody's clock and no delay of ours: one that arrived in time
counts although the referral has lapsed meanwhile, one that arrived too late does not although it has not.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import get_args
from uuid import UUID

from services.financing.domain.authorisation import CreditAuthorisation
from services.financing.domain.consent_text import Retention
from services.financing.domain.money import Money
from services.financing.domain.reasons import Purpose, ReferralState, Shape, Silent
from shared.state_machine import StateMachine, Transition

ANSWERING: tuple[ReferralState, ...] = ("sent", "acknowledged", "in_review")
"""The partner's clock runs."""

WAITING: tuple[ReferralState, ...] = (*ANSWERING, "info_requested")
"""Somebody's clock runs."""

OPEN: frozenset[ReferralState] = frozenset((*WAITING, "approved"))
"""Something may still come of it."""

NAMED: tuple[ReferralState, ...] = ("acknowledged", "in_review", "info_requested", "approved", "disbursed", "lapsed")
"""Its partner has it, and may say under which folio."""

AT_DESK: frozenset[ReferralState] = OPEN | {"disbursed"}
"""A partner's people have something to see or to say of it, while its papers are there."""

DESK_WAITS = timedelta(hours=1)
"""At most, for an answer from the desk that is not read: its record may never come back."""

MOST_AT_DESK = 20

REFERRAL = StateMachine[ReferralState](
    "referral",
    get_args(ReferralState),
    "sent",
    (
        Transition("acknowledge", ("sent",), "acknowledged"),
        *(Transition("correct folio", (state,), state) for state in NAMED),
        Transition("request_information", (*WAITING, "lapsed"), "info_requested"),
        Transition("inform", ("info_requested",), "in_review"),
        Transition("approve", (*WAITING, "approved", "lapsed"), "approved"),
        Transition("decline", (*WAITING, "approved", "lapsed"), "declined"),
        Transition("pay", ("approved", "disbursed"), "disbursed"),
        Transition("correct payments", ("disbursed",), "disbursed"),
        Transition("take payments back", ("disbursed",), "approved"),
        Transition("withdraw", (*WAITING, "approved", "lapsed"), "withdrawn"),
        Transition("lapse", WAITING, "lapsed"),
        Transition("close", ("approved", "disbursed"), "closed"),
    ),
    {
        "declined": "the firm may be referred anew, under another id",
        "withdrawn": "the partner erased it: no referral comes back under its id",
        "closed": "its papers are erased: nothing more can be compared with them",
    },
)
"""A partner may leave steps out: an approval implies that it received and reviewed. It may correct its folio until the
end; an approval until it pays, and decline after it; and what it said of its payments, until none is left. From
`lapsed` only what arrived before that leads on.
"""


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
    """Sum of the payments, or what the partner corrected it to."""
    payments: int = 0
    """How many payments it told of; none where it took all back."""
    authorisation: CreditAuthorisation | None = None
    """To ask for a credit report, as the firm says that it gave it to a lender."""


@dataclass(frozen=True, slots=True)
class DeskAnswer:
    """An answer that the partner's people gave at their desk; what it says is in the journal alone."""

    at: datetime
    outcome: str | None = None
    """`taken`, or why it had no effect; None until it was read."""


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
    lapsed_at: datetime | None = None
    """The moment until which somebody should have spoken: what arrived before it still counts."""
    recalled_at: datetime | None = None
    """When its partner was told to erase it."""
    heard_at: datetime | None = None
    """When the newest of the partner's answers arrived, receipts and payments apart: an older one changes nothing."""
    corrected_at: datetime | None = None
    """When the last correction of its payments arrived: one that was said before it is in it."""
    folio_at: datetime | None = None
    """When the newest receipt arrived that says a folio: one that was said before it changes nothing."""
    reminder_bp: int = 7_000
    """Share of the partner's days after which it is reminded, as it was when this was sent."""
    ignored_answers: int = 0
    last_ignored: str | None = None
    promised: Retention | None = None
    """For how long its papers may be kept at most, by the words of its consent."""
    desk: tuple[DeskAnswer, ...] = ()
    """The last answers from its partner's desk."""
    plan: bool = False
    """Whether by those words a refusal's practices may be told to the firm's plan."""

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_erased(self) -> bool:
        """Nothing is left of its papers, nor of why it was declined."""
        return self.papers is None and (self.state != "declined" or self.reason is None)

    @property
    def awaits(self) -> Silent | None:
        """Who has to speak next."""
        if self.state in ANSWERING:
            return "partner"
        return "supplier" if self.state == "info_requested" else None


def on_its_way(referral: Referral, now: datetime) -> datetime | None:
    """Since when an answer from the desk is on its way, to be read before another one is given."""
    waiting = (each.at for each in referral.desk if each.outcome is None and now < each.at + DESK_WAITS)
    return max(waiting, default=None)


def given_at_desk(referral: Referral, at: datetime) -> Referral:
    return replace(referral, desk=(*referral.desk, DeskAnswer(at))[-MOST_AT_DESK:])


def is_from_desk(referral: Referral, answered_at: datetime) -> bool:
    """Whether the answer of this moment is one from the desk that is read now."""
    return DeskAnswer(answered_at) in referral.desk


def read_from_desk(referral: Referral, answered_at: datetime, outcome: str) -> Referral:
    """With what became of the answer of this moment, if it is one from the desk."""
    read = DeskAnswer(answered_at)
    return replace(
        referral, desk=tuple(replace(each, outcome=outcome) if each == read else each for each in referral.desk)
    )


def reminder(start: datetime, sla_days: int, share_bp: int) -> datetime:
    """After this share of the partner's days."""
    return start + timedelta(days=sla_days) * share_bp / 10_000


def deadline(start: datetime, days: int) -> datetime:
    return start + timedelta(days=days)


def ended(referral: Referral, now: datetime, erase_days: int) -> Referral:
    """Nothing is waited for any more but the erasure of the papers."""
    most = erase_days if referral.promised is None else referral.promised.erase_days
    return _waiting_for_erasure(referral, now, min(erase_days, most))


def to_be_paid(referral: Referral, now: datetime, approval_days: int) -> Referral:
    """The same of what was approved and is not paid out whole: payments are compared with its papers."""
    most = approval_days if referral.promised is None else referral.promised.approval_days
    return _waiting_for_erasure(referral, now, min(approval_days, most))


def _waiting_for_erasure(referral: Referral, now: datetime, days: int) -> Referral:
    return replace(referral, remind_at=None, lapse_at=None, erase_at=deadline(now, days))


def informed(referral: Referral, now: datetime) -> Referral | None:
    """The firm handed in what the partner asked for: the partner's days start anew. None where nothing was asked."""
    state = REFERRAL.after(referral.state, "inform")
    if state is None:
        return None
    return replace(
        referral,
        state=state,
        changed_at=now,
        remind_at=reminder(now, referral.sla_days, referral.reminder_bp),
        lapse_at=deadline(now, referral.sla_days),
        reminded_at=None,
    )


def recalled(referral: Referral, now: datetime) -> Referral:
    """The firm took its consent back: the partner erases, and the papers go here at once, not after the days that other
    endings wait. What had ended stays as it ended, without its partner's judgement.
    """
    state = REFERRAL.after(referral.state, "withdraw")
    if state is None:
        return replace(erased(referral, now), recalled_at=now)
    return replace(
        referral,
        state=state,
        changed_at=now,
        reason="consent_revoked",
        questions=(),
        silent=None,
        remind_at=None,
        lapse_at=None,
        lapsed_at=None,
        erase_at=None,
        papers=None,
        recalled_at=now,
    )


def erased(referral: Referral, now: datetime) -> Referral:
    """Its papers are gone, and why it was declined; one that was approved is closed by that."""
    bare = replace(referral, papers=None, reason=None, questions=(), erase_at=None)
    state = REFERRAL.after(referral.state, "close")
    return bare if state is None else replace(bare, state=state, changed_at=now)


def passed(referral: Referral, now: datetime, erase_days: int) -> Referral:
    """The referral once every moment up to now has passed."""
    if referral.lapse_at is not None and referral.lapse_at <= now:
        return _lapsed(referral, now, erase_days)
    if referral.remind_at is not None and referral.remind_at <= now:
        return replace(referral, remind_at=None, reminded_at=now)
    if _is_left_open(referral) or (referral.erase_at is not None and referral.erase_at <= now):
        return erased(referral, now)
    return referral


def _lapsed(referral: Referral, now: datetime, erase_days: int) -> Referral:
    state = REFERRAL.after(referral.state, "lapse")
    if state is None:
        raise ValueError("only a referral that waits for somebody has a deadline")
    silent = replace(referral, state=state, changed_at=now, silent=referral.awaits, lapsed_at=referral.lapse_at)
    return ended(silent, now, erase_days)


def moments(referral: Referral) -> tuple[datetime, ...]:
    closes_at = referral.changed_at if _is_left_open(referral) else None
    times = (referral.remind_at, referral.lapse_at, referral.erase_at, closes_at)
    return tuple(at for at in times if at is not None)


def _is_left_open(referral: Referral) -> bool:
    """Whether its papers went before the erasure closed what had been approved, or took out why it was declined:
    nothing else ever would.
    """
    if referral.papers is not None:
        return False
    judged = referral.erase_at is None and not referral.is_erased
    return judged or REFERRAL.after(referral.state, "close") is not None
