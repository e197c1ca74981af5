"""Where the model's firm really lives: in handlers alone, or in a stage on its store."""

from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from services.financing.handlers import answers, consents, facts, referrals, timers
from shared.contracts import partner as contract
from shared.contracts.registration import SupplierWithdrawn
from shared.messaging.decision import Decision, Refused, RejectedEventError
from shared.testing.stage import StageUnderTest
from tests.financing import test_facts
from tests.financing.given import NOW, SUPPLIER, TERMS, asked, firm, offered
from tests.financing.modelled import PRODUCTS
from tests.financing.walk import Time, Walk
from tests.walking import Do

EVENTS: dict[str, type[contract.Answer]] = {
    "acknowledge": contract.ReferralAcknowledged,
    "ask": contract.InformationRequested,
    "approve": contract.ReferralApproved,
    "decline": contract.ReferralDeclined,
    "pay": contract.CreditDisbursed,
}
HANDLERS: dict[str, Any] = {
    "acknowledge": answers.acknowledged,
    "ask": answers.information_requested,
    "approve": answers.approved,
    "decline": answers.declined,
    "pay": answers.disbursed,
}


def words(kind: str, amount: int) -> dict[str, Any]:
    """What a partner says of this kind besides."""
    money = {"amount": f"{amount}.00"}
    more: dict[str, dict[str, Any]] = {
        "ask": {"items": ("Balance 2025",)},
        "approve": {"amount": money, "term_months": 24},
        "decline": {"reason": "no_funds"},
        "pay": {"amount": money},
    }
    return more.get(kind, {})


class World(Protocol):
    """What a firm and its partners can do; a refusal is its code, and an answer that is none says False."""

    def now(self) -> datetime: ...
    def give(self, partner: str, classes: tuple[str, ...], days: int) -> UUID | str: ...
    def revoke(self, consent: UUID) -> None: ...
    def refer(self, partner: str) -> UUID | str: ...
    def say(self, kind: str, referral: UUID, partner: str, amount: int, arrived_at: datetime) -> bool: ...
    def inform(self, referral: UUID) -> bool: ...
    def wait(self, days: int) -> None: ...
    def leave(self) -> None: ...
    def come_back(self) -> None: ...
    def referrals(self) -> dict[UUID, tuple[str, bool]]:
        """State, and whether papers are held."""

    def consents(self) -> dict[UUID, tuple[bool, bool]]:
        """Whether it is revoked, and whether papers are held."""

    def recalled(self) -> list[UUID]:
        """Referrals that partners were told to erase."""


class Pure:
    """The handlers alone: no store, no clock."""

    def __init__(self) -> None:
        self.case, self.time = firm(), NOW
        self.withdrawn: list[UUID] = []

    def now(self) -> datetime:
        return self.time

    def _take(self, outcome: Any) -> str | None:
        if isinstance(outcome, Refused):
            return outcome.code
        self._settle(outcome)
        while self.case.wake_at is not None and self.case.wake_at <= self.time:
            self._settle(timers.deadline_reached(self.case, self.time, TERMS))
        return None

    def _settle(self, decision: Decision[Any]) -> None:
        assert decision.state is not None
        self.case = decision.state
        told = (event for event in decision.events if isinstance(event, contract.ReferralWithdrawn))
        self.withdrawn += [event.referral_id for event in told]

    def give(self, partner: str, classes: tuple[str, ...], days: int) -> UUID | str:
        until = (self.time + timedelta(days=days)).date()
        wanted: Any = offered(partner, ("certification",), classes, expires_on=until)  # type: ignore[arg-type]  # its classes
        refused = self._take(consents.give(self.case, wanted, self.time, TERMS))
        return refused or [each.id for each in self.case.consents if each.partner == partner][-1]

    def revoke(self, consent: UUID) -> None:
        assert self._take(consents.revoke(self.case, consent, self.time, TERMS)) is None

    def refer(self, partner: str) -> UUID | str:
        ask = asked(self.case, product=PRODUCTS[partner])
        return self._take(referrals.refer(self.case, ask, self.time, TERMS)) or self.case.referrals[-1].id

    def say(self, kind: str, referral: UUID, partner: str, amount: int, arrived_at: datetime) -> bool:
        told = {"referral_id": referral, "partner": partner, "answered_at": arrived_at} | words(kind, amount)
        try:
            self._take(HANDLERS[kind](self.case, EVENTS[kind](**told), arrived_at, self.time, TERMS))
        except RejectedEventError:
            return False
        return True

    def inform(self, referral: UUID) -> bool:
        return self._take(referrals.inform(self.case, referral, self.time, TERMS)) is None

    def wait(self, days: int) -> None:
        self.time += timedelta(days=days)
        self._take(Decision(self.case))

    def leave(self) -> None:
        left = SupplierWithdrawn(supplier_id=SUPPLIER, reason="own_wish", withdrawn_at=self.time)
        self._take(facts.supplier_withdrawn(self.case, left, self.time, TERMS))

    def come_back(self) -> None:
        self._take(facts.supplier_registered(self.case, test_facts.REGISTERED, self.time, TERMS))

    def referrals(self) -> dict[UUID, tuple[str, bool]]:
        return {each.id: (each.state, each.papers is not None) for each in self.case.referrals}

    def consents(self) -> dict[UUID, tuple[bool, bool]]:
        return {each.id: (each.revoked_at is not None, each.papers is not None) for each in self.case.consents}

    def recalled(self) -> list[UUID]:
        return self.withdrawn


class Stored(Walk):
    """The stage over HTTP, topics and time, on its store."""

    def __init__(self, do: Do, stage: StageUnderTest, time: Time) -> None:
        super().__init__(do, stage, time)

    def now(self) -> datetime:
        return self.time.now()

    def give(self, partner: str, classes: tuple[str, ...], days: int) -> UUID | str:
        given = self.consent_to(partner, classes, (self.now() + timedelta(days=days)).date().isoformat())
        return UUID(given["id"]) if "id" in given else str(given["title"])

    def revoke(self, consent: UUID) -> None:
        self.ask("POST", f"/consents/{consent}/revocation")

    def refer(self, partner: str) -> UUID | str:  # type: ignore[override]  # of one partner there
        sent = self.referral(PRODUCTS[partner])
        return UUID(sent["id"]) if "id" in sent else str(sent["title"])

    def say(self, kind: str, referral: UUID, partner: str, amount: int, arrived_at: datetime) -> bool:
        told = {"referral_id": referral, "partner": partner, "answered_at": arrived_at} | words(kind, amount)
        return self.deliver(EVENTS[kind](**told), arrived_at)

    def inform(self, referral: UUID) -> bool:
        return "id" in self.ask("POST", f"/referrals/{referral}/information")

    def leave(self) -> None:
        self.do(
            self.stage.consume(SupplierWithdrawn(supplier_id=self.firm, reason="own_wish", withdrawn_at=self.now()))
        )

    def come_back(self) -> None:
        self.do(self.stage.consume(test_facts.REGISTERED.model_copy(update={"supplier_id": self.firm})))

    def referrals(self) -> dict[UUID, tuple[str, bool]]:
        return {id_: (row["state"], row["papers"] is not None) for id_, row in self.rows("referral").items()}

    def consents(self) -> dict[UUID, tuple[bool, bool]]:
        return {id_: (row["revoked_at"] is not None, row["papers_held"]) for id_, row in self.rows("consent").items()}

    def recalled(self) -> list[UUID]:
        return [UUID(told["referral_id"]) for told in self.told(contract.ReferralWithdrawn)]
