"""Consent, replacement, revocation, answers (right, wrong, late, twice, out of order), timers, erasure, leaving and
suspended partners, beside a plain model: in the handlers alone, and at length on the store.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from services.financing.domain.case import Case
from shared.testing.stage import StageUnderTest
from tests import walking
from tests.financing.breaks_of_consents import BREAKS, Break
from tests.financing.modelled import LEAST, Firm, Given
from tests.financing.modelled_referral import ASKED, MOST, RUNNING, SAYS, Sent
from tests.financing.walk import Stopped
from tests.financing.worlds import Pure, Stored, World, seen
from tests.walking import Do

PARTNERS = st.sampled_from(("nafin", "nafin", "cluster"))
CLASSES = st.sampled_from((LEAST, (*LEAST, "standing"), ("need",)))
SLIPS = st.sampled_from((*[""] * 8, "of another partner", "of the future", "of the past"))
WHICH = st.sampled_from((0, 0, 0, 1, 2, 3))
"""The newest more often than others."""
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
NTH = st.integers(0, 59)
"""Of as many as there are."""


FIGURES: dict[str, Callable[[Sent], tuple[int, ...]]] = {
    "acknowledge": lambda _: (17, 0, 18),
    "ask": lambda _: (2024, 2025),
    "approve": lambda sent: (ASKED, MOST, sent.approved or ASKED, MOST + 1, 0),
    "decline": lambda _: (0,),
    "pay": lambda sent: (100_000, (sent.approved or 0) - sent.paid, (sent.approved or 0) - sent.paid + 1, 0),
    "correct": lambda sent: (1, 2, sent.paid, sent.approved or 1, (sent.approved or 1) + 1, 0),
}
"""What a partner may say it of: money, or the year of a paper."""
LIKELY = ("acknowledge", "ask", "ask", "approve", "approve", "decline", "pay", "pay", "pay", "correct", "correct")
"""What ends all, less often."""
ARRIVALS: dict[str, Callable[[Sent, datetime], datetime]] = {
    "now": lambda _, now: now,
    "days ago": lambda _, now: now - 3 * DAY,
    "when it was due": lambda sent, now: sent.lapsed_at or sent.due or now,
    "too late": lambda sent, now: (sent.lapsed_at or sent.due or now) + SECOND,
    "before the last word": lambda sent, now: (sent.heard_at or now) - SECOND,
    "before the last folio": lambda sent, now: (sent.folio_at or now) - SECOND,
    "before the correction": lambda sent, now: (sent.corrected_at or now) - SECOND,
}
"""When the broker had it: the program gets to it now."""


class Answered(RuleBasedStateMachine):
    """A firm in its world, beside the model of it: a referral, its partner's answers, and time."""

    make: Callable[[], World] = Pure

    def __init__(self) -> None:
        super().__init__()
        self.world, self.firm = self.make(), Firm()
        self.looked_at = self.world.now()
        self.said: tuple[UUID, str, int] | None = None

    @initialize()
    def begin(self) -> None:
        self.agree("nafin", LEAST, 300)
        self.refer("nafin")

    def agree(self, partner: str, classes: tuple[str, ...], days: int) -> None:
        expires_on = (self.world.now() + timedelta(days=days)).date()
        given = Given(partner, classes, expires_on, self.firm.partners[partner].erase)
        outcome, refused = self.world.give(partner, classes, days), self.firm.refuses_consent(partner)
        if refused is not None:
            assert outcome == refused
            return
        assert isinstance(outcome, UUID)
        if not self.firm.repeats(given):
            assert outcome not in self.firm.consents
            self.firm.give(outcome, given)

    @rule(partner=PARTNERS)
    def refer(self, partner: str) -> None:
        refused = self.firm.refuses_referral(partner, self.world.now())
        outcome = self.world.refer(partner)
        if refused is not None:
            assert outcome == refused
            return
        assert isinstance(outcome, UUID)
        self.firm.send(outcome, partner, self.world.now())

    def chosen(self, which: int) -> tuple[UUID, Sent]:
        return [*self.firm.referrals.items()][-1 - which % len(self.firm.referrals)]

    @rule(which=WHICH, kind=NTH, figure=NTH, arrival=st.sampled_from(("now", "now", "now", "before the last word")))
    def answer(self, which: int, kind: int, figure: int, arrival: str) -> None:
        """With what can be said as it is, of what lapsed while it was time, and with whatever crosses a withdrawal."""
        _, sent = self.chosen(which)
        fit = [kind for kind in LIKELY if sent.recalled or sent.state in SAYS[kind]]
        if fit:
            arrival = "when it was due" if sent.state == "lapsed" else arrival
            self.answer_somehow(which, fit[kind % len(fit)], figure, arrival, "")
        else:
            self.refer(sent.partner)

    @precondition(lambda self: self.said)
    @rule()
    def say_it_again(self) -> None:
        assert self.said is not None
        self.hear(*self.said, self.world.now())

    @rule(
        which=WHICH, kind=st.sampled_from(tuple(SAYS)), figure=NTH, arrival=st.sampled_from(tuple(ARRIVALS)), slip=SLIPS
    )
    def answer_somehow(self, which: int, kind: str, figure: int, arrival: str, slip: str) -> None:
        id_, sent = self.chosen(which)
        now, figures = self.world.now(), FIGURES[kind](sent)
        amount = figures[figure % len(figures)]
        note(f"{kind} {amount} of {sent}")
        arrived_at = max(min(ARRIVALS[arrival](sent, now), now), sent.sent_at)
        if not slip:
            self.hear(id_, kind, amount, arrived_at)
            return
        misdated = {"of the future": arrived_at + 2 * DAY, "of the past": sent.sent_at - 2 * DAY}
        answered_at = misdated.get(slip, arrived_at)
        partner = sent.partner if slip in misdated else "bancomext"
        why = "answered_at_implausible" if slip in misdated else "referral_of_another_partner"
        assert self.world.say(kind, id_, partner, amount, arrived_at, answered_at) == why

    def hear(self, id_: UUID, kind: str, amount: int, arrived_at: datetime) -> None:
        self.said = id_, kind, amount
        # Between one and the next some time goes by, or nothing was before anything else.
        self.world.wait(timedelta(minutes=1))
        sent = self.firm.referrals[id_]
        why = self.world.say(kind, id_, sent.partner, amount, arrived_at, arrived_at)
        erase = self.firm.partners[sent.partner].erase
        assert why == sent.hear(kind, amount, arrived_at, self.world.now(), erase)

    @rule(which=WHICH)
    def inform(self, which: int) -> None:
        id_, sent = self.chosen(which)
        assert self.world.inform(id_) == self.firm.inform(sent, self.world.now())

    @rule(days=st.sampled_from((1, 1, 3, 7, 15, 21, 91, 366)), looks=st.sampled_from((True, True, False)))
    def wait(self, days: int, looks: bool) -> None:
        self._wait(days * DAY, looks)

    @rule(slip=st.sampled_from((-SECOND, 0 * SECOND, SECOND)), looks=st.sampled_from((True, True, False)))
    def wait_for_what_comes_next(self, slip: timedelta, looks: bool) -> None:
        now = self.world.now()
        next_ = min((at for at in self._moments() if at > now), default=None)
        if next_ is not None and next_ + slip > now:
            self._wait(next_ + slip - now, looks)

    def _moments(self) -> list[datetime]:
        referrals = (at for each in self.firm.referrals.values() for at in (each.remind_at, each.due, each.erase_at))
        over = (each.over_at for each in self.firm.consents.values() if each.papers)
        return [at for at in (*referrals, *over) if at is not None]

    def _wait(self, time: timedelta, looks: bool) -> None:
        self.world.wait(time)
        if looks:
            self.looked_at = self.world.now()
            self.world.look()
            self.firm.look(self.looked_at)

    @invariant()
    def both_say_the_same(self) -> None:
        case = self.world.case()
        self.of_referrals(case)
        self.of_consents(case)
        self.of_what_is_told()

    def of_referrals(self, case: Case) -> None:
        assert seen(case) == {id_: each.seen() for id_, each in self.firm.referrals.items()}

    def of_consents(self, case: Case) -> None:
        assert {each.id: (each.revoked_at is not None, each.papers is not None) for each in case.consents} == {
            id_: (each.revoked, each.papers) for id_, each in self.firm.consents.items()
        }

    def of_what_is_told(self) -> None:
        assert sorted(self.world.told()) == sorted(self.firm.tell())

    @invariant()
    def nothing_is_held_that_no_consent_holds(self) -> None:
        """What the words of every consent promise, of the model too."""
        for given in self.firm.consents.values():
            assert not (given.papers and (given.revoked or self.looked_at >= given.over_at))
        for sent in self.firm.referrals.values():
            assert not (sent.recalled and (sent.papers or sent.state in RUNNING))


class Paid(Answered):
    """The same of what is approved, and paid in part."""

    @initialize()
    def begin(self) -> None:
        super().begin()
        [id_] = self.firm.referrals
        for kind, amount in (("approve", ASKED), ("pay", 100_000)):
            self.both_say_the_same()
            self.hear(id_, kind, amount, self.world.now())


class Together(Answered):
    """All that firm, partners and operators can do."""

    @initialize()
    def begin(self) -> None:
        """Referred to both, as most of what can go wrong wants it."""
        for partner in self.firm.partners:
            self.agree(partner, LEAST, 300)
            self.refer(partner)

    @rule(partner=PARTNERS, classes=CLASSES, days=st.sampled_from((5, 60, 300)))
    def consent(self, partner: str, classes: tuple[str, ...], days: int) -> None:
        self.agree(partner, classes, days)

    @rule(which=WHICH)
    def revoke(self, which: int) -> None:
        consent = [*self.firm.consents][-1 - which % len(self.firm.consents)]
        self.world.revoke(consent)
        self.firm.revoke(consent)

    @rule(partner=PARTNERS, takes=st.booleans(), days=st.sampled_from((90, 30, 120)))
    def agree_anew(self, partner: str, takes: bool, days: int) -> None:
        self.world.change(partner, takes, days)
        agreed = self.firm.partners[partner]
        agreed.takes, agreed.erase = takes, days * DAY

    @rule(leaves=st.sampled_from((True, False, False)))
    def leave_or_come_back(self, leaves: bool) -> None:
        if leaves:
            self.world.leave()
            self.firm.leave()
        else:
            self.world.come_back()
            self.firm.left = False


WALKS = settings(walking.WALKS, stateful_step_count=20)
MACHINES = {Together: 200, Answered: 110, Paid: 80}
"""How many walks each takes."""


@pytest.mark.parametrize("machine", MACHINES)
def test_handlers_and_model_say_the_same(machine: type[Answered]) -> None:
    run_state_machine_as_test(machine, settings=settings(WALKS, max_examples=MACHINES[machine]))


def walk_all() -> None:
    """To the first walk that fails. More of them than above: what is rare is seen there in most runs, here in all."""
    once = settings(WALKS, phases=(Phase.generate,), report_multiple_bugs=False)
    for machine, walks in MACHINES.items():
        run_state_machine_as_test(machine, settings=settings(once, max_examples=4 * walks))


@pytest.mark.long
@pytest.mark.parametrize(("broken", "seen_by"), BREAKS, ids=[each.__name__ for each, _ in BREAKS])
def test_the_walks_see_what_is_broken(broken: Break, seen_by: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is to be seen, and not by something else that the break upsets."""
    broken(monkeypatch)
    with pytest.raises(AssertionError) as failed:
        walk_all()
    assert failed.traceback[-1].name in seen_by


@pytest.mark.long
async def test_the_store_and_the_model_say_the_same(stage: StageUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same rules, over HTTP, topics and time."""
    stage.router  # noqa: B018 - its modules are there before their clock is set
    time = Stopped(monkeypatch)

    def machine(do: Do) -> Together:
        return type("Kept", (Together,), {"make": lambda self: Stored(do, stage, time)})()

    await walking.walk(machine, settings(walking.WALKS, max_examples=25, stateful_step_count=20))
