"""What buyers answer beside a plain model of it, over HTTP and on a real store, while everything around it changes:
the demand, the diagnosis, whether the firm takes part. Nothing but a buyer's word changes what a buyer said.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from httpx import AsyncClient
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.matching.domain.match import match_id
from shared.contracts.registration import SupplierWithdrawn
from shared.days import day_of
from shared.runtime.clock import now
from shared.testing.stage import StageUnderTest
from tests.matching.given import ANCHOR, REGISTERED, completed, registered
from tests.matching.test_api import SPECIFICATION, joined
from tests.walking import Do, tread, walk

ASKED = st.sampled_from((0, 0, 0, 1))
"""Which of two requirements: mostly one, so that a walk of some steps comes somewhere."""
BUYERS = st.sampled_from(("ana", "berta"))
PIECES = st.sampled_from((40_000, 40_000, 40_000, 100_000, 100_001))
"""The last is more than is asked."""

Said = tuple[str, str, str, int | None]
"""Act, author, reason, pieces."""

BEFORE: dict[str, set[str]] = {
    "shortlist": {"found", "shortlisted", "declined", "ended"},
    "decline": {"found", "shortlisted", "declined", "ended"},
    "award": {"found", "shortlisted", "ended"},
    "correct": {"awarded"},
    "end": {"awarded", "ended"},
}
STANDING = {
    "shortlist": "shortlisted",
    "decline": "declined",
    "award": "awarded",
    "correct": "awarded",
    "end": "ended",
}


class Buying(RuleBasedStateMachine):
    """Two requirements of one anchor, one firm, two buyers."""

    def __init__(self, do: Do, stage: StageUnderTest, client: AsyncClient) -> None:
        super().__init__()
        self.do, self.stage, self.client, self.firm = do, stage, client, uuid4()
        self.ids: list[UUID] = []
        self.open, self.fits = [True, True], [True, True]
        self.blocked, self.gone, self.times = False, False, 0
        self.said: list[list[Said]] = [[], []]
        self.holds = [False, False]

    @initialize(first=st.sampled_from(("award", "award", "shortlist", "decline", "")))
    def begin(self, first: str) -> None:
        """Mostly with something said already: a walk has some steps only."""
        self.do(self.stage.consume(joined()))
        for _ in range(2):
            body = {"specification": SPECIFICATION}
            self.ids.append(UUID(self.ask("POST", "/requirements", body=body)[1]["id"]))
        self.register()
        self.diagnose(critical=False)
        if first == "award":
            self.award(0, "ana", 40_000)
        elif first == "shortlist":
            self.shortlist(0, "ana")
        elif first == "decline":
            self.decline(0, "ana", "price")

    def ask(self, method: str, path: str, who: str = "ana", body: Any = None) -> tuple[int, dict[str, Any]]:
        headers = self.stage.headers("anchor", subject=who, anchor_id=ANCHOR) | {"If-Match": "*"}
        answer = self.do(self.client.request(method, path, json=body, headers=headers))
        return answer.status_code, answer.json()

    def standing(self, which: int) -> str:
        return STANDING[self.said[which][-1][0]] if self.said[which] else "found"

    def decide(self) -> None:
        """What the rules make of the world, whatever is awarded."""
        for which in (0, 1):
            self.holds[which] = self.open[which] and self.fits[which] and not self.gone

    # What happens around the answers.

    @precondition(lambda self: self.gone)
    @rule()
    def register(self) -> None:
        self.times += 1
        self.gone = False
        event = registered().model_copy(update={"registered_at": REGISTERED + timedelta(hours=self.times)})
        self.do(self.stage.consume(event.model_copy(update={"supplier_id": self.firm})))
        self.decide()

    @precondition(lambda self: not self.gone)
    @rule()
    def withdraw(self) -> None:
        self.times += 1
        self.gone = True
        at = REGISTERED + timedelta(hours=self.times)
        self.do(self.stage.consume(SupplierWithdrawn(supplier_id=self.firm, reason="asked", withdrawn_at=at)))
        self.decide()

    @rule(critical=st.booleans())
    def diagnose(self, *, critical: bool) -> None:
        self.times += 1
        self.blocked = critical
        event = completed(*(["T05"] if critical else []), version=self.times)
        self.do(self.stage.consume(event.model_copy(update={"supplier_id": self.firm})))
        self.decide()

    @rule(which=ASKED, material=st.sampled_from(("acero", "zinc")))
    def change(self, which: int, material: str) -> None:
        """Mistyped, or put back."""
        body = SPECIFICATION | {"materials": [material]}
        status, _ = self.ask("PUT", f"/requirements/{self.ids[which]}", body=body)
        assert status == (200 if self.open[which] else 409)
        if self.open[which]:
            self.fits[which] = material == "acero"
        self.swept()

    @rule(which=ASKED)
    def close_or_reopen(self, which: int) -> None:
        path, body = f"/requirements/{self.ids[which]}", {"open_until": str(day_of(now()) + timedelta(days=30))}
        act, body = ("closure", {"reason": "filled"}) if self.open[which] else ("reopening", body)
        assert self.ask("POST", f"{path}/{act}", body=body)[0] == 200
        self.open[which] = not self.open[which]
        self.swept()

    def swept(self) -> None:
        self.do(self.stage.sweep())
        self.decide()

    # What buyers say.

    @rule(which=ASKED, who=BUYERS)
    def shortlist(self, which: int, who: str) -> None:
        self.say(which, ("shortlist", who, "", None), "POST", "answer", {"answer": "shortlisted"})

    @rule(which=ASKED, who=BUYERS, reason=st.sampled_from(("price", "quality")))
    def decline(self, which: int, who: str, reason: str) -> None:
        self.say(which, ("decline", who, reason, None), "POST", "answer", {"answer": "declined", "reason": reason})

    @rule(which=ASKED, who=BUYERS, pieces=PIECES)
    def award(self, which: int, who: str, pieces: int) -> None:
        self.say(which, ("award", who, "", pieces), "POST", "award", bought(pieces))

    @precondition(lambda self: "awarded" in {self.standing(0), self.standing(1)})
    @rule(which=ASKED, who=BUYERS, pieces=PIECES)
    def correct(self, which: int, who: str, pieces: int) -> None:
        body = bought(pieces) | {"reason": "mistyped"}
        self.say(which, ("correct", who, "mistyped", pieces), "PUT", "award", body)

    @precondition(lambda self: bool({"awarded", "ended"} & {self.standing(0), self.standing(1)}))
    @rule(which=ASKED, who=BUYERS, reason=st.sampled_from(("quality", "mistyped")))
    def end(self, which: int, who: str, reason: str) -> None:
        self.say(which, ("end", who, reason, None), "POST", "award/end", {"reason": reason})
        self.decide()

    def say(self, which: int, said: Said, method: str, path: str, body: dict[str, Any]) -> None:
        status, _ = self.ask(method, f"/matches/{match_id(self.firm, self.ids[which])}/{path}", said[1], body)
        assert (status == 200) == (self.repeats(which, said) or self.allows(which, said)), (said, status)
        if status == 200 and not self.repeats(which, said):
            self.said[which].append(said)

    def heard(self, which: int, said: Said) -> bool:
        """Whether anything can be said: of a match that holds, of an award, and of why one ended."""
        return self.holds[which] or self.standing(which) == "awarded" or said[0] == "end"

    def repeats(self, which: int, said: Said) -> bool:
        """Whether it is what was said last, whoever says it; a correction that corrects nothing too."""
        if not self.heard(which, said) or not self.said[which] or (said[3] or 0) > 100_000:
            return False
        act, _, reason, pieces = self.said[which][-1]
        same = STANDING[act] == STANDING[said[0]] and pieces == said[3]
        return same and (said[0] == "correct" or reason == said[2])

    def allows(self, which: int, said: Said) -> bool:
        introduced = said[0] not in {"shortlist", "award"} or not self.blocked
        fits = (said[3] or 0) <= 100_000
        return self.heard(which, said) and introduced and fits and self.standing(which) in BEFORE[said[0]]

    @invariant()
    def every_word_is_there(self) -> None:
        for which, id_ in enumerate(self.ids):
            status, found = self.ask("GET", f"/matches/{match_id(self.firm, id_)}")
            assert status == (200 if self.holds[which] or self.said[which] else 404)
            if status == 200:
                shown = [
                    (each["act"], each["by"], each["reason"] or "", each["annual_volume"]) for each in found["answers"]
                ]
                assert shown == self.said[which]
                assert (found["standing"], found["holds"]) == (self.standing(which), self.holds[which])


def bought(pieces: int) -> dict[str, Any]:
    return {"annual_value": {"amount": f"{pieces * 10}.00", "currency": "MXN"}, "annual_volume": pieces}


def every_way(buying: Buying) -> Iterator[object]:
    """What is refused, each act once it can be said, and all that may change around them."""
    yield buying.begin("award")
    yield buying.decline(0, "berta", "price")
    yield buying.award(1, "ana", 100_001)
    yield buying.correct(0, "ana", 100_001)
    yield buying.correct(0, "berta", 100_000)
    yield buying.correct(0, "ana", 100_000)
    yield buying.withdraw()
    yield buying.shortlist(1, "ana")
    yield buying.register()
    yield buying.shortlist(1, "ana")
    yield buying.shortlist(1, "berta")
    yield buying.diagnose(critical=True)
    yield buying.award(1, "berta", 40_000)
    yield buying.decline(1, "berta", "price")
    yield buying.award(1, "ana", 40_000)
    yield buying.change(0, "zinc")
    yield buying.end(0, "ana", "quality")
    yield buying.end(0, "berta", "mistyped")
    yield buying.award(0, "ana", 40_000)
    yield buying.change(0, "acero")
    yield buying.shortlist(0, "ana")
    yield buying.diagnose(critical=False)
    yield buying.close_or_reopen(0)
    yield buying.award(0, "ana", 40_000)
    yield buying.close_or_reopen(0)
    yield buying.award(0, "ana", 40_000)


async def test_every_way_of_an_answer_is_walked(stage: StageUnderTest) -> None:
    client = stage.client
    await tread(lambda do: Buying(do, stage, client), every_way, Buying.every_word_is_there)


async def test_whatever_changes_around_them_answers_stay(stage: StageUnderTest) -> None:
    client = stage.client  # made on this loop, where its workers are
    await walk(lambda do: Buying(do, stage, client))
