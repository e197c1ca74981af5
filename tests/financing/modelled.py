"""Consents, referrals and what becomes of them, as a firm and its partners think of it: a plain model."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

DAYS = {"nafin": 20, "cluster": 15}
"""Each partner's own, to answer."""
PRODUCTS = {"nafin": "nafin-guaranteed-simple", "cluster": "cluster-certification-grant"}
SILENCE, ERASE, APPROVAL = timedelta(days=14), timedelta(days=90), timedelta(days=365)
ASKED, MOST = 300_000, 330_000
RUNNING = ("sent", "acknowledged", "in_review", "info_requested")
SAYS = {
    "acknowledge": ("sent",),
    "ask": (*RUNNING, "lapsed"),
    "approve": (*RUNNING, "approved", "lapsed"),
    "decline": (*RUNNING, "approved", "lapsed"),
    "pay": ("approved", "disbursed"),
}
"""In which states a partner can say what."""


LEAST = {"identity", "contact", "need"}
"""What no partner of the model can do without."""


@dataclass
class Given:
    """A consent."""

    partner: str
    classes: tuple[str, ...]
    expires_on: date
    papers: bool = True
    revoked: bool = False

    @property
    def over_at(self) -> datetime:
        return datetime.combine(self.expires_on + timedelta(days=1), time.min, UTC)


@dataclass
class Sent:
    """A referral."""

    partner: str
    consent: UUID
    sent_at: datetime
    due: datetime | None
    state: str = "sent"
    papers: bool = True
    recalled: bool = False
    erase_at: datetime | None = None
    lapsed_at: datetime | None = None
    heard_at: datetime | None = None
    approved: int | None = None
    paid: int = 0

    def counts(self, kind: str, amount: int, arrived_at: datetime) -> bool:
        """Whether what the partner says is no dead letter; whatever it changes is changed by `hear`."""
        return self.says_nothing(kind, amount, arrived_at) or not self.is_wrong(kind, amount, arrived_at)

    def says_nothing(self, kind: str, amount: int, arrived_at: datetime) -> bool:
        if self.state == "withdrawn" or (kind == "pay" and self.recalled):
            return True
        repeated = {
            "acknowledge": self.state != "sent" or self.is_late(arrived_at),
            "ask": self.state == "info_requested" and self.papers,
            "approve": self.state in ("approved", "disbursed") and self.papers and self.approved == amount,
            "decline": self.state == "declined",
        }
        return repeated.get(kind, False)

    def is_wrong(self, kind: str, amount: int, arrived_at: datetime) -> bool:
        overtaken = kind not in ("acknowledge", "pay") and self.heard_at is not None and arrived_at < self.heard_at
        if self.state not in SAYS[kind] or overtaken or self.is_late(arrived_at):
            return True
        if not self.papers:
            return kind != "decline"
        if kind == "approve":
            return not 0 < amount <= MOST
        return kind == "pay" and not 0 < amount <= (self.approved or 0) - self.paid

    def is_late(self, arrived_at: datetime) -> bool:
        due = self.lapsed_at if self.state == "lapsed" else self.due
        return due is not None and arrived_at > due

    def hear(self, kind: str, amount: int, arrived_at: datetime, now: datetime) -> None:
        """Take what counts."""
        changes = not self.says_nothing(kind, amount, arrived_at)
        if kind not in ("acknowledge", "pay"):
            self.heard_at = arrived_at if self.heard_at is None else max(self.heard_at, arrived_at)
        if not changes:
            return
        if kind == "acknowledge":
            self.state = "acknowledged"
        elif kind == "ask":
            self.state, self.due, self.erase_at, self.lapsed_at = "info_requested", now + SILENCE, None, None
        else:
            self._decide(kind, amount, now)

    def _decide(self, kind: str, amount: int, now: datetime) -> None:
        self.state = {"approve": "approved", "decline": "declined", "pay": "disbursed"}[kind]
        self.approved = amount if kind == "approve" else self.approved
        self.paid += amount if kind == "pay" else 0
        keeps = kind != "decline" and self.paid != self.approved
        self.due, self.lapsed_at, self.erase_at = None, None, now + (APPROVAL if keeps else ERASE)

    def erase(self) -> None:
        self.papers, self.erase_at = False, None
        self.state = "closed" if self.state in ("approved", "disbursed") else self.state


@dataclass
class Firm:
    """All of one firm. Both dictionaries are in the order in which things came to be."""

    left: bool = False
    consents: dict[UUID, Given] = field(default_factory=dict)
    referrals: dict[UUID, Sent] = field(default_factory=dict)

    def to(self, partner: str) -> list[Given]:
        return [each for each in self.consents.values() if each.partner == partner]

    def repeats(self, new: Given) -> bool:
        return bool(self.to(new.partner)) and self.to(new.partner)[-1] == new

    def give(self, id_: UUID, new: Given) -> None:
        for each in self.to(new.partner):
            each.papers = False
        self.consents[id_] = new

    def refuses_referral(self, partner: str, now: datetime) -> str | None:
        if any(each.partner == partner and each.state in (*RUNNING, "approved") for each in self.referrals.values()):
            return "referral_already_open"
        if self.left:
            return "supplier_withdrawn"
        given = self.to(partner)
        if not given:
            return "consent_missing"
        last = given[-1]
        if last.revoked:
            return "consent_revoked"
        if now >= last.over_at:
            return "consent_expired"
        if not last.papers:
            return "papers_erased"
        return None if LEAST.issubset(last.classes) else "data_classes_missing"

    def send(self, id_: UUID, partner: str, now: datetime) -> None:
        consent = [id_ for id_, each in self.consents.items() if each.partner == partner][-1]
        self.referrals[id_] = Sent(partner, consent, now, now + timedelta(days=DAYS[partner]))

    def revoke(self, consent: UUID) -> None:
        """All that the two agreed to; what it says was taken back before is taken back no further."""
        if self.consents[consent].revoked:
            return
        partner = self.consents[consent].partner
        for given in self.to(partner):
            given.revoked, given.papers = True, False
        for sent in self.referrals.values():
            if sent.partner == partner and not sent.recalled:
                was = sent.state
                sent.erase()
                sent.recalled, sent.due = True, None
                sent.state = "withdrawn" if was in (*RUNNING, "approved", "lapsed") else sent.state

    def leave(self) -> None:
        self.left = True
        held = {each.consent for each in self.referrals.values() if each.papers}
        for id_, given in self.consents.items():
            given.papers = given.papers and id_ in held

    def pass_time(self, now: datetime) -> None:
        gone: set[UUID] = set()
        for sent in self.referrals.values():
            if sent.due is not None and sent.due <= now:
                sent.state, sent.lapsed_at, sent.due, sent.erase_at = "lapsed", sent.due, None, now + ERASE
            elif sent.erase_at is not None and sent.erase_at <= now:
                gone |= {sent.consent} if sent.papers else set()
                sent.erase()
        held = {each.consent for each in self.referrals.values() if each.papers}
        for id_, given in self.consents.items():
            given.papers = given.papers and id_ not in gone - held and now < given.over_at
