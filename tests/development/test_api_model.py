"""What people do with plans and places beside a plain model of it, over HTTP and on a real store.

No state is a trap: what was accepted can be returned, what was agreed can be revised, a place can become free and its
firm's again, and whoever finished contends again. What was said stays on record.
"""

from typing import Any
from uuid import UUID

import httpx
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from shared.service.callers import Role
from shared.testing.stage import StageUnderTest
from tests.development import given
from tests.development.calls import ANY
from tests.development.modelled import Item, ModelledPlan
from tests.development.paths import every_way
from tests.walking import Do, tread, walk

GAPS = ("T04", "A01", "C02")
"""Each has a module of its own."""
ANY_OF_THEM = st.integers(0, 5)
BOTH = (Role.SUPPLIER, Role.MENTOR)


class Firm(RuleBasedStateMachine):
    """One firm, its mentor, assessors' events and two operators."""

    firms = 0

    def __init__(self, do: Do, stage: StageUnderTest) -> None:
        super().__init__()
        type(self).firms += 1
        self.do, self.stage, self.number = do, stage, 100 + self.firms
        self.firm = given.supplier(self.number)
        self.gaps: set[str] = set()
        self.version = 0
        self.cohort = ""
        self.plan: ModelledPlan | None = None
        self.out: list[tuple[str, ModelledPlan]] = []
        """Cohorts that it dropped out of, with the plan of then."""
        self.finished = 0
        """Plans before, that were completed."""
        self.leaving = False
        self.awaited: set[tuple[str, str]] = set()
        """Questions, each with evidence that no assessor has looked at."""
        self.verdicts = 0

    @initialize(begun=st.sampled_from(("proposed", "agreed", "completed")))
    def begin(self, begun: str) -> None:
        self.learn("T04")
        self.do(self.stage.consume(given.match_found(9_000, number=self.number), given.profile(self.number)))
        self.select()
        if begun != "proposed":
            self.agree()
        if begun == "completed":
            self.complete(0)

    def ask(self, method: str, path: str, role: Role, body: Any = None, who: str = "") -> httpx.Response:
        bound = self.firm if role == Role.SUPPLIER else None
        headers = self.stage.headers(role, subject=who, supplier_id=bound) | ANY
        answer: httpx.Response = self.do(self.stage.client.request(method, path, json=body, headers=headers))
        return answer

    def act(
        self, allowed: bool, path: str, role: Role, body: Any = None, who: str = "", method: str = "POST"
    ) -> dict[str, Any]:
        answer = self.ask(method, path, role, body, who)
        assert (answer.is_success, answer.is_server_error) == (allowed, False), (path, answer.text)
        shown: dict[str, Any] = answer.json()
        return shown

    def shown(self, item: Item) -> dict[str, Any]:
        """The activity that an item of the model is."""
        plan = self.ask("GET", f"/plans/{self.firm}", Role.OPERATOR).json()
        status = "planned" if item.evidence is None else "completed"
        return next(
            each
            for each in plan["activities"]
            if each["questions"] == [item.question]
            and each["status"] == status
            and item.evidence in (None, (each["completion"] or {}).get("evidence_id"))
        )

    @rule(question=st.sampled_from(GAPS))
    def learn(self, question: str) -> None:
        """The diagnosis finds one more gap, or one less."""
        self.gaps ^= {question}
        self.version += 1
        event = given.diagnosis_completed(*sorted(self.gaps), number=self.number, version=self.version)
        self.do(self.stage.consume(event))
        if self.plan is not None:
            self.plan.learn(self.gaps)

    @rule(question=st.sampled_from(GAPS), visit=st.booleans())
    def score(self, question: str, *, visit: bool) -> None:
        """An assessor looks at one question, on a visit or on one evidence, and its gap is as before."""
        waiting = sorted(each for each in self.awaited if each[0] == question)
        seen = waiting if visit else waiting[:1]
        self._scored(question, None if visit or not seen else UUID(seen[0][1]))
        self.awaited.difference_update(seen)

    def _scored(self, question: str, evidence_id: UUID | None) -> None:
        self.version += 1
        about = {"number": self.number, "version": self.version}
        event = given.gap_rescored(question, *sorted(self.gaps), evidence_id=evidence_id, **about)
        self.do(self.stage.consume(event))
        if self.plan is not None:
            self.plan.learn(self.gaps)

    @precondition(lambda self: self.plan)
    @rule()
    def agree(self) -> None:
        assert self.plan is not None
        answer = self.ask("PUT", f"/plans/{self.firm}/assignment", Role.OPERATOR, {"mentor": "mentor-1"})
        assert answer.is_success
        for role in BOTH:
            self.act(self.plan.status == "proposed", f"/plans/{self.firm}/agreement", role)
        if self.plan.status == "proposed":
            self.plan.status = "agreed"
            self.plan.finish()

    @precondition(lambda self: self.plan and self.plan.status == "agreed" and self.plan.planned())
    @rule(which=ANY_OF_THEM)
    def complete(self, which: int) -> None:
        assert self.plan is not None
        item = self.plan.planned()[which % len(self.plan.planned())]
        activity = self.shown(item)
        path = f"/plans/{self.firm}/activities/{activity['activity_id']}"
        words = {"kind": "document", "description": f"Entregable {self.verdicts}"}
        plan = self.act(True, f"{path}/evidence", Role.SUPPLIER, words)
        given_ = next(each for each in plan["activities"] if each["activity_id"] == activity["activity_id"])
        evidence = given_["evidence"][-1]["evidence_id"]
        self.act(True, f"{path}/completion", Role.MENTOR, {"evidence_id": evidence})
        self.plan.complete(item, evidence)
        self.awaited.add((item.question, evidence))
        self.verdicts += 1

    @precondition(lambda self: self.plan and self.plan.done())
    @rule(which=ANY_OF_THEM)
    def return_it(self, which: int) -> None:
        """The mentor returns what was accepted."""
        assert self.plan is not None
        item = self.plan.done()[which % len(self.plan.done())]
        activity = self.shown(item)["activity_id"]
        path = f"/plans/{self.firm}/activities/{activity}/evidence/{item.evidence}/return"
        self.act(True, path, Role.MENTOR, {"reason": "Es de otra planta"})
        self._returned(self.plan, item)

    @precondition(lambda self: self.plan and self.plan.done())
    @rule(which=ANY_OF_THEM)
    def see_nothing(self, which: int) -> None:
        """An assessor returns what was accepted: other evidence for the same question waits for them as before."""
        assert self.plan is not None
        item = self.plan.done()[which % len(self.plan.done())]
        evidence = UUID(item.evidence)
        self._scored(item.question, evidence)
        self.do(self.stage.consume(given.evidence_returned(item.question, evidence, self.number)))
        self._returned(self.plan, item)

    def _returned(self, plan: ModelledPlan, item: Item) -> None:
        self.awaited.discard((item.question, item.evidence or ""))
        item.evidence, item.seen_closed, plan.status = None, False, "agreed"
        self.verdicts += 1

    @precondition(lambda self: self.plan and self.plan.status != "proposed" and self.plan.planned())
    @rule(which=ANY_OF_THEM, role=st.sampled_from(BOTH))
    def remove(self, which: int, role: Role) -> None:
        """One of the two wants an activity out of the plan."""
        assert self.plan is not None
        item = self.plan.planned()[which % len(self.plan.planned())]
        path = f"/plans/{self.firm}/activities/{self.shown(item)['activity_id']}/removal"
        allowed = item.question not in self.plan.asked
        self.act(allowed, path, role, {"reason": "Ya se hizo"})
        if allowed:
            self.plan.ask(item.question)

    @precondition(lambda self: self.plan and (self.plan.asked or self.plan.removed))
    @rule(which=ANY_OF_THEM, role=st.sampled_from(BOTH))
    def keep_activity(self, which: int, role: Role) -> None:
        """One of the two wants it to stay, or its gap to be closed after all."""
        assert self.plan is not None
        questions = sorted(self.plan.asked | self.plan.removed)
        question = questions[which % len(questions)]
        plan = self.ask("GET", f"/plans/{self.firm}", Role.OPERATOR).json()
        pending = [] if plan["revision"] is None else [each["activity_id"] for each in plan["revision"]["removals"]]
        agreed = [each for each in plan["removals"] if each["agreed_at"] and not each["taken_back"]]
        ids = {
            each["activity_id"]: each["questions"]
            for each in (*plan["activities"], *(each["activity"] for each in agreed))
            if each["activity_id"] in (*pending, *(each["activity"]["activity_id"] for each in agreed))
        }
        activity = next(id_ for id_, codes in ids.items() if codes == [question])
        self.act(True, f"/plans/{self.firm}/activities/{activity}/removal", role, method="DELETE")
        self.plan.take_back(question)

    @precondition(lambda self: self.plan)
    @rule(role=st.sampled_from(BOTH))
    def revise(self, role: Role) -> None:
        assert self.plan is not None
        self.act(self.plan.is_revised, f"/plans/{self.firm}/revision/agreement", role)
        if self.plan.is_revised:
            self.plan.revise(role)

    @precondition(lambda self: self.plan)
    @rule(back=st.booleans())
    def propose_drop_out(self, *, back: bool) -> None:
        """Or take that back."""
        assert self.plan is not None
        allowed = self.leaving if back else self.plan.status != "completed" and not self.leaving
        method = "DELETE" if back else "POST"
        body = None if back else {"reason": "Cambió de giro"}
        self.act(allowed, f"/plans/{self.firm}/drop-out/proposal", Role.OPERATOR, body, method=method)
        self.leaving = self.leaving != allowed

    @precondition(lambda self: self.plan)
    @rule(role=st.sampled_from((Role.SUPPLIER, Role.OPERATOR)), who=st.sampled_from(("operator-1", "operator-2")))
    def drop_out(self, role: Role, who: str) -> None:
        """By the firm itself, or by another operator than who proposed it."""
        assert self.plan is not None
        allowed = self.plan.status != "completed" and (role == Role.SUPPLIER or (self.leaving and who != "operator-1"))
        said = "" if role == Role.SUPPLIER else who
        self.act(allowed, f"/plans/{self.firm}/drop-out", role, {"reason": "Cambió de giro"}, said)
        if allowed:
            self.out.append((self.cohort, self.plan))
            self.plan, self.leaving = None, False
            nobody = f"/cohorts/{self.cohort}/replacements"
            assert self.ask("POST", nobody, Role.OPERATOR, who="operator-3").json()["title"] == "nobody_next"

    @precondition(lambda self: self.out)
    @rule()
    def come_back(self) -> None:
        """That it dropped out was a mistake."""
        cohort, plan = self.out[-1]
        body = {"supplier_id": str(self.firm), "reason": "Fue un error"}
        self.act(self.plan is None, f"/cohorts/{cohort}/reinstatements", Role.OPERATOR, body)
        if self.plan is None:
            self.out.pop()
            self.cohort, self.plan = cohort, plan
            plan.learn(self.gaps)

    @precondition(lambda self: self.plan is None or self.plan.status == "completed")
    @rule()
    def select(self) -> None:
        """Another round, for who has no plan or finished one with gaps open, unless evidence waits for an assessor."""
        contends = (self.plan is None or bool(self.gaps)) and not {code for code, _ in self.awaited} & self.gaps
        opened = self.act(True, "/cohorts", Role.OPERATOR, {"name": "Otra generación"})
        said = self.act(True, f"/cohorts/{opened['id']}/selection", Role.OPERATOR)
        assert said["selected"] == int(contends), said
        if contends:
            self.finished += self.plan is not None
            self.cohort, self.plan, self.leaving = opened["id"], ModelledPlan(set(self.gaps)), False

    @invariant()
    def what_people_said_stands(self) -> None:
        past = self.ask("GET", f"/plans/{self.firm}/past", Role.OPERATOR)
        plans = [each["plan"] for each in past.json()["items"]] if past.is_success else []
        assert len(plans) == self.finished + len(self.out)
        answer = self.ask("GET", f"/plans/{self.firm}", Role.OPERATOR)
        assert answer.is_success == (self.plan is not None)
        if self.plan is not None:
            plan = answer.json()
            assert (plan["status"], {*plan["closed"], *plan["open"]}) == (self.plan.status, self.plan.known)
            assert sorted(each["status"] == "completed" for each in plan["activities"]) == sorted(
                item.evidence is not None for item in self.plan.items
            )
            assert (plan["revision"] is not None) == self.plan.is_revised
            plans.append(plan)
        shown = [
            activity
            for plan in plans
            for activity in (*plan["activities"], *(each["activity"] for each in plan["removals"] if each["agreed_at"]))
        ]
        assert sum(len(each["verdicts"]) for activity in shown for each in activity["evidence"]) == self.verdicts

    def teardown(self) -> None:
        """The next firm is alone in its rounds."""
        self.do(self.stage.consume(given.withdrawn(self.number)))


async def test_every_way_of_a_plan_is_walked(stage: StageUnderTest) -> None:
    await tread(lambda do: Firm(do, stage), every_way, Firm.what_people_said_stands)


async def test_no_state_of_a_plan_or_a_place_is_a_trap(stage: StageUnderTest) -> None:
    await walk(lambda do: Firm(do, stage))
