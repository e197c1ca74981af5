"""A certificate expires, the tax authority's list condemns one firm and clears another, a requirement is tightened and
eased, and buyers answer meanwhile: every stage follows, and no answer is lost.
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.matching.domain.match import match_id
from services.registration.views import SupplierBody
from shared.days import day_of
from shared.runtime.clock import now
from tests.conftest import Migrated
from tests.diagnosis.builders import levels_at, sheet
from tests.diagnosis.calls import ANY, STEPS
from tests.files.given import csv_of
from tests.flows.whole import Whole, later, whole
from tests.matching.test_api import AWARD, SPECIFICATION, joined
from tests.matching.test_api_answers import DECLINE, SHORTLIST, buyer
from tests.registration.files_given import SUPPLIER, upload
from tests.registration.given import legal_rfc

EXPIRING, CONDEMNED, CLEARED, STEADY = (legal_rfc(number) for number in range(1, 5))
TOMORROW, IN_YEARS = str(day_of(now()) + timedelta(days=1)), "2039-12-31"
MATCHED = (1, 1, 1)
"""Matches of a firm in matching, in development and in financing."""


class Program:
    def __init__(self, stages: Whole) -> None:
        self.stages = stages
        self.ids: dict[str, UUID] = {}
        self.requirement = ""

    async def begin(self) -> None:
        """One requirement, and four firms of which the list names one."""
        await self.stages["matching"].consume(joined())
        body = {"specification": self.asked()}
        made = await self.stages["matching"].client.post("/requirements", json=body, headers=self.buyer())
        self.requirement = made.json()["id"]
        await self.listed(CLEARED, "2026-01-01")
        await self.register({EXPIRING: TOMORROW, **dict.fromkeys((CONDEMNED, CLEARED, STEADY), IN_YEARS)})
        for rfc in (EXPIRING, CONDEMNED, STEADY):
            await self.diagnose(rfc)

    def asked(self, **more: Any) -> dict[str, Any]:
        return SPECIFICATION | {"area": "P14", "qms": "iso_9001", "qms_waivable": False, **more}

    def buyer(self) -> dict[str, str]:
        return buyer(self.stages["matching"]) | ANY

    async def register(self, certified_until: dict[str, str]) -> None:
        firm = SUPPLIER | {"fuerza_t_1": "250", "capacidad_libre_1": "200000", "sgc": "iso_9001"}
        rows = [firm | {"rfc": rfc, "sgc_vigencia": until} for rfc, until in certified_until.items()]
        answer = await upload(self.stages["registration"], "/suppliers/imports", csv_of(*rows))
        assert answer.json()["outcomes"] == {"registered": len(rows)}, answer.text
        known = {
            row["rfc"]: row["id"] for row in await self.stages["registration"].rows("SELECT id, rfc FROM supplier")
        }
        self.ids = {rfc: known[rfc] for rfc in certified_until}
        await self.stages.settle()

    async def listed(self, rfc: str, date: str) -> None:
        """A list of the tax authority that names this firm alone for good."""
        content = csv_of({"rfc": rfc, "situacion": "Definitivo"})
        given = {"list_date": date, "confirmed_firms": "1"}
        answer = await upload(self.stages["registration"], "/screening/lists/imports", content, **given)
        assert answer.json()["state"] == "done", answer.text
        await self.stages.settle()

    async def renew(self, rfc: str) -> None:
        """The firm hands in its next certificate."""
        stage, path = self.stages["registration"], f"/suppliers/{self.ids[rfc]}"
        headers = stage.headers("operator")
        shown = (await stage.client.get(path, headers=headers)).json()
        body = {name: shown[name] for name in SupplierBody.model_fields}
        body["offering"]["qms_valid_to"] = IN_YEARS
        answer = await stage.client.put(path, json=body, headers=headers | ANY)
        assert answer.status_code == 200, answer.text
        await self.stages.settle()

    async def diagnose(self, rfc: str) -> None:
        stage, path = self.stages["diagnosis"], f"/diagnoses/{self.ids[rfc]}"
        assigned = {"assessor": "assessor-1", "validator": "expert-1"}
        await stage.client.put(f"{path}/assignment", json=assigned, headers=stage.headers("operator") | ANY)
        for role, step in STEPS:
            headers = stage.headers(role, supplier_id=self.ids[rfc] if role == "supplier" else None)
            answer = await stage.client.post(f"{path}/{step}", json=sheet(levels_at(3)), headers=headers | ANY)
            assert answer.status_code == 200, answer.text
        await self.stages.settle()

    def match(self, rfc: str) -> str:
        return f"/matches/{match_id(self.ids[rfc], UUID(self.requirement))}"

    async def answer(self, rfc: str, step: str, body: dict[str, Any]) -> None:
        path = f"{self.match(rfc)}/{step}"
        answer = await self.stages["matching"].client.post(path, json=body, headers=self.buyer())
        assert answer.status_code == 200, answer.text
        await self.stages.settle()

    async def ask(self, **changes: Any) -> None:
        path = f"/requirements/{self.requirement}"
        body = self.asked(**changes)
        answer = await self.stages["matching"].client.put(path, json=body, headers=self.buyer())
        assert answer.status_code == 200, answer.text
        await self.stages.settle()

    async def matches(self, rfc: str) -> tuple[int, int, int]:
        counts = (
            ("matching", "SELECT count(*) AS n FROM match WHERE offering_id = $1"),
            ("development", "SELECT jsonb_array_length(matches) AS n FROM candidate WHERE id = $1"),
            ("financing", "SELECT jsonb_array_length(matches) AS n FROM financing_case WHERE id = $1"),
        )
        found = [(await self.stages[name].rows(query, self.ids[rfc]) or [{"n": 0}])[0]["n"] for name, query in counts]
        return found[0], found[1], found[2]

    async def contracts(self, rfc: str) -> int:
        query = "SELECT jsonb_array_length(contracts) AS n FROM financing_case WHERE id = $1"
        (row,) = await self.stages["financing"].rows(query, self.ids[rfc])
        return int(row["n"])

    async def asked_of(self, rfc: str) -> int:
        """Requirements that the firm's diagnosis is measured against."""
        query = "SELECT count(*) AS n FROM diagnosis, jsonb_object_keys(asks) WHERE id = $1"
        (row,) = await self.stages["diagnosis"].rows(query, self.ids[rfc])
        return int(row["n"])

    async def standing(self, rfc: str) -> str:
        shown = await self.stages["matching"].client.get(self.match(rfc), headers=self.buyer())
        return str(shown.json()["standing"])


@pytest.fixture
async def program(migrated: Migrated) -> AsyncIterator[Program]:
    async with whole(migrated) as stages:
        program = Program(stages)
        await program.begin()
        yield program


async def test_every_stage_follows_and_no_answer_is_lost(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [await program.matches(rfc) for rfc in (EXPIRING, CONDEMNED, CLEARED, STEADY)] == [
        MATCHED,
        MATCHED,
        (0, 0, 0),
        MATCHED,
    ]
    await program.answer(EXPIRING, "answer", SHORTLIST)
    await program.answer(CONDEMNED, "award", AWARD)
    await program.answer(STEADY, "answer", DECLINE)
    answered = {EXPIRING: "shortlisted", CONDEMNED: "awarded", STEADY: "declined"}

    later(monkeypatch, timedelta(days=2))
    await program.stages.settle()
    assert (await program.matches(EXPIRING), await program.asked_of(EXPIRING)) == ((0, 0, 0), 0)

    await program.listed(CONDEMNED, "2026-02-01")
    assert (await program.asked_of(CONDEMNED), await program.asked_of(CLEARED)) == (0, 1)
    assert (await program.matches(CONDEMNED), await program.contracts(CONDEMNED)) == (MATCHED, 1)
    await program.diagnose(CLEARED)
    assert await program.matches(CLEARED) == MATCHED
    await program.answer(CLEARED, "answer", SHORTLIST)
    answered[CLEARED] = "shortlisted"

    await program.ask(force_t=400)
    assert [await program.matches(rfc) for rfc in (CLEARED, STEADY)] == [(0, 0, 0)] * 2
    await program.ask(force_t=250)
    assert [await program.matches(rfc) for rfc in (CLEARED, STEADY)] == [MATCHED] * 2
    await program.renew(EXPIRING)
    assert (await program.matches(EXPIRING), await program.asked_of(EXPIRING)) == (MATCHED, 1)

    assert {rfc: await program.standing(rfc) for rfc in answered} == answered
    assert (await program.asked_of(CONDEMNED), await program.contracts(CONDEMNED)) == (0, 1)
    assert program.stages.told.count("matching.match-lost") == 3
