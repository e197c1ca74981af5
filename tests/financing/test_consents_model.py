"""Consent, replacement, revocation, answers (right, wrong, late, twice, out of order), timers, erasure and leaving,
beside a plain model: in the handlers alone, and at length on the store.
"""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from shared.testing.stage import StageUnderTest
from tests import walking
from tests.financing.modelled import DAYS, RUNNING, SAYS, Firm, Given
from tests.financing.walk import Time
from tests.financing.worlds import Pure, Stored, World
from tests.walking import Do

PARTNERS = st.sampled_from(tuple(DAYS))
CLASSES = st.sampled_from((("identity", "contact", "need"), ("identity", "need"), ("need",)))
AMOUNTS = st.sampled_from((0, 1, 100_000, 300_000, 330_000, 330_001))
WHICH = st.integers(0, 5)


class Together(RuleBasedStateMachine):
    """A firm in its world, beside the model of it."""

    make: Callable[[], World] = Pure

    def __init__(self) -> None:
        super().__init__()
        self.world, self.firm = self.make(), Firm()

    @initialize()
    def begin(self) -> None:
        """Referred to both, as most of what can go wrong wants it."""
        for partner in DAYS:
            self.consent(partner, ("identity", "contact", "need"), 300)
            self.refer(partner)

    @rule(partner=PARTNERS, classes=CLASSES, days=st.sampled_from((5, 60, 300)))
    def consent(self, partner: str, classes: tuple[str, ...], days: int) -> None:
        given = Given(partner, classes, (self.world.now() + timedelta(days=days)).date())
        outcome = self.world.give(partner, classes, days)
        if self.firm.left:
            assert outcome == "supplier_withdrawn"
            return
        assert isinstance(outcome, UUID)
        if not self.firm.repeats(given):
            assert outcome not in self.firm.consents
            self.firm.give(outcome, given)

    @precondition(lambda self: self.firm.consents)
    @rule(which=WHICH)
    def revoke(self, which: int) -> None:
        consent = list(self.firm.consents)[which % len(self.firm.consents)]
        self.world.revoke(consent)
        self.firm.revoke(consent)

    @rule(partner=PARTNERS)
    def refer(self, partner: str) -> None:
        now = self.world.now()
        refused = self.firm.refuses_referral(partner, now)
        outcome = self.world.refer(partner)
        if refused is not None:
            assert outcome == refused
            return
        assert isinstance(outcome, UUID)
        self.firm.send(outcome, partner, now)

    @precondition(lambda self: self.firm.referrals)
    @rule(which=WHICH, said=st.sampled_from((("acknowledge", 0), ("approve", 300_000), ("pay", 100_000))))
    def go_well(self, which: int, said: tuple[str, int]) -> None:
        self.answer(which, said[0], said[1], 0, slip=False)

    @precondition(lambda self: self.firm.referrals)
    @rule(
        which=WHICH,
        kind=st.sampled_from(tuple(SAYS)),
        amount=AMOUNTS,
        held=st.sampled_from((0, 0, 1, 10, 30)),
        slip=st.sampled_from((False, False, False, True)),
    )
    def answer(self, which: int, kind: str, amount: int, held: int, slip: bool) -> None:
        """The broker has had it for some days when the program gets to it; now and then another partner says it."""
        id_ = list(self.firm.referrals)[which % len(self.firm.referrals)]
        sent, now = self.firm.referrals[id_], self.world.now()
        arrived_at = max(now - timedelta(days=held), sent.sent_at)
        counts = not slip and sent.counts(kind, amount, arrived_at)
        partner = "bancomext" if slip else sent.partner
        assert self.world.say(kind, id_, partner, amount, arrived_at) == counts
        if counts:
            sent.hear(kind, amount, arrived_at, now)

    @precondition(lambda self: self.firm.referrals)
    @rule(which=WHICH)
    def inform(self, which: int) -> None:
        id_ = list(self.firm.referrals)[which % len(self.firm.referrals)]
        sent, now = self.firm.referrals[id_], self.world.now()
        assert self.world.inform(id_) == (sent.state == "info_requested")
        if sent.state == "info_requested":
            sent.state, sent.due = "in_review", now + timedelta(days=DAYS[sent.partner])

    @rule(days=st.sampled_from((1, 7, 15, 21, 91, 366)))
    def wait(self, days: int) -> None:
        self.world.wait(days)
        self.firm.pass_time(self.world.now())

    @rule(leaves=st.sampled_from((True, False, False)))
    def leave_or_come_back(self, leaves: bool) -> None:
        if leaves:
            self.world.leave()
            self.firm.leave()
        else:
            self.world.come_back()
            self.firm.left = False

    @invariant()
    def both_say_the_same(self) -> None:
        known = {id_: (each.state, each.papers) for id_, each in self.firm.referrals.items()}
        assert self.world.referrals() == known
        assert self.world.consents() == {id_: (each.revoked, each.papers) for id_, each in self.firm.consents.items()}
        told = self.world.recalled()
        assert sorted(told) == sorted(id_ for id_, each in self.firm.referrals.items() if each.recalled)

    @invariant()
    def nothing_is_held_that_no_consent_holds(self) -> None:
        """What the words of every consent promise, of the model too."""
        for given in self.firm.consents.values():
            assert not (given.papers and (given.revoked or self.world.now() >= given.over_at))
        for sent in self.firm.referrals.values():
            assert not (sent.recalled and (sent.papers or sent.state in RUNNING))


@pytest.mark.long
async def test_the_store_and_the_model_say_the_same(stage: StageUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same rules, over HTTP, topics and time."""
    stage.router  # noqa: B018 - its modules are there before their clock is set
    time = Time(monkeypatch)

    def machine(do: Do) -> Together:
        return type("Kept", (Together,), {"make": lambda self: Stored(do, stage, time)})()

    await walking.walk(machine, settings(walking.WALKS, max_examples=12, stateful_step_count=15))


def test_handlers_and_model_say_the_same() -> None:
    how = settings(walking.WALKS, max_examples=25, stateful_step_count=25, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Together, settings=how)
