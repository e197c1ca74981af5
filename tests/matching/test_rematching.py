"""Whatever happened in whatever order: the pairs are those that the definition gives, and what readers merge from what
they were told is the same.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from random import Random
from typing import Any
from uuid import UUID, uuid4

from services.matching.domain.reasons import Waivable
from services.matching.domain.requirement import Requirement, Specification
from services.matching.domain.waiver import Waiver
from services.matching.handlers import requirements as handlers
from services.matching.handlers import waivers
from services.matching.store import queries
from services.matching.store.demand import publishing, requirements
from services.matching.store.queries import find_requirements
from shared.alignment import Heard, merge
from shared.contracts.registration import SupplierChanged, SupplierWithdrawn
from shared.days import day_of
from shared.runtime.clock import now
from shared.testing.stage import StageUnderTest
from tests.matching.given import ANCHOR, RULES, an_id, anchor, completed, hit_of, need, profiled
from tests.matching.test_consume import CAUSE, JOINED, later, publish

FIRMS = tuple(an_id(f"firm {number}") for number in range(4))
ASKED = tuple(an_id(f"asked {number}") for number in range(5))
STEPS, LOOK = 60, 15


class Reader:
    """A stage that hears what firms are told."""

    def __init__(self) -> None:
        self.heard: dict[UUID, tuple[Heard, Mapping[UUID, int]]] = {}
        self.matches: dict[tuple[UUID, UUID], int] = {}

    def hear(self, type_: str, data: Mapping[str, Any]) -> None:
        name = type_.removeprefix("matching.")
        if name in {"offering-aligned", "alignment-changed", "offering-not-aligned"}:
            firm = UUID(data["supplier_id"])
            met = {UUID(each["requirement_id"]): each["score"] for each in data.get("requirements", ())}
            heard, known = self.heard.get(firm, (Heard(), {}))
            lost, whole = map(UUID, data.get("lost", ())), name != "alignment-changed"
            self.heard[firm] = merge(heard, known, data["revision"], met, [*lost], whole=whole)
        elif name in {"match-found", "match-lost"}:
            key = UUID(data["supplier_id"]), UUID(data["requirement_id"])
            assert name == "match-found" or key in self.matches, "what was never found is not lost"
            self.matches.pop(key, None)
            if name == "match-found":
                self.matches[key] = data["score"]


async def test_after_any_sequence_pairs_and_what_was_told_are_as_if_judged_anew(stage: StageUnderTest) -> None:
    chance, reader, version = Random(1002), Reader(), 1
    await stage.consume(JOINED)
    for number in range(1, STEPS + 1):
        await _happens(stage, chance, version := version + 1)
        await stage.sweep(chance.choice((0, 0, 1, 1, 2, 3, 5)))
        if chance.random() < 0.1 or number % LOOK == 0:
            await stage.sweep()
        for type_, _, data in await stage.told():
            reader.hear(type_, data)
        if number % LOOK == 0:
            await _same(stage, reader)
    assert len(reader.matches) > 1, "or nothing was tried"


async def _happens(stage: StageUnderTest, chance: Random, version: int) -> None:
    firm, asked = chance.choice(FIRMS), chance.choice(ASKED)
    kind = chance.choice(("change", "change", "diagnose", "withdraw", "ask", "ask", "ask", "close", "waive", "waive"))
    if kind == "change":
        line = {"area": chance.choice(("P01", "P02")), "materials": chance.choice((["acero"], ["zinc"], []))}
        lines = [line | {"free_capacity": chance.choice((10, 100_000)), "force_t": chance.choice((None, 100))}]
        event = profiled(SupplierChanged, processes=lines * chance.choice((1, 2)))
        await stage.consume(event.model_copy(update={"supplier_id": firm, "registered_at": now()}))
    elif kind == "diagnose":
        critical = chance.choice(((), ("T05",)))
        await stage.consume(completed(*critical, version=version).model_copy(update={"supplier_id": firm}))
    elif kind == "withdraw":
        await stage.consume(SupplierWithdrawn(supplier_id=firm, reason="asked", withdrawn_at=now()))
    elif kind == "waive":
        await _waives(stage, chance, asked)
    else:
        await _asks(stage, chance, asked, close=kind == "close")


async def _waives(stage: StageUnderTest, chance: Random, id_: UUID) -> None:
    """Give a waiver to a firm or to all, or take one back."""
    gate: Waivable = chance.choice(("materials", "force"))
    firm = chance.choice((None, *FIRMS))
    given = Waiver(uuid4(), gate, firm, "Falta", "Plan", later(), "buyer", now())

    def decide(state: Requirement | None, _: object) -> Any:
        if state and state.waivers and chance.random() < 0.5:
            return waivers.revoke(state, chance.choice(state.waivers).id, "buyer", now())
        return waivers.waive(state, given, now())

    await stage.commands.run(requirements, id_, decide, CAUSE)


async def _asks(stage: StageUnderTest, chance: Random, id_: UUID, *, close: bool) -> None:
    wanted = need(
        area=chance.choice(("P01", "P02")),
        materials=chance.choice(((), ("acero",))),
        force_t=chance.choice((None, 200, 50)),
        wishes=chance.choice(((), (), ("force",))),
        annual_volume=chance.choice((100_000, 200_000)),
        must_have=chance.choice(((), ("T05",))),
        open_until=later(),
    )

    def decide(state: Any, _: object) -> Any:
        if state is None:
            return handlers.publish(id_, anchor(), wanted, now())
        if close:
            return handlers.close(state, "filled", "buyer", now())
        if state.status == "closed":
            return handlers.reopen(state, {ANCHOR: anchor()}, None, "buyer", now())
        return handlers.change(state, wanted, now())

    await stage.commands.run(requirements, id_, decide, CAUSE, publishing)


async def _same(stage: StageUnderTest, reader: Reader) -> None:
    known = await find_requirements(stage.database, ASKED)
    today = day_of(now())
    for firm in FIRMS:
        offering = await queries.find_offering(stage.database, firm)
        if offering is None or offering.profile is None:
            continue
        met = {
            id_: found.points
            for id_, asked in known.items()
            if asked.status == "open" and (found := hit_of(offering, asked, today))
        }
        rows = await stage.rows("SELECT requirement_id, points FROM pair WHERE offering_id = $1", firm)
        assert {row["requirement_id"]: row["points"] for row in rows} == met
        heard, told = reader.heard[firm]
        assert (dict(told), heard.missed, heard.through) == (met, False, offering.revision)
        areas = [known[id_].area for id_ in met]
        assert offering.aligned == {area: areas.count(area) for area in sorted(set(areas))}
        high = {id_: points for id_, points in met.items() if points >= RULES.minimum_score}
        matched = {id_: points for (whose, id_), points in reader.matches.items() if whose == firm}
        assert matched == (high if offering.diagnosis else {})
    assert await stage.rows("SELECT FROM due") == []


async def test_five_edits_in_a_row_cost_one_sweep_and_a_firm_hears_one_difference(stage: StageUnderTest) -> None:
    firms = [profiled().model_copy(update={"supplier_id": firm}) for firm in FIRMS]
    await stage.consume(JOINED, *firms)
    asked = await publish(stage)
    await stage.sweep()
    await stage.told()
    done = len(await stage.rows("SELECT FROM sweep WHERE kind = 'requirement_changed'"))
    edits: tuple[dict[str, Any], ...] = (
        {"annual_volume": 200_000},
        {"targets": {"T04": 4}},
        {"annual_volume": 400_000, "targets": {"T04": 4}},
        {"must_have": ("T05",)},
        {"annual_volume": 800_000, "must_have": ("T05",)},
    )
    for edit in edits:
        wanted = replace(asked.specification, **edit)
        await stage.commands.run(requirements, asked.id, partial(_changed, wanted), CAUSE)
    (sweep,) = await stage.rows("SELECT args FROM sweep WHERE finished_at IS NULL")
    assert json.loads(sweep["args"]) == {"requirement_id": str(asked.id), "asks": "yes"}
    await stage.sweep()
    assert len(await stage.rows("SELECT FROM sweep WHERE kind = 'requirement_changed'")) == done + 1
    told = [data for type_, _, data in await stage.told() if type_ == "matching.alignment-changed"]
    assert sorted(data["supplier_id"] for data in told) == sorted(map(str, FIRMS))
    assert all(len(data["requirements"]) == 1 and data["lost"] == [] for data in told)
    assert {data["requirements"][0]["score"] for data in told} == {10_000 - 2_000 + 2_000 // 8}


def _changed(wanted: Specification, state: Requirement | None, _: object) -> Any:
    return handlers.change(state, wanted, now())


async def test_a_sweep_that_a_release_without_pairs_left_behind_ends(stage: StageUnderTest) -> None:
    await stage.rows(
        "INSERT INTO sweep (id, kind, args, requested_at, correlation_id)"
        " VALUES (gen_random_uuid(), 'requirement_changed', '{\"area\": \"P01\"}', now(), 'before')"
    )
    await stage.sweep()
    assert await stage.rows("SELECT FROM sweep WHERE finished_at IS NULL") == []
