"""What people do with a diagnosis beside a plain model of it, over HTTP and on a real store.

Last write: nobody writes over what they have not seen, and every sheet is kept. Who took part never validates. No state
is a trap.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import httpx
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from shared.contracts.matching import AlignedRequirement, OfferingAligned
from shared.testing.stage import StageUnderTest
from tests.diagnosis.builders import ANCHOR, levels_at, sheet
from tests.walking import Do, tread, walk

QUESTIONS = st.sampled_from(("T01", "T02", "A01"))
COLLEAGUES = st.sampled_from(("ana", "berta"))
STAFF = ("carla", "diego")
"""Few: so that a walk of some steps finds one of them where they must not be."""
ANYBODY = st.sampled_from(("", "", *STAFF))
"""Mostly whoever is assigned."""
LEVELS = st.integers(1, 4)


def aligned(firm: UUID) -> OfferingAligned:
    asked = AlignedRequirement(
        requirement_id=uuid4(), anchor_id=ANCHOR, area="P05", score=9_000, targets={}, must_have=()
    )
    return OfferingAligned(supplier_id=firm, requirements=(asked,), rules="2026.1")


class Walk(RuleBasedStateMachine):
    def __init__(self, do: Do, stage: StageUnderTest) -> None:
        super().__init__()
        self.do, self.stage, self.firm = do, stage, uuid4()
        self.path = f"/diagnoses/{self.firm}"

    def open(self) -> None:
        self.do(self.stage.consume(aligned(self.firm)))

    def ask(self, method: str, path: str, who: str, role: str, seen: str = "*", body: Any = None) -> httpx.Response:
        bound = self.firm if role == "supplier" else None
        headers = self.stage.headers(role, subject=who, supplier_id=bound) | {"If-Match": seen}
        answer: httpx.Response = self.do(
            self.stage.client.request(method, f"{self.path}{path}", json=body, headers=headers)
        )
        return answer

    def kept(self) -> list[tuple[str, str, int]]:
        page = self.ask("GET", "/sheets", "operator", "operator").json()
        return [(each["kind"], each["by"], each["levels"]["T01"]) for each in page["items"]]


class Questionnaire(Walk):
    """Two people of one firm at its questionnaire, each with what they saw last."""

    def __init__(self, do: Do, stage: StageUnderTest) -> None:
        super().__init__(do, stage)
        self.said: dict[str, tuple[int, str]] = {}
        """By question, its level and who said so."""
        self.times: dict[str, int] = {}
        """How many times its answer became another one."""
        self.seen: dict[tuple[str, str], tuple[str, int]] = {}
        self.last: tuple[str, dict[str, tuple[int, str]]] | None = None
        self.sheets: list[tuple[str, str, int]] = []

    @initialize()
    def begin(self) -> None:
        self.open()

    @rule(who=COLLEAGUES, question=QUESTIONS)
    def look(self, who: str, question: str) -> None:
        answer = self.ask("GET", f"/draft/{question}", who, "supplier")
        self.seen[who, question] = answer.headers["ETag"], self.times.get(question, 0)

    @rule(who=COLLEAGUES, question=QUESTIONS, level=LEVELS)
    def answer(self, who: str, question: str, level: int) -> None:
        if (who, question) not in self.seen:
            self.look(who, question)
        tag, times = self.seen[who, question]
        answer = self.ask("PUT", f"/draft/{question}", who, "supplier", tag, {"level": level})
        now = self.times.get(question, 0)
        assert answer.status_code == (200 if times == now else 412)
        if answer.is_success and self.said.get(question) != (level, who):
            self.said[question], self.times[question] = (level, who), now + 1

    @rule(who=COLLEAGUES, level=LEVELS)
    def whole(self, who: str, level: int) -> None:
        drafted = self.drafted()
        assert self.ask("POST", "/self-assessment", who, "supplier", "*", sheet(levels_at(level))).status_code == 200
        self.given(who, dict.fromkeys(levels_at(level), (level, who)), drafted)

    @rule(who=COLLEAGUES)
    def submit(self, who: str) -> None:
        drafted = self.drafted()
        answer = self.ask("POST", "/draft/submission", who, "supplier")
        assert answer.status_code == (200 if self.last else 422)
        if answer.is_success:
            self.given(who, self.said, drafted)

    def drafted(self) -> list[str]:
        unsubmitted: list[str] = self.ask("GET", "/draft", "ana", "supplier").json()["unsubmitted"]
        return unsubmitted

    def given(self, who: str, said: dict[str, tuple[int, str]], drafted: list[str]) -> None:
        """A sheet; the same once more by the same person is none."""
        new = self.last != (who, said)
        self.said, self.last = dict(said), (who, dict(said))
        for question in said if new else drafted:
            self.times[question] = self.times.get(question, 0) + 1
        if new:
            self.sheets.append(("self_assessment", who, said["T01"][0]))
        assert self.drafted() == [], "what was handed in is no draft any more"

    @invariant()
    def every_word_is_there(self) -> None:
        answers = self.ask("GET", "/draft", "ana", "supplier").json()["answers"]
        shown = {each["question"]: each["level"] for each in answers if each["level"] is not None}
        assert shown == {question: level for question, (level, _) in self.said.items()}
        assert self.kept() == self.sheets


class People(Walk):
    """Anybody does anything; the model says what the rules let through."""

    def __init__(self, do: Do, stage: StageUnderTest) -> None:
        super().__init__(do, stage)
        self.status = "open"
        self.assessor, self.validator = "", ""
        self.took_part: set[str] = set()
        self.validated: set[str] = set()
        self.sheets: list[tuple[str, str, int]] = []
        self.level = 0
        """Of the version that counts; 0 while there is none."""

    @initialize(begun=st.sampled_from(("submitted", "assessed", "completed", "completed")))
    def begin(self, begun: str) -> None:
        """Mostly at the end, which few walks come to by chance, and from where there are most ways."""
        self.open()
        self.assign("carla", "diego")
        self.submit("elena", 3)
        if begun != "submitted":
            self.assess("", 3)
        if begun == "completed":
            self.validate("", 3)

    def post(self, step: str, who: str, role: str, level: int) -> bool:
        notes = dict.fromkeys(levels_at(level), "seen")
        body = sheet(levels_at(level)) | {"notes": notes}
        answer = self.ask("POST", f"/{step}", who, role, "*", body)
        assert answer.status_code in (200, 403, 409), answer.text
        return answer.is_success

    def given(self, kind: str, who: str, level: int) -> None:
        last = next((each for each in reversed(self.sheets) if each[0] == kind), None)
        if last != (kind, who, level) or not self.repeated:
            self.sheets.append((kind, who, level))

    repeated = False
    """Whether the status was there before: a repeat in it says nothing."""

    def to(self, status: str) -> None:
        self.repeated, self.status = self.status == status, status

    @rule(assessor=st.sampled_from(STAFF), validator=st.sampled_from(STAFF))
    def assign(self, assessor: str, validator: str) -> None:
        body = {"assessor": assessor, "validator": validator}
        allowed = assessor != validator and validator not in self.took_part and assessor not in self.validated
        assert self.ask("PUT", "/assignment", "operator", "operator", "*", body).is_success == allowed
        if allowed:
            self.assessor, self.validator = assessor, validator

    @rule(who=st.sampled_from((*STAFF, "elena")), level=LEVELS)
    def submit(self, who: str, level: int) -> None:
        """Also by who has another role besides."""
        allowed = self.status in ("open", "submitted")
        assert self.post("self-assessment", who, "supplier", level) == allowed
        if allowed:
            self.to("submitted")
            self.given("self_assessment", who, level)
            self.took_part.add(who)

    @rule(who=st.sampled_from((*STAFF, "elena")), level=LEVELS)
    def draft(self, who: str, level: int) -> None:
        allowed = self.status in ("open", "submitted")
        answer = self.ask("PUT", "/draft/T02", who, "supplier", "*", {"level": level})
        assert answer.is_success == allowed
        if allowed:
            shown = self.ask("GET", "/draft", "ana", "supplier").json()["unsubmitted"]
            self.took_part |= {who} if shown else set()

    @rule(who=ANYBODY, level=LEVELS)
    def assess(self, who: str, level: int) -> None:
        who = who or self.assessor
        allowed = self.status in ("submitted", "assessed") and who == self.assessor
        assert self.post("assessment", who, "assessor", level) == allowed
        if allowed:
            self.to("assessed")
            self.given("assessment", who, level)
            self.took_part.add(who)

    @rule(who=ANYBODY, level=LEVELS)
    def validate(self, who: str, level: int) -> None:
        who = who or self.validator
        allowed = self.status in ("assessed", "completed") and who == self.validator and who not in self.took_part
        assert self.post("validation", who, "expert", level) == allowed
        if allowed:
            self.to("completed")
            self.validated.add(who)
            before = len(self.sheets)
            self.given("validation", who, level)
            self.level = level if len(self.sheets) > before else self.level

    @rule(who=ANYBODY, level=LEVELS)
    def rescore(self, who: str, level: int) -> None:
        who = who or self.assessor
        today = self.stage_day()
        body = {"question": "T01", "level": level, "note": "seen", "seen_on": today, "record": "acta 4"}
        answer = self.ask("POST", "/rescores", who, "assessor", "*", body)
        allowed = bool(self.level) and who == self.assessor and level != self.shown_level()
        assert answer.is_success == allowed, answer.text
        if allowed:
            self.took_part.add(who)

    @rule()
    def reopen(self) -> None:
        allowed = self.status in ("submitted", "assessed", "completed")
        answer = self.ask("POST", "/reopening", "operator", "operator", "*", {"reason": "Un año después"})
        assert answer.is_success == allowed
        if allowed:
            self.to("open")

    def shown_level(self) -> int | None:
        return self.before_rescore

    before_rescore: int | None = None

    def stage_day(self) -> str:
        shown = self.ask("GET", "", "operator", "operator").json()
        self.before_rescore = None if shown["locked"] is None else shown["locked"]["levels"]["T01"]
        day: str = self.do(self.stage.rows("SELECT (now() AT TIME ZONE 'UTC')::date::text AS day"))[0]["day"]
        return day

    @invariant()
    def nothing_is_lost_and_a_version_that_counts_goes_on_counting(self) -> None:
        shown = self.ask("GET", "", "operator", "operator").json()
        assert (shown["status"], shown["locked"] is not None) == (self.status, bool(self.level))
        assert self.kept() == self.sheets


async def test_nobody_at_one_questionnaire_loses_a_word(stage: StageUnderTest) -> None:
    await walk(lambda do: Questionnaire(do, stage))


async def test_who_took_part_never_validates_and_no_state_is_a_trap(stage: StageUnderTest) -> None:
    await walk(lambda do: People(do, stage))


def every_way(people: People) -> Iterator[object]:
    """Of a diagnosis, from each state that an act has one."""
    yield people.begin("submitted")
    yield people.assess("diego", 3)
    yield people.submit("elena", 2)
    yield people.reopen()
    yield people.submit("elena", 1)
    yield people.assess("", 2)
    yield people.submit("elena", 3)
    yield people.assess("", 3)
    yield people.assign("berta", "diego")
    yield people.assess("", 2)
    yield people.assign("berta", "carla")
    yield people.validate("carla", 2)
    yield people.reopen()
    yield people.submit("elena", 3)
    yield people.assess("", 3)
    yield people.validate("", 3)
    yield people.assign("diego", "fabio")
    yield people.validate("", 2)
    yield people.assign("gina", "diego")
    yield people.rescore("", 1)
    yield people.assign("carla", "gina")
    yield people.reopen()
    yield people.draft("hugo", 4)
    yield people.assign("carla", "hugo")
    yield people.submit("elena", 4)
    yield people.reopen()


async def test_every_way_of_a_diagnosis_is_walked(stage: StageUnderTest) -> None:
    await tread(
        lambda do: People(do, stage), every_way, People.nothing_is_lost_and_a_version_that_counts_goes_on_counting
    )
