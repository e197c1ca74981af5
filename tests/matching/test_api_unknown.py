"""Gates and must-haves, each met, not met, not applicable or unknown, beside a plain model, over HTTP and on a real
store. Unknown bars nobody and is not fine: nothing is awarded before somebody made sure.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

from httpx import AsyncClient
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.matching.domain.match import match_id
from shared.testing.stage import StageUnderTest
from tests.matching.given import ANCHOR, completed, registered
from tests.matching.test_answers_model import bought
from tests.matching.test_api import SPECIFICATION, joined
from tests.walking import MANY_SHORT, Do, tread, walk

OFFERED = {"acero": "met", "zinc": "not_met", "aleación Q7": "unknown", "": "unknown"}
"""How what the firm states comes out where steel is asked."""
MATERIAL = st.sampled_from(sorted(OFFERED))
KNOWN = st.sampled_from(("level", "unknown", "not applicable"))


def asking(*, asked: bool, must_have: bool) -> dict[str, Any]:
    wanted = {"materials": ["acero"] if asked else [], "must_have": ["T12"] if must_have else []}
    return SPECIFICATION | wanted


class Gates(RuleBasedStateMachine):
    """One firm and one requirement."""

    def __init__(self, do: Do, stage: StageUnderTest, client: AsyncClient) -> None:
        super().__init__()
        self.do, self.stage, self.client, self.firm = do, stage, client, uuid4()
        self.material, self.t12, self.version = "acero", "level", 0
        self.asked, self.must_have = False, False

    @initialize(material=MATERIAL, asked=st.booleans(), must_have=st.booleans(), t12=KNOWN)
    def begin(self, material: str, t12: str, *, asked: bool, must_have: bool) -> None:
        """With a case of its own: a walk has few steps."""
        self.do(self.stage.consume(joined()))
        _, view = self.call("POST", "/requirements", {"specification": asking(asked=asked, must_have=must_have)})
        self.requirement, self.match = view["id"], match_id(self.firm, UUID(view["id"]))
        self.asked, self.must_have = asked, must_have
        self.state(material)
        self.diagnose(t12)

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
        headers = self.stage.headers("anchor", anchor_id=ANCHOR) | {"If-Match": "*"}
        answer = self.do(self.client.request(method, path, json=body, headers=headers))
        return answer.status_code, answer.json()

    @rule(material=MATERIAL)
    def state(self, material: str) -> None:
        """What the firm says that it works with."""
        process = {"area": "P01", "materials": [material] if material else [], "free_capacity": 100_000}
        event = registered(processes=[process]).model_copy(update={"supplier_id": self.firm})
        self.do(self.stage.consume(event))
        self.material = material

    @rule(asked=st.booleans(), must_have=st.booleans())
    def ask(self, *, asked: bool, must_have: bool) -> None:
        body = asking(asked=asked, must_have=must_have)
        assert self.call("PUT", f"/requirements/{self.requirement}", body)[0] == 200
        self.do(self.stage.sweep())
        self.asked, self.must_have = asked, must_have

    @rule(t12=KNOWN)
    def diagnose(self, t12: str) -> None:
        """What an expert could say of a question that a must-have may name."""
        self.version += 1
        told: dict[str, Any] = {"supplier_id": self.firm, "levels": {"T01": 3, "T12": 3 if t12 == "level" else None}}
        told["not_applicable"] = ("T12",) if t12 == "not applicable" else ()
        self.do(self.stage.consume(completed(version=self.version).model_copy(update=told)))
        self.t12 = t12

    @rule(confirmed=st.booleans())
    def award(self, *, confirmed: bool) -> None:
        body = bought(1_000) | {"confirmed": ["materials"] if confirmed else []}
        status, view = self.call("POST", f"/matches/{self.match}/award", body)
        sure = self.gate != "unknown" or confirmed
        assert (status == 200) == (self.gate != "not_met" and not self.blocked and sure), view
        if status == 200:
            assert self.call("POST", f"/matches/{self.match}/award/end", {"reason": "completed"})[0] == 200

    @property
    def gate(self) -> str:
        return OFFERED[self.material] if self.asked else "not_applicable"

    @property
    def blocked(self) -> bool:
        return self.must_have and self.t12 == "unknown"

    @invariant()
    def each_gate_and_must_have_is_one_of_four(self) -> None:
        status, view = self.call("GET", f"/matches/{self.match}")
        if self.gate == "not_met":
            assert status == 404 or not view["holds"]
            return
        told = [view[name] for name in ("holds", "unknown", "not_evaluated", "blocked_by")]
        blocking = ["T12"] if self.blocked else []
        assert told == [True, ["materials"] if self.gate == "unknown" else [], blocking, blocking]


def every_way(gates: Gates) -> Iterator[object]:
    """Each of the four, of a gate and of a must-have, with somebody who made sure and without."""
    yield gates.begin("acero", "level", asked=True, must_have=True)
    yield gates.award(confirmed=False)
    for material in ("aleación Q7", "", "zinc"):
        yield gates.state(material)
        yield gates.award(confirmed=False)
        yield gates.award(confirmed=True)
    yield gates.state("acero")
    for known in ("unknown", "not applicable"):
        yield gates.diagnose(known)
        yield gates.award(confirmed=True)
    yield gates.ask(asked=False, must_have=False)
    yield gates.state("zinc")
    yield gates.diagnose("unknown")
    yield gates.award(confirmed=False)


async def test_every_kind_of_unknown_is_walked(stage: StageUnderTest) -> None:
    client = stage.client
    await tread(lambda do: Gates(do, stage, client), every_way, Gates.each_gate_and_must_have_is_one_of_four)


async def test_unknown_bars_nobody_and_is_never_fine(stage: StageUnderTest) -> None:
    client = stage.client  # made on this loop, where its workers are
    await walk(lambda do: Gates(do, stage, client), MANY_SHORT)
