"""Versions of the questionnaire over HTTP, and versions of a diagnosis beside each other."""

from dataclasses import replace

import pytest

from services.diagnosis import catalogue
from shared.testing.stage import StageUnderTest
from tests.diagnosis.builders import INSTRUMENT, levels_at, sheet
from tests.diagnosis.calls import ANY, PATH, STEPS, answered, get, post
from tests.diagnosis.test_handlers import aligned
from tests.diagnosis.test_instruments import BOTH, NEW, new_levels


async def test_a_new_instrument_beside_an_old(stage: StageUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A firm is diagnosed, the next release has another questionnaire, and the firm is diagnosed once more."""
    await stage.consume(aligned())
    await answered(stage, T01=2)
    monkeypatch.setattr(catalogue, "instruments", lambda: BOTH)
    listed = (await get(stage, "anchor", "/instruments")).json()["items"]
    assert {each["version"]: each["current"] for each in listed} == {INSTRUMENT.version: False, NEW.version: True}
    shown = (await get(stage, "anchor", f"/instrument?version={INSTRUMENT.version}")).json()
    assert (shown["rules"]["legal_floor"], shown["special_process"], shown["commitment"]) == (2, ["T12"], "G01")
    await stage.told()
    reason = {"reason": "a year later"}
    again = await stage.client.post(f"{PATH}/reopening", json=reason, headers=stage.headers("operator") | ANY)
    assert (again.json()["instrument"], again.json()["locked"]["instrument"]) == (NEW.version, INSTRUMENT.version)
    assert [each.data["instrument"] for each in await stage.told()] == [NEW.version]
    old = await post(stage, "supplier", "self-assessment", sheet(levels_at(3)))
    assert old.json()["title"] == "unknown_question"
    for role, step in STEPS:
        given = await post(stage, role, step, sheet(new_levels(3)))
        assert given.status_code == 200, given.text
    compared = (await get(stage, "operator", f"{PATH}/comparison")).json()
    assert [compared[each]["instrument"] for each in ("first", "second")] == [INSTRUMENT.version, NEW.version]
    changed = {each["question"]: each["kinship"] for each in compared["questions"] if each["kinship"] != "same"}
    assert changed == {"O13": "gone", "O14": "gone", "O15": "new", "T08": "changed"}
    assert compared["alike_before"] > compared["alike_after"] == 8000
    assert (await get(stage, "operator", f"{PATH}/comparison?second=7")).json()["title"] == "version_unknown"


async def test_a_store_that_was_set_back_tells_no_version_twice(stage: StageUnderTest) -> None:
    """Seen: readers kept the version 2 that they had, and passed by another one of that number."""
    await stage.consume(aligned())
    await answered(stage, T01=2)
    await stage.rows("SELECT setval('version_floor', 6)")
    again = await post(stage, "expert", "validation", sheet(levels_at(4, T01=3)))
    assert again.status_code == 200, again.text
    assert [each.data["version"] for each in await stage.told() if "version" in each.data] == [1, 7]
    page = (await get(stage, "operator", f"{PATH}/versions?limit=1")).json()
    assert [each["number"] for each in page["items"]] == [1]
    rest = (await get(stage, "operator", f"{PATH}/versions?after={page['next']}")).json()["items"]
    assert [each["number"] for each in rest] == [7]
    compared = (await get(stage, "operator", f"{PATH}/comparison")).json()
    assert [compared[each]["number"] for each in ("first", "second")] == [1, 7]
    assert (await get(stage, "operator", f"{PATH}/comparison?second=2")).json()["title"] == "version_unknown"


async def test_replaying_tells_the_same(stage: StageUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A diagnosis of before is measured by its own questionnaire, whatever diagnoses open with now."""
    await stage.consume(aligned())
    await answered(stage, T01=2)
    await stage.told()
    later = replace(BOTH, applicability=BOTH.applicability)
    monkeypatch.setattr(catalogue, "instruments", lambda: later)
    body = {"reason": "the next release"}
    await stage.client.post("/measurements", json=body, headers=stage.headers("operator"))
    await stage.sweep()
    assert await stage.told() == []
