"""A firm and its partner over HTTP, topics and time, on the real store: what the walks of this stage share."""

import sys
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine

from shared.contracts import partner as contract
from shared.messaging.codec import Record
from shared.runtime import clock
from shared.service.callers import Role
from shared.testing.stage import StageUnderTest
from tests import walking
from tests.financing import test_facts as facts
from tests.financing.calls import PAPERS
from tests.walking import Do, M

PARTNER, PRODUCT, ASKED = "nafin", "nafin-guaranteed-simple", 300_000
ANSWERS = f"partner.{PARTNER}.answers.v1"
KNOWN = (facts.REGISTERED, facts.COMPLETED, facts.FOUND, facts.SELECTED, facts.AGREED)
DAY = timedelta(days=1)
PARTNERS_DAYS = 20 * DAY


class Time:
    """The clock of the stage: it goes on by itself, and whole days more when a walk waits."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.waited = timedelta()
        # Tokens keep the true time: whoever checks them does.
        stages = ("shared.messaging.", "services.financing.", "shared.testing.")
        for name, module in list(sys.modules.items()):
            if name.startswith(stages) and getattr(module, "now", None) is clock.now:
                patch.setattr(module, "now", self.now)

    def now(self) -> datetime:
        return clock.now() + self.waited


class Stopped(Time):
    """It goes on by what is waited alone."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.begins_at = clock.now().replace(microsecond=0)
        super().__init__(patch)

    def now(self) -> datetime:
        return self.begins_at + self.waited


WALKS = settings(walking.WALKS, max_examples=20, stateful_step_count=10)
"""Each rule is an act of some steps: more walks find more than longer ones."""


async def walked(
    machine: Callable[[Do, StageUnderTest, Time], RuleBasedStateMachine],
    stage: StageUnderTest,
    patch: pytest.MonkeyPatch,
) -> None:
    stage.router  # noqa: B018 - its modules are there before their clock is set
    time = Time(patch)
    patch.setattr(walking, "WALKS", WALKS)
    await walking.walk(lambda do: machine(do, stage, time))


async def trodden(
    machine: Callable[[Do, StageUnderTest, Time], M],
    path: Callable[[M], Iterable[object]],
    hold: Callable[[M], None],
    stage: StageUnderTest,
    patch: pytest.MonkeyPatch,
) -> None:
    """One path that is written down."""
    stage.router  # noqa: B018 - its modules are there before their clock is set
    time = Time(patch)
    await walking.tread(lambda do: machine(do, stage, time), path, hold)


class Calls:
    """One firm, known and diagnosed, and what it and its partners say to the stage."""

    def __init__(self, do: Do, stage: StageUnderTest, time: Time) -> None:
        super().__init__()
        self.do, self.stage, self.time, self.firm = do, stage, time, uuid4()
        self.offset = 0
        self.refused = 0
        """Dead letters that the partner has earned."""
        mine = (fact.model_copy(update={"supplier_id": self.firm}) for fact in KNOWN)
        assert do(stage.consume(*mine)).applied == len(KNOWN)

    def ask(self, method: str, path: str, body: object = None, **query: Any) -> Any:
        headers = self.stage.headers(Role.SUPPLIER, supplier_id=self.firm) | {"If-Match": "*"}
        answer = self.do(self.stage.client.request(method, path, json=body, headers=headers, params=query))
        assert answer.status_code in (200, 201, 409), answer.text
        return answer.json()

    def consent(self, *classes: str) -> UUID:
        until = (self.time.now() + timedelta(days=300)).date().isoformat()
        return UUID(self.consent_to(PARTNER, classes, until)["id"])

    def consent_to(self, partner: str, classes: tuple[str, ...], until: str) -> dict[str, Any]:
        """The consent, or the problem."""
        choice = {"purpose": ["certification"], "data_class": list(classes), "expires_on": until}
        shown = self.ask("GET", f"/consent-texts/{partner}", **choice)
        given: dict[str, Any] = self.ask(
            "POST",
            "/consents",
            {
                "supplier_id": str(self.firm),
                "partner": partner,
                "purposes": ["certification"],
                "data_classes": list(classes),
                "text_sha256": shown["sha256"],
                "expires_on": until,
                **{name: PAPERS[name] for name in classes if name in PAPERS},
            },
        )
        return given

    def refer(self) -> dict[str, Any]:
        return self.referral(PRODUCT)

    def referral(self, product: str) -> dict[str, Any]:
        """The referral, or the problem."""
        needs = self.ask("GET", f"/cases/{self.firm}")["needs"]
        asked = {
            "supplier_id": str(self.firm),
            "need_id": next(need["id"] for need in needs if need["purpose"] == "certification"),
            "product": product,
            "amount": {"amount": f"{ASKED}.00", "currency": "MXN"},
            "term_months": 24,
        }
        answer: dict[str, Any] = self.ask("POST", "/referrals", asked)
        return answer

    def answer(self, event: type[contract.Answer], referral: UUID, at: datetime, **more: Any) -> contract.Answer:
        return event.model_validate({"referral_id": referral, "partner": PARTNER, "answered_at": at, **more})

    def deliver(self, answer: contract.Answer, arrived_at: datetime) -> bool:
        """Whether it counted, and did not become a dead letter."""
        outcome = self.do(self.stage.consume(answer, arrived_at=arrived_at))
        assert outcome.applied + outcome.dead == 1, outcome
        self.refused += outcome.dead
        return bool(outcome.applied)

    def slip(self, referral: UUID) -> None:
        """The partner sends what is no event, under the referral's key."""
        self.offset += 1
        record = Record(ANSWERS, 1, self.offset, str(referral).encode(), f"no event of {self.firm}".encode())
        assert self.do(self.stage._runner.consume([record])).dead == 1
        self.refused += 1

    def wait(self, days: int) -> None:
        self.time.waited += timedelta(days=days)
        self.do(self.stage.tick())

    def rows(self, table: str) -> dict[UUID, dict[str, Any]]:
        found = self.do(self.stage.rows(f"SELECT * FROM {table} WHERE supplier_id = $1", self.firm))
        return {row["id"]: row for row in found}

    def papers(self, referral: UUID) -> dict[str, Any] | None:
        papers: dict[str, Any] | None = self.ask("GET", f"/referrals/{referral}")["papers"]
        return papers

    def told(self, kind: type[contract.Referral | contract.ReferralWithdrawn]) -> list[dict[str, Any]]:
        """What the partner was sent of this firm."""
        found = self.do(
            self.stage.rows("SELECT body FROM journal WHERE key = $1 AND type = $2 ORDER BY id", self.firm, kind.TYPE)
        )
        return [body["data"] for body in self.do(self.stage.opened(row["body"] for row in found))]

    def letters(self) -> int:
        """Dead letters about this firm's referrals."""
        keys = [str(referral).encode() for referral in self.rows("referral")]
        [found] = self.do(self.stage.rows("SELECT count(*) AS n FROM dead_letter WHERE key = ANY($1::bytea[])", keys))
        return int(found["n"])


class Walk(Calls, RuleBasedStateMachine):
    """A machine of such a firm."""
