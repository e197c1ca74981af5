"""One referral, its partner's answers and time: of the plain model."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

SILENCE, ERASE, APPROVAL = timedelta(days=14), timedelta(days=90), timedelta(days=365)
ASKED, MOST = 300_000, 330_000
DECLINED = ("low_liquidity", "F02")
RUNNING = ("sent", "acknowledged", "in_review", "info_requested")
NAMED = ("acknowledged", "in_review", "info_requested", "approved", "disbursed", "lapsed")
SAYS = {
    "acknowledge": ("sent", *NAMED),
    "ask": (*RUNNING, "lapsed"),
    "approve": (*RUNNING, "approved", "lapsed"),
    "decline": (*RUNNING, "approved", "lapsed"),
    "pay": ("approved", "disbursed"),
    "correct": ("disbursed",),
}
"""In which states a partner can say what."""
REPLACING = ("ask", "approve", "decline")


class Seen(NamedTuple):
    """All that a referral shows."""

    state: str
    held: bool
    """Its papers; what follows is in them."""
    folio: str | None
    asked: str | None
    approved: int | None
    paid: int
    payments: int
    remind_at: datetime | None
    due: datetime | None
    erase_at: datetime | None
    ignored: int
    """Answers that said nothing new."""
    why: tuple[str, ...]
    """The reason of its end, and the gaps that it points back to."""


@dataclass
class Sent:
    """A referral."""

    partner: str
    consent: UUID
    sent_at: datetime
    days: timedelta
    erase: timedelta
    remind_at: datetime | None = None
    due: datetime | None = None
    state: str = "sent"
    papers: bool = True
    recalled: bool = False
    erase_at: datetime | None = None
    lapsed_at: datetime | None = None
    heard_at: datetime | None = None
    corrected_at: datetime | None = None
    folio_at: datetime | None = None
    folio: str | None = None
    asked: str | None = None
    approved: int | None = None
    paid: int = 0
    payments: int = 0
    ignored: int = 0
    why: tuple[str, ...] = ()

    def seen(self) -> Seen:
        said = (self.folio, self.asked, self.approved, self.paid, self.payments)
        said = said if self.papers else (None, None, None, 0, 0)
        return Seen(self.state, self.papers, *said, self.remind_at, self.due, self.erase_at, self.ignored, self.why)

    def begin(self, now: datetime) -> None:
        """The partner's days."""
        self.remind_at, self.due = now + self.days * 7 / 10, now + self.days

    def judge(self, kind: str, amount: int, arrived_at: datetime) -> str | None:
        """Why what the partner says has no effect."""
        if self._says_nothing(kind, amount, arrived_at):
            return "referral_withdrawn" if self.recalled else "nothing_new"
        if self.state not in SAYS[kind]:
            if self.state == "closed":
                return "referral_erased"
            return "payment_not_approved" if kind == "pay" else "answer_out_of_order"
        last = self.heard_at if kind in REPLACING else self.corrected_at
        last = self.folio_at if kind == "acknowledge" else last
        if last is not None and arrived_at < last:
            return "answer_out_of_order"
        if self.is_late(arrived_at):
            return "answer_too_late"
        return self._judge_amount(kind, amount) if self.papers or kind == "decline" else "referral_erased"

    def _says_nothing(self, kind: str, amount: int, arrived_at: datetime) -> bool:
        if self.state == "withdrawn" or (kind in ("pay", "correct") and self.recalled):
            return True
        decided = self.state in ("approved", "disbursed")
        repeated = {
            "acknowledge": self._is_known_to_have_it(numbered(amount), self.is_late(arrived_at)),
            "ask": self.state == "info_requested" and self.asked == listed(amount),
            "approve": decided and self.approved == amount,
            "decline": self.state == "declined",
            "correct": decided and self.paid == amount,
        }
        return repeated.get(kind, False)

    def _is_known_to_have_it(self, folio: str | None, late: bool) -> bool:
        if self.state == "sent":
            return late
        behind = self.folio is None and (late or self.state not in NAMED)
        return behind or not self.papers or folio in (None, self.folio)

    def _judge_amount(self, kind: str, amount: int) -> str | None:
        if kind in ("approve", "pay") and amount <= 0:
            return "amount_not_positive"
        if kind == "approve" and amount > MOST:
            return "amount_above_asked"
        before = {"pay": self.paid, "correct": 0}.get(kind)
        above = before is not None and before + amount > (self.approved or 0)
        return "payments_above_approved" if above else None

    def is_late(self, arrived_at: datetime) -> bool:
        due = self.lapsed_at if self.state == "lapsed" else self.due
        return due is not None and arrived_at > due

    def hear(self, kind: str, amount: int, arrived_at: datetime, now: datetime, erase: timedelta) -> str | None:
        """Why it has no effect."""
        why = self.judge(kind, amount, arrived_at)
        if why not in (None, "nothing_new", "referral_withdrawn"):
            return why
        if kind in REPLACING:
            self.heard_at = arrived_at if self.heard_at is None else max(self.heard_at, arrived_at)
        if kind == "acknowledge" and amount:
            self.folio_at = arrived_at if self.folio_at is None else max(self.folio_at, arrived_at)
        self.ignored += why is not None
        if why is None:
            self._take(kind, amount, arrived_at, now, erase)
        return why

    def _take(self, kind: str, amount: int, arrived_at: datetime, now: datetime, erase: timedelta) -> None:
        if kind == "acknowledge":
            self.state, self.folio = "acknowledged" if self.state == "sent" else self.state, numbered(amount)
        elif kind == "ask":
            again, self.asked = self.state == "info_requested", listed(amount)
            if not again:
                self.end(now, SILENCE)
                self.state, self.due, self.erase_at = "info_requested", now + SILENCE, None
        else:
            self._decide(kind, amount, arrived_at, now, erase)

    def _decide(self, kind: str, amount: int, arrived_at: datetime, now: datetime, erase: timedelta) -> None:
        if kind == "approve":
            self.state, self.approved = "approved", amount
        elif kind == "decline":
            self.state, self.why = "declined", DECLINED
        elif kind == "pay":
            self.state, self.paid, self.payments = "disbursed", self.paid + amount, self.payments + 1
        else:
            self.state, self.paid, self.corrected_at = "disbursed" if amount else "approved", amount, arrived_at
            self.payments = self.payments if amount else 0
        keeps = kind != "decline" and self.paid != self.approved
        self.end(now, APPROVAL if keeps else min(erase, self.erase))

    def end(self, now: datetime, kept: timedelta) -> None:
        """Nobody's days run any more but those of its papers."""
        self.remind_at, self.due, self.lapsed_at, self.erase_at = None, None, None, now + kept

    def forget(self) -> None:
        self.papers, self.erase_at, self.why = False, None, ()
        self.state = "closed" if self.state in ("approved", "disbursed") else self.state

    def recall(self) -> None:
        was = self.state
        self.forget()
        self.recalled, self.remind_at, self.due = True, None, None
        self.state = "withdrawn" if was in (*RUNNING, "approved", "lapsed") else self.state
        self.why = ("consent_revoked",) if self.state == "withdrawn" else ()


def listed(amount: int) -> str:
    """What a partner asks for, as it writes it."""
    return f"Balance {amount}"


def numbered(amount: int) -> str | None:
    """A partner's folio, where it says one."""
    return f"N-{amount}" if amount else None
