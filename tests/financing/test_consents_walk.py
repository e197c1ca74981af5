"""A revocation is for firm and partner, a slip holds up nothing, an answer counts by its arrival: beside a model."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from shared.contracts import partner as contract
from shared.testing.stage import StageUnderTest
from tests.financing.walk import PARTNERS_DAYS, Time, Walk, trodden, walked
from tests.walking import Do

DAYS = st.sampled_from((0, 0, 12, 21))
"""A partner has 20."""
LEAST = {"identity", "contact", "need"}
"""Without which the partner can do nothing with a referral for the product."""
CHOICES = st.sampled_from((("identity", "contact", "need"), ("identity", "contact", "need", "capacity"), ("need",)))


@dataclass
class Modelled:
    """A referral as the firm and the partner think of it."""

    due: datetime
    outcome: str = "open"
    """`approved` and `declined` by the partner; `withdrawn` by the firm."""
    recalled: bool = False


class Pair(Walk):
    def __init__(self, do: Do, stage: StageUnderTest, time: Time) -> None:
        super().__init__(do, stage, time)
        self.consents: dict[UUID, bool] = {}
        """In order; whether it was revoked."""
        self.named: dict[UUID, tuple[str, ...]] = {}
        """The classes of data of each."""
        self.referrals: dict[UUID, Modelled] = {}

    @property
    def carries(self) -> bool:
        last = next(reversed(self.consents), None)
        return last is not None and not self.consents[last] and LEAST.issubset(self.named[last])

    @initialize()
    def begin(self) -> None:
        """Referred, as most of what can go wrong wants it."""
        self.agree(("identity", "contact", "need"))
        self.send()

    @rule(classes=CHOICES)
    def agree(self, classes: tuple[str, ...]) -> None:
        id_ = self.consent(*classes)
        self.consents.setdefault(id_, False)
        self.named[id_] = classes

    @precondition(lambda self: self.consents)
    @rule(which=st.integers(0, 5))
    def revoke(self, which: int) -> None:
        chosen = list(self.consents)[which % len(self.consents)]
        self.ask("POST", f"/consents/{chosen}/revocation")
        if self.consents[chosen]:
            return  # It was taken back before: that says nothing of a newer one.
        self.consents = dict.fromkeys(self.consents, True)
        for referral in self.referrals.values():
            if not referral.recalled:
                referral.recalled = True
                referral.outcome = "withdrawn" if referral.outcome in ("open", "approved") else referral.outcome

    @rule()
    def send(self) -> None:
        answer = self.refer()
        # Lapsed or not is a matter of time, and no longer under way.
        under_way = any(
            each.outcome == "approved" or (each.outcome == "open" and self.time.now() < each.due)
            for each in self.referrals.values()
        )
        if under_way or not self.carries:
            refused = ("referral_already_open", "consent_missing", "consent_revoked", "data_classes_missing")
            assert answer["title"] in refused
            return
        self.referrals[UUID(answer["id"])] = Modelled(datetime.fromisoformat(answer["sent_at"]) + PARTNERS_DAYS)

    @precondition(lambda self: self.referrals)
    @rule(which=st.integers(0, 3), approves=st.booleans(), before=DAYS, held=DAYS)
    def say(self, which: int, approves: bool, before: int, held: int) -> None:
        """After some days; the broker has it at once, the program some days later."""
        id_, referral = list(self.referrals.items())[which % len(self.referrals)]
        self.wait(before)
        arrived_at = self.time.now()
        kind, more = self._outcome(approves)
        self.wait(held)
        said = "approved" if approves else "declined"
        counts = self._counts(referral, said, arrived_at)
        assert self.deliver(self.answer(kind, id_, arrived_at, **more), arrived_at) == counts

    @staticmethod
    def _outcome(approves: bool) -> tuple[type[contract.Answer], dict[str, Any]]:
        if approves:
            return contract.ReferralApproved, {"amount": {"amount": "300000.00"}, "term_months": 24}
        return contract.ReferralDeclined, {"reason": "no_funds"}

    def _counts(self, referral: Modelled, said: str, arrived_at: datetime) -> bool:
        if referral.outcome in ("withdrawn", said):
            return True
        if referral.outcome == "declined" or (referral.outcome == "open" and arrived_at > referral.due):
            return False
        referral.outcome = said
        return True

    @precondition(lambda self: self.referrals)
    @rule(which=st.integers(0, 3))
    def mistype(self, which: int) -> None:
        self.slip(list(self.referrals)[which % len(self.referrals)])

    @invariant()
    def the_store_agrees(self) -> None:
        rows, now = self.rows("referral"), self.time.now()
        assert set(rows) == set(self.referrals)
        for id_, referral in self.referrals.items():
            silent = "lapsed" if now > referral.due else "sent"
            assert rows[id_]["state"] == (silent if referral.outcome == "open" else referral.outcome)
            assert not (referral.recalled and rows[id_]["papers"])
        assert {id_: row["revoked_at"] is not None for id_, row in self.rows("consent").items()} == self.consents
        assert not any(row["papers_held"] for id_, row in self.rows("consent").items() if self.consents[id_])

    @invariant()
    def the_partner_erases_what_was_taken_back_and_nothing_else(self) -> None:
        recalled = sorted(str(id_) for id_, referral in self.referrals.items() if referral.recalled)
        assert sorted(told["referral_id"] for told in self.told(contract.ReferralWithdrawn)) == recalled
        kept = {str(id_) for id_, row in self.rows("referral").items() if row["papers"]}
        for sent in self.told(contract.Referral):
            assert ("need" in sent) == (sent["referral_id"] in kept)

    @invariant()
    def what_was_refused_is_seen_and_blocks_nothing(self) -> None:
        assert self.letters() == self.refused
        assert self.do(self.stage.rows("SELECT * FROM blocked_key")) == []

    def all_holds(self) -> None:
        self.the_store_agrees()
        self.the_partner_erases_what_was_taken_back_and_nothing_else()
        self.what_was_refused_is_seen_and_blocks_nothing()


def every_way(pair: Pair) -> Iterator[object]:
    """What went under a consent that another replaced, what lapsed and was approved in time, and what ended."""
    yield pair.begin()
    yield pair.agree(("need",))
    yield pair.revoke(1)
    yield pair.agree(("identity", "contact", "need"))
    yield pair.send()
    yield pair.mistype(1)
    yield pair.say(1, approves=True, before=12, held=21)
    yield pair.agree(("need",))
    yield pair.revoke(2)
    yield pair.agree(("identity", "contact", "need", "capacity"))
    yield pair.send()
    yield pair.say(2, approves=False, before=0, held=0)
    yield pair.send()
    yield pair.say(3, approves=True, before=21, held=0)
    yield pair.revoke(4)


async def test_every_way_back_is_walked(stage: StageUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    await trodden(Pair, every_way, Pair.all_holds, stage, monkeypatch)


async def test_what_a_firm_takes_back_is_taken_back(stage: StageUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    await walked(Pair, stage, monkeypatch)
