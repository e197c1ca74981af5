"""The aggregate: all that decides about one supplier's finance, in one row and under one lock."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from services.financing.domain.consent import Consent
from services.financing.domain.consent_text import ShownText
from services.financing.domain.facts import Contract, Diagnosis, Match, Plan, Profile
from services.financing.domain.need import Need
from services.financing.domain.referral import Referral, recalled


@dataclass(frozen=True, slots=True)
class Case:
    """One supplier; `id` is the supplier's. It is made by whichever event comes first.

    `matches` best first; `consents` and `referrals` in the order in which they were given and sent;
    `plan_told_at`: when the plan was agreed or ended, whichever was last; `wake_at`: the next moment at which time
    alone changes something; `shown`: texts that this decision has to be kept with, which lie beside all cases.
    """

    id: UUID
    profile: Profile | None = None
    withdrawn: bool = False
    diagnosis: Diagnosis | None = None
    matches: tuple[Match, ...] = ()
    contracts: tuple[Contract, ...] = ()
    cohort_id: UUID | None = None
    plan: Plan | None = None
    plan_told_at: datetime | None = None
    completed: tuple[UUID, ...] = ()
    needs: tuple[Need, ...] = ()
    consents: tuple[Consent, ...] = ()
    referrals: tuple[Referral, ...] = ()
    wake_at: datetime | None = None
    shown: tuple[ShownText, ...] = ()

    @property
    def has_anchor(self) -> bool:
        return bool(self.matches or self.contracts)

    def contracts_worth(self, currency: str) -> Decimal:
        """What anchors buy for in a year, of the contracts in this currency: no exchange rate is assumed."""
        values = (contract.annual_value for contract in self.contracts)
        return sum((value.amount for value in values if value is not None and value.currency == currency), Decimal(0))

    @property
    def requirement_id(self) -> UUID | None:
        """The requirement that a need is tied to: what was won, else the best match."""
        if self.contracts:
            return self.contracts[-1].requirement_id
        return self.matches[0].requirement_id if self.matches else None

    @property
    def activities_done(self) -> int:
        planned = self.plan.activities if self.plan else ()
        return len({activity.id for activity in planned} & set(self.completed))

    def need(self, need_id: UUID) -> Need | None:
        return next((need for need in self.needs if need.id == need_id), None)

    def consent(self, consent_id: UUID) -> Consent | None:
        return next((consent for consent in self.consents if consent.id == consent_id), None)

    def has_papers_of(self, matters: AbstractSet[UUID]) -> bool:
        """Whether a consent or a referral is among these, whose papers are erased."""
        return not matters.isdisjoint([*(item.id for item in self.consents), *(item.id for item in self.referrals)])

    def without_papers(self, matters: AbstractSet[UUID], now: datetime) -> "Case":
        """It, without the papers of these consents and referrals, which its store knew of as erased before it was set
        back. A consent that would still hold was taken back then, or replaced by one that is lost: it carries nothing
        any more, and its partner's referrals whose papers went with it are withdrawn.
        """
        over = {item.consent_id for item in self.referrals if item.erase_at is not None and item.erase_at <= now}
        gone = [item for item in self.consents if item.id in matters and item.id not in over]
        taken_back = {item.id for item in gone if item.is_in_force(now)}
        partners = {item.partner for item in self.consents if item.id in taken_back}
        consents = tuple(
            replace(item, papers=None, revoked_at=now if item.id in taken_back else item.revoked_at)
            if item.id in matters
            else item
            for item in self.consents
        )
        referrals = tuple(
            item
            if item.id not in matters or item.recalled_at is not None
            else recalled(item, now)
            if item.partner in partners
            else replace(item, papers=None, reason=None, questions=())
            for item in self.referrals
        )
        return replace(self, consents=consents, referrals=referrals)

    def last_to(self, partner: str) -> UUID:
        """The firm's last consent to this partner, which it has given one."""
        return [consent.id for consent in self.consents if consent.partner == partner][-1]

    def referral(self, referral_id: UUID) -> Referral | None:
        return next((referral for referral in self.referrals if referral.id == referral_id), None)

    def with_referral(self, referral: Referral) -> "Case":
        """It, with this in the place of the referral of its id."""
        return replace(self, referrals=tuple(referral if each.id == referral.id else each for each in self.referrals))
