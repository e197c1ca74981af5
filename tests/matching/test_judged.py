"""An old match is explained by the rules, the offering and the requirement of its day."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from services.matching import catalogue
from services.matching.domain.match import match_id
from services.matching.domain.rules import Rules
from services.matching.explain import explain_match
from shared.contracts.registration import SupplierChanged
from shared.testing.stage import StageUnderTest
from tests.matching.given import ANCHOR, SUPPLIER, completed, profiled, registered
from tests.matching.test_api import SPECIFICATION, joined, published


async def judged(stage: StageUnderTest, match: UUID, **query: str) -> dict[str, Any]:
    answer = await stage.client.get(f"/matches/{match}/judged", params=query, headers=stage.headers("operator"))
    assert answer.status_code == 200, answer.text
    view: dict[str, Any] = answer.json()
    return view


def figures(view: dict[str, Any]) -> tuple[int, int, str]:
    """Told, explained, and the rules of both."""
    found = explain_match(view)
    return view["told"], found["score"], found["rules"]


async def test_the_figure_of_then_is_given_when_rules_offering_and_requirement_are_others(
    stage: StageUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.consume(joined())
    asked = await published(stage, tolerance_um=50, lead_time_days=30)
    lines = [{"area": "P01", "materials": ["acero"], "free_capacity": 60_000, "tolerance_um": 40}]
    await stage.consume(registered(processes=lines), completed())
    match = match_id(SUPPLIER, UUID(asked["id"]))
    first = await judged(stage, match)
    assert figures(first) == (8_200, 8_200, "match-2026-5")

    other = SPECIFICATION | {"tolerance_um": 10, "lead_time_days": 30}
    own = stage.headers("anchor", anchor_id=ANCHOR) | {"If-Match": "*"}
    assert (await stage.client.put(f"/requirements/{asked['id']}", json=other, headers=own)).status_code == 200
    await stage.sweep()
    changed = [lines[0] | {"free_capacity": 100_000, "lead_time_days": 20}]
    await stage.consume(profiled(SupplierChanged, processes=changed))
    last = await judged(stage, match)
    assert figures(last) == (8_500, 8_500, "match-2026-5")
    assert (last["requirement_version"], first["requirement_version"]) == (2, 1)

    _in_force(monkeypatch, replace(catalogue.rules(), version="match-2099-1", minimum_score=1))
    assert figures(await judged(stage, match, at=first["told_at"])) == (8_200, 8_200, "match-2026-5")
    assert figures(await judged(stage, match)) == (8_500, 8_500, "match-2026-5")
    now = await judged(stage, match)
    assert explain_match(now | {"rules": None})["rules"] == "match-2099-1"


def _in_force(monkeypatch: pytest.MonkeyPatch, rules: Rules) -> None:
    known = {**catalogue.all_rules(), rules.version: rules}
    monkeypatch.setattr(catalogue, "rules", lambda: rules)
    monkeypatch.setattr(catalogue, "all_rules", lambda: known)


async def test_what_was_never_told_has_no_figure(stage: StageUnderTest) -> None:
    await stage.consume(joined())
    asked = await published(stage)
    await stage.consume(registered(), completed())
    match = match_id(SUPPLIER, UUID(asked["id"]))
    view = await judged(stage, match)
    early = {"at": "2020-01-01T00:00:00Z"}
    answer = await stage.client.get(f"/matches/{match}/judged", params=early, headers=stage.headers("operator"))
    assert (answer.status_code, answer.json()["title"]) == (404, "match_not_kept")
    mine = await stage.client.get(f"/matches/{match}/judged", headers=stage.headers("anchor", anchor_id=ANCHOR))
    assert mine.status_code == 403
    assert view["offering"]["qms_stated_on"]


def test_another_figure_is_said_to_be_another() -> None:
    given = {"offering": {"area": "P01"}, "requirement": {"area": "P01", "annual_volume": 1}, "told": 1}
    assert "explain.told.other" in [step["code"] for step in explain_match(given)["steps"]]
