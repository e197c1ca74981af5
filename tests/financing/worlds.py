"""Where the model's firm really lives: in handlers alone, or in a stage on its store."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, Protocol
from uuid import UUID

from services.financing.domain.case import Case
from services.financing.domain.partner import Partner
from services.financing.domain.referral import Referral
from services.financing.handlers import answers, consents, facts, partners, referrals, timers
from services.financing.store.cases import cases
from shared.contracts import partner as contract
from shared.contracts.envelope import Envelope
from shared.contracts.registration import SupplierWithdrawn
from shared.messaging.codec import Record, encode
from shared.messaging.decision import Decision, Refused, RejectedEventError
from shared.runtime.ids import new_id
from shared.service.callers import Role
from shared.testing.stage import CAUSE, StageUnderTest
from tests.financing import test_facts
from tests.financing.given import NOW, SUPPLIER, TERMS, asked, firm, offered
from tests.financing.modelled import PRODUCTS, Told
from tests.financing.modelled_referral import DECLINED, Seen, listed, numbered
from tests.financing.walk import Calls, Time
from tests.walking import Do

EVENTS: dict[str, type[contract.Answer]] = {
    "acknowledge": contract.ReferralAcknowledged,
    "ask": contract.InformationRequested,
    "approve": contract.ReferralApproved,
    "decline": contract.ReferralDeclined,
    "pay": contract.CreditDisbursed,
    "correct": contract.PaymentsCorrected,
}
HANDLERS: dict[str, str] = {
    "acknowledge": "acknowledged",
    "ask": "information_requested",
    "approve": "approved",
    "decline": "declined",
    "pay": "disbursed",
    "correct": "payments_corrected",
}
UNTOLD = ("need-identified", "answer-refused")
"""What the model says nothing of, or by what `say` returns."""


def words(kind: str, amount: int) -> dict[str, Any]:
    """What a partner says of this kind besides."""
    money = {"amount": f"{amount}.00"}
    more: dict[str, dict[str, Any]] = {
        "acknowledge": {"folio": numbered(amount)},
        "ask": {"items": (listed(amount),)},
        "approve": {"amount": money, "term_months": 24},
        "decline": {"reason": DECLINED[0]},
        "pay": {"amount": money},
        "correct": {"amount": money},
    }
    return more.get(kind, {})


def told(type_: str, event: Any) -> Told:
    name = getattr(event, "state", None) or type_.rpartition(".")[2].replace("referral-lapsed", "lapsed")
    return name, UUID(str(getattr(event, "referral_id", None) or event.consent_id))


def seen(case: Case) -> dict[UUID, Seen]:
    """The referrals, of the aggregate."""
    return {each.id: _seen(each) for each in case.referrals}


def _seen(known: Referral) -> Seen:
    papers, why = known.papers, (*((known.reason,) if known.reason else ()), *known.questions)
    moments, ignored = (known.remind_at, known.lapse_at, known.erase_at), known.ignored_answers
    if papers is None:
        return Seen(known.state, False, None, None, None, 0, 0, *moments, ignored, why)
    approved, paid = (None if sum_ is None else int(sum_.amount) for sum_ in (papers.approved, papers.disbursed))
    said = papers.folio, papers.items[0] if papers.items else None, approved, paid or 0, papers.payments
    return Seen(known.state, True, *said, *moments, ignored, why)


class World(Protocol):
    """What a firm, its partners and operators can do. A refusal is its code."""

    def now(self) -> datetime: ...
    def give(self, partner: str, classes: tuple[str, ...], days: int) -> UUID | str: ...
    def revoke(self, consent: UUID) -> None: ...
    def refer(self, partner: str) -> UUID | str: ...
    def say(
        self, kind: str, referral: UUID, partner: str, amount: int, arrived_at: datetime, answered_at: datetime
    ) -> str | None:
        """Why it has no effect."""

    def inform(self, referral: UUID) -> str | None: ...
    def wait(self, time: timedelta) -> None:
        """Without anybody who looks at it."""

    def look(self) -> None:
        """At the time, as often as somebody is told to and once more."""

    def change(self, partner: str, takes: bool, erase_days: int) -> None: ...
    def leave(self) -> None: ...
    def come_back(self) -> None: ...
    def case(self) -> Case: ...
    def told(self) -> list[Told]:
        """Since it was asked last."""


class Pure:
    """The handlers alone: no store, no clock."""

    def __init__(self) -> None:
        self._case, self.time, self.terms = firm(), NOW, TERMS
        self.wakes_at: datetime | None = None
        self.events: list[Told] = []

    def now(self) -> datetime:
        return self.time

    def case(self) -> Case:
        return self._case

    def told(self) -> list[Told]:
        new, self.events = self.events, []
        return new

    def _take(self, outcome: Any) -> str | None:
        if isinstance(outcome, Refused):
            return outcome.code
        assert isinstance(outcome, Decision)
        assert outcome.state is not None
        self._case = outcome.state
        for timer in outcome.timers:
            self.wakes_at = timer.at
        new = (told(event.TYPE, event) for event in outcome.events if not event.TYPE.endswith(UNTOLD))
        self.events += new
        return None if outcome.without_effect is None else outcome.without_effect[1]

    def give(self, partner: str, classes: tuple[str, ...], days: int) -> UUID | str:
        until = (self.time + timedelta(days=days)).date()
        wanted: Any = offered(partner, ("certification",), classes, self.terms, expires_on=until)  # type: ignore[arg-type]  # its classes
        refused = self._take(consents.give(self._case, wanted, self.time, self.terms))
        return refused or [each.id for each in self._case.consents if each.partner == partner][-1]

    def revoke(self, consent: UUID) -> None:
        assert self._take(consents.revoke(self._case, consent, self.time, self.terms)) is None

    def refer(self, partner: str) -> UUID | str:
        ask = asked(self._case, product=PRODUCTS[partner])
        return self._take(referrals.refer(self._case, ask, self.time, self.terms)) or self._case.referrals[-1].id

    def say(
        self, kind: str, referral: UUID, partner: str, amount: int, arrived_at: datetime, answered_at: datetime
    ) -> str | None:
        said = words(kind, amount) | {"referral_id": referral, "partner": partner, "answered_at": answered_at}
        handler: Any = getattr(answers, HANDLERS[kind])
        try:
            return self._take(handler(self._case, EVENTS[kind](**said), arrived_at, self.time, self.terms))
        except RejectedEventError as error:
            return error.reason

    def inform(self, referral: UUID) -> str | None:
        return self._take(referrals.inform(self._case, referral, self.time, self.terms))

    def wait(self, time: timedelta) -> None:
        self.time += time

    def look(self) -> None:
        times = 0
        while self.wakes_at is not None and self.wakes_at <= self.time:
            assert times < 5, "it wakes for ever"
            self._fire()
            times += 1
        if times:
            self._fire()

    def _fire(self) -> None:
        self.wakes_at = None
        self._take(timers.deadline_reached(self._case, self.time, self.terms))

    def change(self, partner: str, takes: bool, erase_days: int) -> None:
        def put(known: Partner) -> Partner:
            done = partners.put(known, replace(known, active=takes, erase_days=erase_days), (), NOW)
            assert isinstance(done, Decision)
            return known if done.state is None else done.state

        changed = (put(each) if each.code == partner else each for each in self.terms.partners)
        self.terms = replace(self.terms, partners=tuple(changed))
        self._take(timers.reassess(self._case, {}, self.time, self.terms))

    def leave(self) -> None:
        left = SupplierWithdrawn(supplier_id=SUPPLIER, reason="own_wish", withdrawn_at=self.time)
        self._take(facts.supplier_withdrawn(self._case, left, self.time, self.terms))

    def come_back(self) -> None:
        self._take(facts.supplier_registered(self._case, test_facts.REGISTERED, self.time, self.terms))


class Stored:
    """The stage over HTTP, topics and time, on its store."""

    def __init__(self, do: Do, stage: StageUnderTest, time: Time) -> None:
        self.do, self.stage, self.time = do, stage, time
        self.time.waited = timedelta()
        self.calls = Calls(do, stage, time)
        self.firm = self.calls.firm
        do(stage.told())
        for partner in PRODUCTS:
            self.change(partner, takes=True, erase_days=90)

    def now(self) -> datetime:
        return self.time.now()

    def give(self, partner: str, classes: tuple[str, ...], days: int) -> UUID | str:
        given = self.calls.consent_to(partner, classes, (self.now() + timedelta(days=days)).date().isoformat())
        return UUID(given["id"]) if "id" in given else str(given["title"])

    def revoke(self, consent: UUID) -> None:
        self.calls.ask("POST", f"/consents/{consent}/revocation")

    def refer(self, partner: str) -> UUID | str:
        sent = self.calls.referral(PRODUCTS[partner])
        return UUID(sent["id"]) if "id" in sent else str(sent["title"])

    def say(
        self, kind: str, referral: UUID, partner: str, amount: int, arrived_at: datetime, answered_at: datetime
    ) -> str | None:
        """What has an effect is delivered once more, as a broker may."""
        said = words(kind, amount) | {"referral_id": referral, "partner": partner, "answered_at": answered_at}
        event = EVENTS[kind](**said)
        value, self.calls.offset = encode(Envelope(new_id(), "test", self.now(), event, CAUSE)), self.calls.offset + 1
        arrived_ms = round(arrived_at.timestamp() * 1000)
        record = Record(event.topic, 1, self.calls.offset, str(referral).encode(), value, arrived_ms=arrived_ms)
        outcome = self.do(self.stage._runner.consume([record]))
        assert outcome.applied + outcome.dead == 1, outcome
        if outcome.applied:
            assert self.do(self.stage._runner.consume([record])).duplicate == 1
        why: str | None = self.do(self._refusal(self.calls.offset))
        assert why is not None or outcome.applied
        return why

    async def _refusal(self, offset: int) -> str | None:
        query = "SELECT body FROM journal WHERE type = 'partner.answer-refused' ORDER BY id DESC LIMIT 1"
        bodies = await self.stage.opened(row["body"] for row in await self.stage.rows(query))
        return next((body["data"]["reason"] for body in bodies if body["data"]["offset"] == offset), None)

    def inform(self, referral: UUID) -> str | None:
        answer = self.calls.ask("POST", f"/referrals/{referral}/information")
        return None if "id" in answer else str(answer["title"])

    def wait(self, time: timedelta) -> None:
        self.time.waited += time

    def look(self) -> None:
        for _ in range(2):
            self.do(self.stage.tick())

    def change(self, partner: str, takes: bool, erase_days: int) -> None:
        headers = self.stage.headers(Role.OPERATOR) | {"If-Match": "*"}
        path = f"/partners/{partner}"
        known = self.do(self.stage.client.get(path, headers=headers)).json()
        body = {name: value for name, value in known.items() if name not in ("code", "edition", "stored_at", "past")}
        body |= {"active": takes, "erase_days": erase_days}
        assert self.do(self.stage.client.put(path, json=body, headers=headers)).status_code == 200
        self.do(self.stage.sweep())

    def leave(self) -> None:
        left = SupplierWithdrawn(supplier_id=self.firm, reason="own_wish", withdrawn_at=self.now())
        self.do(self.stage.consume(left))

    def come_back(self) -> None:
        self.do(self.stage.consume(test_facts.REGISTERED.model_copy(update={"supplier_id": self.firm})))

    def case(self) -> Case:
        """The aggregate; what the API reads says the same."""
        case = self.do(self._loaded())
        rows, shown = self.calls.rows("referral"), self.calls.rows("consent")
        assert {id_: (row["state"], row["papers"] is not None) for id_, row in rows.items()} == {
            each.id: (each.state, each.papers is not None) for each in case.referrals
        }
        assert {id_: (row["revoked_at"], row["papers_held"]) for id_, row in shown.items()} == {
            each.id: (each.revoked_at, each.papers is not None) for each in case.consents
        }
        return case

    async def _loaded(self) -> Case:
        async with self.stage.database.transaction() as connection:
            return (await cases.load_many(connection, [self.firm]))[self.firm]

    def told(self) -> list[Told]:
        def of(type_: str, data: Mapping[str, Any]) -> Told:
            return told(type_, SimpleNamespace(**data))

        new = self.do(self.stage.told())
        return [of(each.type, each.data) for each in new if each.key == self.firm and not each.type.endswith(UNTOLD)]
