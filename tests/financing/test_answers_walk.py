"""What a partner answers is compared with what was asked and said before: beside a model that has only the sums."""

from collections.abc import Iterator
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from shared.contracts import partner as contract
from shared.testing.stage import StageUnderTest
from tests.financing.walk import ASKED, DAY, Time, Walk, trodden, walked
from tests.walking import Do

MOST = ASKED * 11 // 10
AMOUNTS = st.sampled_from((0, 1, 100_000, ASKED, MOST, MOST + 1, 9_000_000))
CURRENCIES = st.sampled_from(("MXN", "MXN", "MXN", "USD"))
SLIPS = st.sampled_from((0, 0, 0, -400, 400))
"""Days by which the partner's date is wrong."""


class Answers(Walk):
    def __init__(self, do: Do, stage: StageUnderTest, time: Time) -> None:
        super().__init__(do, stage, time)
        self.id = UUID(int=0)
        self.state = "sent"
        self.approved: int | None = None
        self.paid: list[int] = []

    @initialize()
    def begin(self) -> None:
        self.consent("identity", "contact", "need")
        self.id = UUID(self.refer()["id"])

    @property
    def is_decided(self) -> bool:
        return self.state in ("declined", "disbursed")

    def say(self, event: type[contract.Answer], slip: int, **more: object) -> bool:
        now = self.time.now()
        return self.deliver(self.answer(event, self.id, now + slip * DAY, **more), now)

    @rule(slip=SLIPS)
    def acknowledge(self, slip: int) -> None:
        assert self.say(contract.ReferralAcknowledged, slip, folio="N-17") == (slip == 0)
        if slip == 0 and self.state == "sent":
            self.state = "acknowledged"

    @rule(slip=SLIPS)
    def ask_for_more(self, slip: int) -> None:
        counts = slip == 0 and self.approved is None and not self.is_decided
        assert self.say(contract.InformationRequested, slip, items=["Balance 2025"]) == counts
        if counts:
            self.state = "info_requested"

    @rule(slip=SLIPS, amount=AMOUNTS, currency=CURRENCIES)
    def approve(self, slip: int, amount: int, currency: str) -> None:
        counts = slip == 0 and not self.is_decided and 0 < amount <= MOST and currency == "MXN"
        money = {"amount": f"{amount}.00", "currency": currency}
        assert self.say(contract.ReferralApproved, slip, amount=money, term_months=24) == counts
        if counts:
            self.state, self.approved = "approved", amount

    @rule(slip=SLIPS)
    def decline(self, slip: int) -> None:
        counts = slip == 0 and not self.paid
        assert self.say(contract.ReferralDeclined, slip, reason="no_funds") == counts
        if counts:
            self.state = "declined"

    @rule(slip=SLIPS, amount=AMOUNTS, currency=CURRENCIES)
    def pay(self, slip: int, amount: int, currency: str) -> None:
        left = (self.approved or 0) - sum(self.paid)
        counts = slip == 0 and self.state in ("approved", "disbursed") and 0 < amount <= left and currency == "MXN"
        money = {"amount": f"{amount}.00", "currency": currency}
        assert self.say(contract.CreditDisbursed, slip, amount=money) == counts
        if counts:
            self.state = "disbursed"
            self.paid.append(amount)

    @rule(slip=SLIPS, amount=AMOUNTS, currency=CURRENCIES)
    def correct_payments(self, slip: int, amount: int, currency: str) -> None:
        """What was paid in all."""
        told = self.state in ("approved", "disbursed")
        known = told and amount == sum(self.paid)
        fits = self.state == "disbursed" and amount <= (self.approved or 0) and currency == "MXN"
        money = {"amount": f"{amount}.00", "currency": currency}
        assert self.say(contract.PaymentsCorrected, slip, amount=money) == (slip == 0 and (known or fits))
        if slip == 0 and fits and not known:
            # How many payments there were is not said: as many as were told of.
            self.paid = [amount, *[0] * (len(self.paid) - 1)] if amount else []
            self.state = "disbursed" if amount else "approved"

    @invariant()
    def what_is_shown_is_what_was_decided(self) -> None:
        row, papers = self.rows("referral")[self.id], self.papers(self.id)
        assert row["state"] == self.state
        assert papers is not None
        approved, paid = papers["approved"], papers["disbursed"]
        assert self.approved is None or Decimal(approved["amount"]) == self.approved
        assert (Decimal(paid["amount"]) if paid else 0, papers["payments"]) == (sum(self.paid), len(self.paid))

    @invariant()
    def nothing_is_refused_in_silence(self) -> None:
        assert self.letters() == self.refused

    def all_holds(self) -> None:
        self.what_is_shown_is_what_was_decided()
        self.nothing_is_refused_in_silence()


def every_way(answers: Answers) -> Iterator[object]:
    """Two approvals, payments that are corrected and taken back, and an approval that falls through."""
    yield answers.begin()
    yield answers.pay(0, 1, "MXN")
    yield answers.ask_for_more(0)
    yield answers.approve(0, ASKED, "MXN")
    yield answers.correct_payments(0, 1, "MXN")
    yield answers.approve(0, MOST, "MXN")
    yield answers.pay(0, 100_000, "MXN")
    yield answers.pay(0, 1, "MXN")
    yield answers.correct_payments(0, MOST + 1, "MXN")
    yield answers.correct_payments(0, 1, "USD")
    yield answers.correct_payments(400, 1, "MXN")
    yield answers.correct_payments(0, 1, "MXN")
    yield answers.pay(0, ASKED, "MXN")
    yield answers.decline(0)
    yield answers.correct_payments(0, 0, "MXN")
    yield answers.approve(0, 1, "MXN")
    yield answers.pay(0, 1, "MXN")
    yield answers.correct_payments(0, 0, "MXN")
    yield answers.decline(0)
    yield answers.correct_payments(0, 0, "MXN")


async def test_every_way_of_an_answer_is_walked(stage: StageUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    await trodden(Answers, every_way, Answers.all_holds, stage, monkeypatch)


async def test_an_answer_counts_if_it_can_be_so(stage: StageUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    await walked(Answers, stage, monkeypatch)
