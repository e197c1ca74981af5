"""Consents, referrals and what becomes of them, as a firm and its partners think of it: a plain model."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from tests.financing.modelled_referral import ERASE, RUNNING, Sent

PRODUCTS = {"nafin": "nafin-guaranteed-simple", "cluster": "cluster-certification-grant"}
Told = tuple[str, UUID]
"""What anybody was told, and of which consent or referral."""


@dataclass
class Agreed:
    """What the program has agreed with a partner."""

    days: int
    """To answer."""
    takes: bool = True
    """Whether it takes consents and referrals; what it has goes on without it."""
    erase: timedelta = ERASE


LEAST = ("identity", "contact", "need")
"""What no partner of the model can do without."""


@dataclass
class Given:
    """A consent."""

    partner: str
    classes: tuple[str, ...]
    expires_on: date
    erase: timedelta
    """What its words promise at most."""
    papers: bool = True
    revoked: bool = False

    @property
    def over_at(self) -> datetime:
        return datetime.combine(self.expires_on + timedelta(days=1), time.min, UTC)


@dataclass
class Firm:
    """All of one firm. Both dictionaries are in the order in which things came to be."""

    left: bool = False
    partners: dict[str, Agreed] = field(default_factory=lambda: {"nafin": Agreed(20), "cluster": Agreed(15)})
    consents: dict[UUID, Given] = field(default_factory=dict)
    referrals: dict[UUID, Sent] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    known: dict[UUID, tuple[str, ...]] = field(default_factory=dict)
    """The states that were told, and why."""

    def tell(self) -> list[Told]:
        """What anybody is told since it was asked last, of every change of state too, and of a reason that went."""
        states = {id_: (each.state, *each.why) for id_, each in self.referrals.items()}
        moved = [(state[0], id_) for id_, state in states.items() if self.known.get(id_, state) != state]
        new, self.told, self.known = [*self.told, *moved], [], states
        return new

    def to(self, partner: str) -> dict[UUID, Given]:
        return {id_: each for id_, each in self.consents.items() if each.partner == partner}

    def refuses_consent(self, partner: str) -> str | None:
        if self.left:
            return "supplier_withdrawn"
        return None if self.partners[partner].takes else "partner_inactive"

    def repeats(self, new: Given) -> bool:
        return [*self.to(new.partner).values()][-1:] == [new]

    def give(self, id_: UUID, new: Given) -> None:
        for each in self.to(new.partner).values():
            each.papers = False
        self.consents[id_] = new
        self.told.append(("consent-given", id_))

    def refuses_referral(self, partner: str, now: datetime) -> str | None:
        if any(each.partner == partner and each.state in (*RUNNING, "approved") for each in self.referrals.values()):
            return "referral_already_open"
        if (refused := self.refuses_consent(partner)) is not None:
            return refused
        given = [*self.to(partner).values()]
        if not given:
            return "consent_missing"
        last = given[-1]
        if last.revoked:
            return "consent_revoked"
        if now >= last.over_at:
            return "consent_expired"
        if not last.papers:
            return "papers_erased"
        return None if set(LEAST) <= set(last.classes) else "data_classes_missing"

    def send(self, id_: UUID, partner: str, now: datetime) -> None:
        consent, given = [*self.to(partner).items()][-1]
        sent = Sent(partner, consent, now, timedelta(days=self.partners[partner].days), given.erase)
        sent.begin(now)
        self.referrals[id_] = sent
        self.told += [("referral-sent", id_), ("referral", id_)]

    def inform(self, sent: Sent, now: datetime) -> str | None:
        if sent.state != "info_requested":
            return "nothing_requested"
        sent.state = "in_review"
        sent.begin(now)
        return None

    def revoke(self, consent: UUID) -> None:
        """All that the two agreed to; what it says was taken back before is taken back no further."""
        if self.consents[consent].revoked:
            return
        partner = self.consents[consent].partner
        for id_, given in self.to(partner).items():
            if not given.revoked:
                self.told.append(("consent-revoked", id_))
            given.revoked, given.papers = True, False
        for id_, sent in self.referrals.items():
            if sent.partner == partner and not sent.recalled:
                sent.recall()
                self.told.append(("referral-withdrawn", id_))

    def leave(self) -> None:
        self.left = True
        held = {each.consent for each in self.referrals.values() if each.papers}
        for id_, given in self.consents.items():
            given.papers = given.papers and id_ in held

    def look(self, now: datetime) -> None:
        """At the time: whatever it has brought happens now."""
        gone: set[UUID] = set()
        for id_, sent in self.referrals.items():
            if sent.due is not None and sent.due <= now:
                sent.state, lapsed_at = "lapsed", sent.due
                sent.end(now, min(self.partners[sent.partner].erase, sent.erase))
                sent.lapsed_at = lapsed_at
            elif sent.remind_at is not None and sent.remind_at <= now:
                sent.remind_at = None
                self.told.append(("referral-due", id_))
            elif sent.erase_at is not None and sent.erase_at <= now:
                gone |= {sent.consent} if sent.papers else set()
                sent.forget()
        held = {each.consent for each in self.referrals.values() if each.papers}
        for id_, given in self.consents.items():
            given.papers = given.papers and id_ not in gone - held and now < given.over_at
