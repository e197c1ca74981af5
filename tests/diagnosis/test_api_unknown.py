"""Unknown, not applicable, met and not met beside a plain model of the four, over HTTP and on a real store, while what
the firm makes, what is asked and what is known change in any order.
"""

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from shared.contracts.matching import AlignedRequirement, OfferingAligned, OfferingNotAligned
from shared.contracts.registration import SupplierChanged
from shared.days import day_of
from shared.runtime.clock import now
from shared.testing.stage import StageUnderTest
from tests.diagnosis.builders import ANCHOR, levels_at, sheet
from tests.diagnosis.test_api_model import Walk
from tests.matching.given import an_id, profiled
from tests.walking import MANY_SHORT, Do, tread, walk

OF_SPECIAL_PROCESSES, LEGAL = "T12", "A01"
QUESTIONS = ("T12", "A01", "T04")
LEVELS = st.sampled_from((None, 1, 3))


class Knowing(Walk):
    """One firm whose sheets leave out what they like; nobody states what they do not know."""

    def __init__(self, do: Do, stage: StageUnderTest) -> None:
        super().__init__(do, stage)
        self.special: bool | None = None
        """Whether the firm has a special process; None: registration has not told."""
        self.must_have: tuple[str, ...] = ()
        self.levels: dict[str, int | None] | None = None
        """Of the version that counts."""

    @initialize()
    def open(self) -> None:
        super().open()
        people = {"assessor": "carla", "validator": "diego"}
        assert self.ask("PUT", "/assignment", "operator", "operator", "*", people).is_success
        for step, who, role in (("self-assessment", "elena", "supplier"), ("assessment", "carla", "assessor")):
            assert self.ask("POST", f"/{step}", who, role, "*", sheet(levels_at(3))).is_success

    @rule(special=st.booleans())
    def register(self, *, special: bool) -> None:
        codes = [{"code": "CQI-15", "assessed_on": "2026-01-01"}] if special else []
        event = profiled(SupplierChanged, processes=[{"area": "P04", "special_processes": codes}])
        self.do(self.stage.consume(event.model_copy(update={"supplier_id": self.firm})))
        self.special = special

    @rule(must_have=st.sampled_from(((), ("T12",), ("T04",), ("T04", "T12"))))
    def align(self, must_have: tuple[str, ...]) -> None:
        asked = AlignedRequirement(
            requirement_id=an_id("requirement"), anchor_id=ANCHOR, area="P04", score=1, targets={}, must_have=must_have
        )
        self.do(self.stage.consume(OfferingAligned(supplier_id=self.firm, requirements=(asked,), rules="match-1")))
        self.must_have = must_have

    @rule()
    def align_no_more(self) -> None:
        self.do(self.stage.consume(OfferingNotAligned(supplier_id=self.firm, missing=(), rules="match-1")))
        self.must_have = ()

    @rule(levels=st.fixed_dictionaries(dict.fromkeys(QUESTIONS, LEVELS)))
    def validate(self, levels: dict[str, int | None]) -> None:
        """What has no level is `not_applicable` by hand: nobody is believed that."""
        body: dict[str, Any] = sheet(levels_at(3, **levels)) | {"notes": dict.fromkeys(levels_at(3), "seen")}
        answer = self.ask("POST", "/validation", "diego", "expert", "*", body)
        left_open = [code for code, level in levels.items() if level is None and self.blocks(code, level)]
        assert answer.is_success == (not left_open), answer.text
        if answer.is_success:
            self.levels = levels

    @precondition(lambda self: self.levels is not None)
    @rule(question=st.sampled_from(QUESTIONS), level=st.sampled_from((1, 3)))
    def rescore(self, question: str, level: int) -> None:
        assert self.levels is not None
        seen = {"note": "seen", "record": "acta 4", "seen_on": day_of(now()).isoformat()}
        body = {"question": question, "level": level, **seen}
        answer = self.ask("POST", "/rescores", "carla", "assessor", "*", body)
        assert answer.is_success == (level != self.levels[question]), answer.text
        self.levels = {**self.levels, question: level}

    def blocks(self, question: str, level: int | None) -> bool:
        """What is asked by the law or as a must-have and is at 1 or below, or not known."""
        if level is None and question == OF_SPECIAL_PROCESSES and self.special is False:
            return False
        return (question == LEGAL or question in self.must_have) and (level or 0) <= 1

    @invariant()
    def each_question_is_one_of_four(self) -> None:
        shown = self.ask("GET", "", "operator", "operator").json()
        assert shown["not_applicable"] == (["T12"] if self.special is False else [])
        if self.levels is None:
            assert shown["locked"] is None
            return
        gaps = [each for each in shown["locked"]["result"]["gaps"] if each["severity"] == "critical"]
        told = {each["question"]: each["evaluated"] for each in gaps}
        assert told == {code: level is not None for code, level in self.levels.items() if self.blocks(code, level)}
        left_out = self.special is False and self.levels["T12"] is None
        assert shown["locked"]["not_applicable"] == (["T12"] if left_out else [])


def each_of_the_four(knowing: Knowing) -> Iterator[object]:
    """What is left out weighs nothing until it must be known, and what is not about the firm until it is."""
    yield knowing.open()
    yield knowing.register(special=False)
    yield knowing.validate({"T12": None, "A01": 3, "T04": None})
    yield knowing.align(("T04", "T12"))
    yield knowing.rescore("T04", 1)
    yield knowing.rescore("T04", 3)
    yield knowing.register(special=True)
    yield knowing.align_no_more()
    yield knowing.align(("T12",))
    yield knowing.rescore("T12", 3)
    yield knowing.register(special=False)
    yield knowing.rescore("A01", 1)


async def test_each_of_the_four_leads_to_the_others(stage: StageUnderTest) -> None:
    await tread(lambda do: Knowing(do, stage), each_of_the_four, Knowing.each_question_is_one_of_four)


async def test_unknown_is_never_fine_and_not_applicable_comes_by_data(stage: StageUnderTest) -> None:
    await walk(lambda do: Knowing(do, stage), MANY_SHORT)
