"""What people do with plans and places beside a plain model of it, over HTTP and on a real store.

No state is a trap: what was accepted can be returned, what was agreed can be revised, a place can become free, and
whoever finished contends again. What was said stays on record.
"""

from typing import Any

import httpx
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from shared.contracts.diagnosis import DiagnosisCompleted
from shared.service.callers import Role
from shared.testing.stage import StageUnderTest
from tests.development import given
from tests.development.calls import ANY
from tests.walking import Do, walk

GAPS = ("T04", "A01", "C02")
"""Each has a module of its own."""


class Firm(RuleBasedStateMachine):
    """One firm, its mentor, an assessor's events and two operators."""

    firms = 0

    def __init__(self, do: Do, stage: StageUnderTest) -> None:
        super().__init__()
        type(self).firms += 1
        self.do, self.stage, self.number = do, stage, 100 + self.firms
        self.firm = given.supplier(self.number)
        self.gaps: set[str] = set()
        self.version = 0
        self.cohort = ""
        self.status: str | None = None
        self.planned: set[str] = set()
        """Questions that the plan knows."""
        self.done: dict[str, str] = {}
        """By question, the evidence on which its activity is completed."""
        self.verdicts = 0
        self.past = 0
        self.half: set[Role] = set()
        """Who has agreed on the revision."""

    @initialize()
    def begin(self) -> None:
        self.learn("T04")
        self.do(self.stage.consume(given.match_found(9_000, number=self.number), given.profile(self.number)))
        self.select()

    def ask(self, method: str, path: str, role: Role, body: Any = None, who: str = "") -> httpx.Response:
        bound = self.firm if role == Role.SUPPLIER else None
        headers = self.stage.headers(role, subject=who, supplier_id=bound) | ANY
        answer: httpx.Response = self.do(self.stage.client.request(method, path, json=body, headers=headers))
        return answer

    def act(self, allowed: bool, path: str, role: Role, body: Any = None, who: str = "") -> dict[str, Any]:
        answer = self.ask("POST", path, role, body, who)
        assert answer.is_success == allowed, (path, answer.text)
        shown: dict[str, Any] = answer.json()
        return shown

    def activity(self, question: str) -> dict[str, Any] | None:
        plan = self.ask("GET", f"/plans/{self.firm}", Role.OPERATOR).json()
        return next((each for each in plan.get("activities", ()) if question in each["questions"]), None)

    @rule(question=st.sampled_from(GAPS))
    def learn(self, question: str) -> None:
        """The diagnosis finds one more gap, or one less."""
        self.gaps ^= {question}
        self.version += 1
        event: DiagnosisCompleted = given.diagnosis_completed(
            *sorted(self.gaps), number=self.number, version=self.version
        )
        before = self.proposal()
        self.do(self.stage.consume(event))
        if self.status == "proposed":
            self.planned = set(self.gaps)
        if self.proposal() != before:
            self.half = set()

    def proposal(self) -> set[str]:
        if self.status not in ("agreed", "completed"):
            return set()
        return self.gaps - self.planned

    @rule()
    def agree(self) -> None:
        self.act(self.status == "proposed", f"/plans/{self.firm}/agreement", Role.SUPPLIER)
        if self.status == "proposed":
            self.status = "agreed"
            answer = self.ask("PUT", f"/plans/{self.firm}/assignment", Role.OPERATOR, {"mentor": "mentor-1"})
            assert answer.is_success
            self.finish()

    @rule(question=st.sampled_from(GAPS))
    def complete(self, question: str) -> None:
        activity = self.activity(question)
        if activity is None or self.status != "agreed" or question in self.done:
            return
        path = f"/plans/{self.firm}/activities/{activity['activity_id']}"
        words = {"kind": "document", "description": f"Entregable {self.verdicts}"}
        plan = self.act(True, f"{path}/evidence", Role.SUPPLIER, words)
        shown = next(each for each in plan["activities"] if each["activity_id"] == activity["activity_id"])
        evidence = shown["evidence"][-1]["evidence_id"]
        self.act(True, f"{path}/completion", Role.MENTOR, {"evidence_id": evidence})
        self.done[question] = evidence
        self.verdicts += 1
        self.finish()

    @rule(question=st.sampled_from(GAPS))
    def return_it(self, question: str) -> None:
        """The mentor returns what was accepted."""
        activity = self.activity(question)
        if activity is None or question not in self.done:
            return
        path = f"/plans/{self.firm}/activities/{activity['activity_id']}/evidence/{self.done.pop(question)}/return"
        self.act(True, path, Role.MENTOR, {"reason": "Es de otra planta"})
        self.verdicts += 1
        self.status = "agreed"

    @rule(role=st.sampled_from((Role.SUPPLIER, Role.MENTOR)))
    def revise(self, role: Role) -> None:
        self.act(bool(self.proposal()), f"/plans/{self.firm}/revision/agreement", role)
        if self.proposal():
            self.half.add(role)
            if len(self.half) == 2:
                self.planned |= self.gaps
                self.status, self.half = "agreed", set()

    @rule()
    def drop_out(self) -> None:
        allowed = self.status in ("proposed", "agreed")
        self.act(allowed, f"/plans/{self.firm}/drop-out", Role.OPERATOR, {"reason": "Cambió de giro"})
        if allowed:
            self.ended(None)
            nobody = f"/cohorts/{self.cohort}/replacements"
            assert self.ask("POST", nobody, Role.OPERATOR).json()["title"] == "same_person"

    @precondition(lambda self: self.status in (None, "completed"))
    @rule()
    def select(self) -> None:
        """Another round: the firm is in it where it has no plan, or finished one with gaps open."""
        contends = self.status is None or bool(self.gaps)
        opened = self.act(True, "/cohorts", Role.OPERATOR, {"name": "Otra generación"})
        said = self.act(True, f"/cohorts/{opened['id']}/selection", Role.OPERATOR)
        assert said["selected"] == int(contends), said
        if contends:
            if self.status is not None:
                self.ended("proposed")
            self.cohort, self.status, self.planned = opened["id"], "proposed", set(self.gaps)

    def ended(self, status: str | None) -> None:
        self.past, self.status, self.half = self.past + 1, status, set()
        self.done, self.planned = {}, set()

    def finish(self) -> None:
        if self.planned <= self.done.keys():
            self.status = "completed"

    @invariant()
    def what_people_said_stands(self) -> None:
        past = self.ask("GET", f"/plans/{self.firm}/past", Role.OPERATOR)
        plans = [each["plan"] for each in past.json()["items"]] if past.is_success else []
        assert len(plans) == self.past
        answer = self.ask("GET", f"/plans/{self.firm}", Role.OPERATOR)
        assert answer.is_success == (self.status is not None)
        if self.status is not None:
            plan = answer.json()
            assert (plan["status"], {*plan["closed"], *plan["open"]}) == (self.status, self.planned)
            assert (plan["revision"] is not None) == bool(self.proposal())
            plans.append(plan)
        given_ = [each for plan in plans for activity in plan["activities"] for each in activity["evidence"]]
        assert sum(len(each["verdicts"]) for each in given_) == self.verdicts

    def teardown(self) -> None:
        """The next firm is alone in its rounds."""
        self.do(self.stage.consume(given.withdrawn(self.number)))


async def test_no_state_of_a_plan_or_a_place_is_a_trap(stage: StageUnderTest) -> None:
    await walk(lambda do: Firm(do, stage))
