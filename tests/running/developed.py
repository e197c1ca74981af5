"""A firm that is diagnosed and developed on a running platform, as its people and the program's see it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4, uuid5

import httpx

from deploy.demo.people import ASSESSOR, EXPERT
from deploy.local.client import LocalClient
from services.diagnosis.domain.calibration import is_drawn
from shared.service.callers import Role
from tests.diagnosis.builders import levels_at, sheet
from tests.diagnosis.calls import STEPS
from tests.diagnosis.test_handlers import aligned
from tests.financing import test_facts as facts
from tests.running import poison

PATIENCE = 40.0
GAP = "T04"
PEOPLE = {"assessor": "local-assessor", "validator": "local-expert"}


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


SHARE = 1
"""Basis points of all diagnoses that are assessed twice: those whose ids were looked for."""


@dataclass(frozen=True)
class Developed:
    """One firm. What goes from stage to stage goes over Kafka, and takes a moment."""

    client: LocalClient
    firm: UUID

    def ask(
        self, service: str, role: Role, method: str, path: str, body: object = None, *, who: str = "", seen: str = "*"
    ) -> httpx.Response:
        bound = self.firm if role == Role.SUPPLIER else None
        with self.client.http(service, self.client.token(role.value, subject=who or None, supplier=bound)) as http:
            return http.request(method, path, json=body, headers={"If-Match": seen})

    def do(self, service: str, role: Role, method: str, path: str, body: object = None) -> Any:
        answer = self.ask(service, role, method, path, body)
        assert answer.is_success, answer.text
        return answer.json()

    def open(self) -> str:
        """Its diagnosis, and the path of that."""
        known = (facts.REGISTERED, facts.FOUND, aligned())
        poison.send(self.client, [poison.event(poison.about(self.firm, fact)) for fact in known])
        path = f"/diagnoses/{self.firm}"

        def opened() -> bool:
            # What is known of it comes over three topics: any of them can be the first.
            answer = self.ask("diagnosis", Role.OPERATOR, "GET", path)
            return answer.is_success and answer.json()["status"] != "waiting"

        until(opened)
        return path

    def diagnose(self) -> None:
        """One gap, which a module closes."""
        path = self.open()
        self.do("diagnosis", Role.OPERATOR, "PUT", f"{path}/assignment", PEOPLE)
        for role, step in STEPS:
            self.do("diagnosis", Role(role), "POST", f"{path}/{step}", sheet(levels_at(3, **{GAP: 1})))

    def select(self) -> str:
        """A cohort that has the firm, once development knows that it may."""
        cohort: str = self.do("development", Role.OPERATOR, "POST", "/cohorts", {"name": "Generación"})["id"]
        until(lambda: self._ranked(cohort))
        self.do("development", Role.OPERATOR, "POST", f"/cohorts/{cohort}/selection")
        return cohort

    def _ranked(self, cohort: str) -> bool:
        ranking = self.do("development", Role.OPERATOR, "GET", f"/cohorts/{cohort}/preview")["items"]
        return any(line["supplier_id"] == str(self.firm) and line["selected"] for line in ranking)

    def plan(self) -> dict[str, Any]:
        plan: dict[str, Any] = self.do("development", Role.OPERATOR, "GET", f"/plans/{self.firm}")
        return plan

    def agree(self) -> None:
        path = f"/plans/{self.firm}/assignment"
        self.do("development", Role.OPERATOR, "PUT", path, {"mentor": "local-mentor"})
        for role in (Role.SUPPLIER, Role.MENTOR):
            self.do("development", role, "POST", f"/plans/{self.firm}/agreement")

    def complete(self, words: str) -> str:
        """The firm gives evidence for its only activity, and its mentor accepts it."""
        activity = self.plan()["activities"][0]["activity_id"]
        path = f"/plans/{self.firm}/activities/{activity}"
        given = {"kind": "document", "description": words}
        plan = self.do("development", Role.SUPPLIER, "POST", f"{path}/evidence", given)
        evidence: str = plan["activities"][0]["evidence"][-1]["evidence_id"]
        self.do("development", Role.MENTOR, "POST", f"{path}/completion", {"evidence_id": evidence})
        return evidence

    def score(self, evidence: str, level: int, **more: str) -> None:
        """The assessor looks at the evidence, once it is there."""
        said = {"question": GAP, "level": level, "evidence_id": evidence} | more
        path = f"/diagnoses/{self.firm}/rescores"
        until(lambda: self.ask("diagnosis", Role.ASSESSOR, "POST", path, said).is_success)


def drawn(client: LocalClient) -> Developed:
    """A firm whose diagnosis was drawn to be assessed twice, with its people; its own sheet is in."""
    found = (firm for firm in iter(uuid4, None) if is_drawn(uuid5(firm, "diagnosis"), 0, SHARE))
    firm = Developed(client, next(found))
    path = firm.open()
    firm.do("diagnosis", Role.SUPPLIER, "POST", f"{path}/self-assessment", sheet(levels_at(3)))
    for what, people in (
        ("assignment", {"assessor": "local-assessor", "validator": EXPERT}),
        ("calibration", {"second": "local-second", "lead": ASSESSOR}),
    ):
        firm.do("diagnosis", Role.OPERATOR, "PUT", f"{path}/{what}", people)
    return firm
