"""Matching and diagnosis, each on its own store, with every event of the one brought to the other, and registration's
to both. What nobody knows of a firm is told as such all the way, bars nobody, and is never taken for fine.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.diagnosis.app import build as build_diagnosis
from services.matching.app import build as build_matching
from services.matching.domain.match import match_id
from shared.contracts.registration import Screening, SupplierChanged, SupplierProfile, SupplierRegistered
from shared.days import day_of
from shared.messaging.topics import EVENT_TYPES
from shared.runtime.clock import now
from shared.testing.stage import StageUnderTest
from tests.conftest import Migrated
from tests.diagnosis import calls as assessing
from tests.diagnosis.builders import SUPPLIER, levels_at, sheet
from tests.matching import test_api_answers as buying
from tests.matching.given import profiled
from tests.matching.test_api import AWARD, joined, published

OF_MATCHING = ("matching.offering-aligned", "matching.alignment-changed", "matching.offering-not-aligned")
OF_DIAGNOSIS = ("diagnosis.diagnosis-completed", "diagnosis.gap-rescored")
CQI = [{"code": "CQI-15", "assessed_on": str(date(now().year, 1, 1))}]


@dataclass
class Pair:
    matching: StageUnderTest
    diagnosis: StageUnderTest
    requirement: str = ""

    @property
    def match(self) -> str:
        return str(match_id(SUPPLIER, UUID(self.requirement)))

    async def settle(self) -> None:
        """Run matching's sweeps, and bring what each decided to the other, until nobody says anything more."""
        await self.matching.sweep()
        said = True
        while said:
            said = False
            ways = ((self.matching, OF_MATCHING, self.diagnosis), (self.diagnosis, OF_DIAGNOSIS, self.matching))
            for here, read, there in ways:
                for told in await here.told():
                    if told.type in read:
                        said = True
                        await there.consume(EVENT_TYPES[told.type].model_validate(told.data))

    async def register(
        self, kind: type[SupplierProfile], *, looked_up: bool, materials: list[str], special: list[dict[str, Any]]
    ) -> None:
        offer = {"area": "P01", "materials": materials, "free_capacity": 100_000, "special_processes": special}
        screening = Screening(list_69b="not_listed", list_date=date(2026, 1, 1) if looked_up else None)
        event = profiled(kind, processes=[offer]).model_copy(update={"supplier_id": SUPPLIER, "screening": screening})
        for stage in (self.matching, self.diagnosis):
            await stage.consume(event)
        await self.settle()

    async def ask(self, *must_have: str) -> None:
        await buying.changed(self.matching, self.requirement, materials=["acero"], must_have=must_have)
        await self.settle()

    async def rescore(self, question: str) -> None:
        seen = {"note": "visto en planta", "record": "acta 4", "seen_on": day_of(now()).isoformat()}
        answer = await assessing.post(
            self.diagnosis, "assessor", "rescores", {"question": question, "level": 3, **seen}
        )
        assert answer.status_code == 200, answer.text
        await self.settle()

    async def known(self) -> tuple[list[str], list[str], list[str]]:
        """Gates of the match that nobody knows, what blocks it, and what of that nobody evaluated."""
        path = f"/matches/{self.match}"
        view = (await self.matching.client.get(path, headers=buying.buyer(self.matching))).json()
        return view["unknown"], view["blocked_by"], view["not_evaluated"]

    async def gaps(self) -> dict[str, bool]:
        """Critical ones, with whether somebody evaluated them."""
        path = f"{assessing.PATH}/gaps"
        shown = (await assessing.get(self.diagnosis, "operator", path)).json()["items"]
        return {each["question"]: each["evaluated"] for each in shown if each["severity"] == "critical"}

    async def award(self, *confirmed: str) -> str:
        status, view = await buying.said(self.matching, f"{self.match}/award", AWARD | {"confirmed": confirmed})
        return "awarded" if status == 200 else view["title"]


@pytest.fixture
async def pair(migrated: Migrated) -> AsyncIterator[Pair]:
    """A firm in no list of the tax authority, that states neither materials nor special processes and left out O13."""
    async with AsyncExitStack() as open_:
        (matching, _), (diagnosis, _) = build_matching(), build_diagnosis()
        pair = Pair(
            await open_.enter_async_context(StageUnderTest(matching, await migrated("matching"))),
            await open_.enter_async_context(StageUnderTest(diagnosis, await migrated("diagnosis"))),
        )
        await pair.matching.consume(joined())
        pair.requirement = (await published(pair.matching, materials=["acero"], must_have=["T12"]))["id"]
        await pair.register(SupplierRegistered, looked_up=False, materials=[], special=[])
        await assessing.assign(pair.diagnosis)
        left_out = sheet(levels_at(3, O13=None, T12=None)) | {"why": {"O13": "records_missing"}}
        left_out["reasons"] = {"O13": "todavía no hay registros"}
        for role, step in assessing.STEPS:
            answer = await assessing.post(pair.diagnosis, role, step, left_out)
            assert answer.status_code == 200, answer.text
        await pair.settle()
        yield pair


async def test_what_nobody_knows_of_a_firm_is_told_and_made_sure_of_before_an_award(pair: Pair) -> None:
    assert await pair.known() == (["list_69b", "materials"], [], [])
    assert await pair.award() == "gates_unknown"
    assert await pair.award("materials") == "gates_unknown"
    await pair.register(SupplierChanged, looked_up=True, materials=["acero"], special=[])
    assert await pair.known() == ([], [], [])
    assert await pair.award() == "awarded"


async def test_what_an_anchor_asks_later_blocks_until_somebody_evaluates_it(pair: Pair) -> None:
    await pair.ask("O13", "T12")
    assert await pair.gaps() == {"O13": False}
    assert (await pair.known())[1:] == (["O13"], ["O13"])
    assert await pair.award("list_69b", "materials") == "match_blocked"
    await pair.rescore("O13")
    assert (await pair.gaps(), (await pair.known())[1:]) == ({}, ([], []))
    assert await pair.award("list_69b", "materials") == "awarded"


async def test_what_a_store_of_before_lacks_is_unknown_until_it_is_told_again(pair: Pair) -> None:
    """Seen: it was taken for fine until the profile, or the diagnosis, changed."""
    await pair.register(SupplierChanged, looked_up=True, materials=["acero"], special=[])
    await pair.ask("T04")
    lacks = "profile = profile - 'looked_up', diagnosis = diagnosis - 'evaluated'"
    await pair.matching.rows(f"UPDATE offering SET {lacks} RETURNING id")
    await pair.matching.rows("UPDATE process_offer SET looked_up = false")
    await pair.ask("T04", "T05")
    assert await pair.known() == (["list_69b"], ["T04", "T05"], ["T04", "T05"])
    body = {"reason": "Versión 2026.12", "tell_all": True}
    asked = await pair.diagnosis.client.post("/measurements", json=body, headers=pair.diagnosis.headers("operator"))
    assert asked.status_code == 201
    await pair.diagnosis.sweep()
    await pair.register(SupplierChanged, looked_up=True, materials=["acero"], special=[])
    assert await pair.known() == ([], [], [])


async def test_not_applicable_comes_by_what_the_firm_makes_and_goes_with_it(pair: Pair) -> None:
    """Seen: whoever typed `not_applicable` was believed of any question."""
    assert (await pair.gaps(), (await pair.known())[1:]) == ({}, ([], []))
    await pair.register(SupplierChanged, looked_up=True, materials=["acero"], special=CQI)
    assert await pair.gaps() == {"T12": False}
    assert await pair.known() == ([], ["T12"], ["T12"])
    await pair.rescore("T12")
    assert (await pair.gaps(), await pair.known()) == ({}, ([], [], []))
