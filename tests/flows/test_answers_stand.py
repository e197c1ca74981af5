"""Matching, and development and financing that read it, each on its own store, with every event of matching brought to
the others. Two buyers at one candidate, a requirement mistyped and put back, one closed and reopened, an award that is
corrected and ends, and new rules.
"""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from services.development.app import build as build_development
from services.financing.app import build as build_financing
from services.matching.app import build as build_matching
from services.matching.consume import ONCE, SWEEPS
from shared.contracts.event import EventData
from shared.messaging.sweeps import SweepWorker
from shared.messaging.topics import EVENT_TYPES
from shared.testing.stage import StageUnderTest
from tests.conftest import Migrated
from tests.matching import test_api_answers as buying
from tests.matching.given import SUPPLIER, registered
from tests.matching.test_api import AWARD, SPECIFICATION, matched


@dataclass
class Program:
    matching: StageUnderTest
    development: StageUnderTest
    financing: StageUnderTest
    requirement: str = ""
    match: str = ""

    async def settle(self) -> list[str]:
        """Run the sweeps, and bring what matching decided to its readers. Returns the types of what it told."""
        await self.matching.sweep()
        told = await self.matching.told()
        for event in told:
            read: EventData = EVENT_TYPES[event.type].model_validate(event.data)
            for reader in (self.development, self.financing):
                await reader.consume(read)
        return [event.type.partition(".")[2] for event in told]

    async def say(self, path: str, body: dict[str, Any], **more: Any) -> int:
        status, _ = await buying.said(self.matching, f"{self.match}/{path}", body, **more)
        return status

    async def ask(self, path: str, body: dict[str, Any], method: str = "POST") -> None:
        headers = buying.buyer(self.matching) | {"If-Match": "*"}
        path = f"/requirements/{self.requirement}{path}"
        response = await self.matching.client.request(method, path, json=body, headers=headers)
        assert response.status_code == 200, response.text

    async def candidate(self) -> dict[str, Any]:
        response = await self.matching.client.get(f"/matches/{self.match}", headers=buying.buyer(self.matching))
        shown: dict[str, Any] = response.json()
        return shown

    async def known(self) -> tuple[list[int], list[int], int]:
        """The scores of the firm's matches in development and in financing, and its contracts."""
        (candidate,) = await self.development.rows("SELECT matches FROM candidate WHERE id = $1", SUPPLIER)
        (case,) = await self.financing.rows("SELECT matches, contracts FROM financing_case WHERE id = $1", SUPPLIER)
        scores = [[each["score"] for each in json.loads(row["matches"])] for row in (candidate, case)]
        return scores[0], scores[1], len(json.loads(case["contracts"]))


@pytest.fixture
async def program(migrated: Migrated) -> AsyncIterator[Program]:
    async with AsyncExitStack() as open_:
        stages = [
            await open_.enter_async_context(StageUnderTest(build()[0], await migrated(name)))
            for name, build in (
                ("matching", build_matching),
                ("development", build_development),
                ("financing", build_financing),
            )
        ]
        program = Program(stages[0], stages[1], stages[2])
        program.requirement, program.match = await matched(program.matching)
        for stage in stages[1:]:
            await stage.consume(registered())
        await program.settle()
        yield program


async def test_of_two_buyers_one_is_told_what_the_other_said(program: Program) -> None:
    seen = await buying.version(program.matching, program.match)
    assert await program.say("answer", buying.DECLINE, seen=seen, by="ana") == 200
    assert await program.say("award", AWARD, seen=seen, by="berta") == 412
    assert await program.settle() == ["match-answered"]
    assert await program.known() == ([10_000], [10_000], 0)


async def test_what_is_mistyped_and_put_back_is_as_before(program: Program) -> None:
    await program.say("answer", buying.DECLINE)
    await program.ask("", SPECIFICATION | {"materials": ["zinc"]}, "PUT")
    assert await program.settle() == [
        "match-answered",
        "requirement-changed",
        "offering-not-aligned",
        "match-lost",
        "introduction-ended",
    ]
    assert await program.known() == ([], [], 0)
    await program.ask("", SPECIFICATION, "PUT")
    assert await program.settle() == ["requirement-changed", "offering-aligned", "match-found", "candidate-introduced"]
    assert await program.known() == ([10_000], [10_000], 0)
    shown = await program.candidate()
    assert (shown["standing"], shown["decline_reason"]) == ("declined", "price")


async def test_what_is_closed_and_reopened_is_as_before(program: Program) -> None:
    await program.say("answer", buying.SHORTLIST)
    await program.ask("/closure", {"reason": "filled"})
    await program.settle()
    assert await program.known() == ([], [], 0)
    await program.ask("/reopening", {})
    assert await program.settle() == ["requirement-reopened", "offering-aligned", "match-found"]
    assert await program.known() == ([10_000], [10_000], 0)
    assert (await program.candidate())["standing"] == "shortlisted"


async def test_an_award_is_a_contract_until_it_ends(program: Program) -> None:
    await program.say("award", AWARD)
    await program.say("award", AWARD | {"annual_volume": 80_000, "reason": "mistyped"}, method="PUT")
    assert await program.settle() == ["contract-awarded", "contract-awarded"]
    assert await program.known() == ([10_000], [10_000], 1)
    await program.ask("/closure", {"reason": "filled"})
    await program.settle()
    assert await program.known() == ([10_000], [10_000], 1)
    await program.say("award/end", {"reason": "quality"})
    assert await program.settle() == ["contract-ended", "match-lost"]
    assert await program.known() == ([], [], 0)
    assert [each["act"] for each in (await program.candidate())["answers"]] == ["award", "correct", "end"]


async def test_new_rules_are_known_to_all_and_leave_answers_alone(program: Program) -> None:
    await program.say("answer", buying.SHORTLIST)
    stored = "jsonb_set(jsonb_set(detail, '{rules}', '\"match-2025-1\"'), '{score}', '6000')"
    await program.matching.rows(f"UPDATE match SET detail = {stored}")
    starting = SweepWorker(program.matching.database, "matching", SWEEPS, ONCE)
    async with program.matching.database.connection() as connection:
        while await starting.step(connection) == 0:
            pass
    assert (await program.settle())[-1] == "match-found"
    assert await program.known() == ([10_000], [10_000], 0)
    shown = await program.candidate()
    assert (shown["standing"], shown["rules"]) == ("shortlisted", ONCE[0].args["rules"])
