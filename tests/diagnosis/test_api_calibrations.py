"""A diagnosis that two people assess, over HTTP: blind, compared, held, reconciled, and what operators read of it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.diagnosis.app import build
from services.diagnosis.store import calibrations
from shared.testing.stage import StageUnderTest, types
from tests.attachments import given as files
from tests.conftest import Migrated
from tests.diagnosis.builders import INSTRUMENT, SUPPLIER, levels_at, sheet
from tests.diagnosis.calls import ANY, PATH, assign, get, post
from tests.diagnosis.test_api_visits import ASSIGNMENTS, WAITING, put, waits
from tests.diagnosis.test_calibrating import CODES, further, mixed
from tests.diagnosis.test_handlers import aligned

CALIBRATION = f"{PATH}/calibration"
SECOND, LEAD = "assessor-2", "assessor-3"


ALL_TWICE = {"PDP_CALIBRATION_SHARE_BP": "10000"}


async def begin(stage: StageUnderTest) -> None:
    """The firm's own sheet is in."""
    await stage.consume(aligned())
    await assign(stage)
    assert (await post(stage, "supplier", "self-assessment", sheet(levels_at(2)))).status_code == 200


@pytest.fixture
async def twice(migrated: Migrated, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[StageUnderTest]:
    """All diagnoses are assessed twice; the firm's own sheet is in."""
    for name, value in ALL_TWICE.items():
        monkeypatch.setenv(name, value)
    stage, _ = build()
    async with StageUnderTest(stage, await migrated("diagnosis")) as running:
        await begin(running)
        yield running


async def calibrators(stage: StageUnderTest, second: str | None = SECOND, lead: str | None = LEAD) -> int:
    body = {"second": second, "lead": lead}
    answer = await stage.client.put(CALIBRATION, json=body, headers=stage.headers("operator") | ANY)
    return answer.status_code


def seen(levels: dict[str, int | None]) -> dict[str, Any]:
    return sheet(levels, **dict.fromkeys(CODES, "Visto"))


async def both(stage: StageUnderTest, second: dict[str, int | None]) -> None:
    await calibrators(stage)
    for who, levels in (("assessor-1", mixed()), (SECOND, second)):
        answer = await post(stage, "assessor", "assessment", seen(levels), who)
        assert answer.status_code == 200, answer.text


async def test_nobody_sees_the_other_s_levels_by_any_route_before_both_are_in(twice: StageUnderTest) -> None:
    """Every GET on the firm, by the other assessor, a third one, the expert, an operator, a mentor and the firm."""
    await calibrators(twice)
    secret = seen(mixed()) | {"notes": dict.fromkeys(CODES, "SECRETO")}
    for writer in ("assessor-1", SECOND):
        await put(twice, "T01", {"level": 4, "note": "SECRETO"}, who=writer)
    assert (await post(twice, "assessor", "assessment", secret, "assessor-1")).status_code == 200
    own = twice.headers("supplier", supplier_id=SUPPLIER)
    readers = {who: twice.headers("assessor", subject=who) for who in (SECOND, LEAD)}
    readers |= {role: twice.headers(role) for role in ("expert", "operator", "mentor")} | {"firm": own}
    file = {"file": ("SECRETO.pdf", files.PDF)}
    kept = await twice.client.post(f"{PATH}/attachments", files=file, headers=twice.headers("assessor"))
    link = f"/attachments/{kept.json()['id']}/link"
    assert (await twice.client.get(PATH + link, headers=twice.headers("assessor"))).status_code == 200
    paths = ["", "/visit", "/visit/T02", "/sheets", "/calibration", "/gaps", "/versions", "/assignment", "/draft"]
    paths += ["/attachments", link]
    for who, headers in readers.items():
        for path in paths:
            if (who, path) == (SECOND, "/visit"):
                continue
            answer = await twice.client.get(PATH + path, headers=headers)
            assert "SECRETO" not in answer.text, (who, path)
            assert path != link or answer.status_code in {403, 404}, who
    visit = (await twice.client.get(f"{PATH}/visit", headers=readers[SECOND])).json()
    assert [each["question"] for each in visit["answers"] if each["note"]] == ["T01"]
    mine = (await twice.client.get(PATH, headers=twice.headers("assessor"))).json()
    assert mine["assessment"]["notes"]["T02"] == "SECRETO"
    assert (await post(twice, "assessor", "assessment", seen(further(4)), SECOND)).status_code == 200
    for who in ("expert", "operator"):
        assert (await twice.client.get(PATH, headers=readers[who])).json()["assessment"]["levels"] == mixed()
    for who in (SECOND, "operator"):
        assert "SECRETO" in (await twice.client.get(f"{PATH}/attachments", headers=readers[who])).text
    kinds = [each["kind"] for each in (await get(twice, "expert", f"{PATH}/sheets")).json()["items"]]
    assert kinds == ["self_assessment", "assessment", "second_assessment"]


async def test_out_of_bounds_waits_for_the_lead_and_then_for_the_expert(twice: StageUnderTest) -> None:
    await both(twice, further(4))
    held = await post(twice, "expert", "validation", sheet(mixed()))
    assert (held.status_code, held.json()["title"]) == (409, "not_reconciled")
    assert await waits(twice, "expert") == []
    [task] = await waits(twice, "assessor", LEAD)
    assert task["task"] == "reconcile"
    shown = (await get(twice, "expert", CALIBRATION)).json()
    apart = [pair["question"] for pair in shown["pairs"] if pair["apart"]]
    assert (shown["standing"], shown["agreement"]["apart"], len(apart)) == ("out", 4, 4)
    body = {"levels": dict.fromkeys(apart, 3), "reason": "Vi los registros en planta"}
    headers = twice.headers("assessor", subject=LEAD) | ANY
    answer = await twice.client.post(f"{CALIBRATION}/reconciliation", json=body, headers=headers)
    assert (answer.status_code, answer.json()["standing"]) == (200, "reconciled")
    assert [each["task"] for each in await waits(twice, "expert")] == ["validate"]
    assert await waits(twice, "assessor", LEAD) == []
    unexplained = await post(twice, "expert", "validation", sheet(mixed()))
    assert (unexplained.status_code, unexplained.json()["title"]) == (422, "reconciled_otherwise")
    assert (await post(twice, "expert", "validation", sheet({**mixed(), **dict.fromkeys(apart, 3)}))).status_code == 200
    assert types(await twice.told())[2:] == [
        "diagnosis.diagnosis-assessed",
        "diagnosis.assessments-compared",
        "diagnosis.assessments-compared",
        "diagnosis.diagnosis-completed",
    ]


async def test_what_waits_and_who_is_missing_is_listed(twice: StageUnderTest) -> None:
    headers = twice.headers("operator")

    async def missing() -> list[tuple[Any, ...]]:
        items = (await twice.client.get(f"{ASSIGNMENTS}?missing=true", headers=headers)).json()["items"]
        return [(each["standing"], each["second"], each["lead"]) for each in items]

    assert await missing() == [("drawn", None, None)]
    await calibrators(twice, lead=None)
    assert await missing() == []
    assert [each["task"] for each in await waits(twice, "assessor", SECOND)] == ["assess"]
    await both(twice, further(4))
    await calibrators(twice, lead=None)
    assert await missing() == [("out", SECOND, None)]
    assert (await twice.client.get(WAITING, headers=twice.headers("assessor", subject=SECOND))).json()["items"] == []


async def test_operators_read_agreement_over_all_by_question_and_by_person(twice: StageUnderTest) -> None:
    empty = (await get(twice, "operator", "/agreement")).json()
    none = {"pairs": 0, "kappa": None, "exact": 0, "apart": 0, "lean": 0}
    assert (empty["all"], empty["questions"], empty["standings"], empty["share"]) == (none, [], {"drawn": 1}, 10_000)
    await both(twice, further(4))
    found = (await get(twice, "operator", "/agreement")).json()
    # 4 of 54 are two levels apart: Σ(x-y)² = 16; Σx = 108, Σx² = 252; Σy = 116, Σy² = 252 + 4·8 = 284;
    # 1 - 54·16 / (54·252 + 54·284 - 2·108·116) = 1 - 864 / 3888 = 7 / 9; Σx - Σy = -8 of 54: -14.8 hundredths.
    assert found["all"] == {"pairs": 54, "kappa": 7778, "exact": 9259, "apart": 4, "lean": -15}
    assert [each["assessor"] for each in found["assessors"]] == ["assessor-1", SECOND]
    assert [(each["kappa"], each["lean"]) for each in found["assessors"]] == [(7778, -15), (7778, 15)]
    assert {(each["pairs"], each["kappa"]) for each in found["questions"]} == {(1, None)}
    assert [each["question"] for each in found["questions"]] == sorted(INSTRUMENT.questions)
    assert found["standings"] == {"out": 1}
    [row] = await twice.rows(calibrations.KAPPA)
    assert tuple(row.values()) == (INSTRUMENT.version, 7778)
    other = await get(twice, "operator", "/agreement?version=none-1")
    assert (other.status_code, other.json()["title"]) == (404, "instrument_unknown")


async def test_pairs_stay_when_a_diagnosis_begins_anew(twice: StageUnderTest) -> None:
    await both(twice, mixed())
    headers = twice.headers("operator") | ANY
    answer = await twice.client.post(f"{PATH}/reopening", json={"reason": "Un año después"}, headers=headers)
    assert answer.status_code == 200
    assert (await get(twice, "operator", CALIBRATION)).json()["title"] == "not_drawn"
    found = (await get(twice, "operator", "/agreement")).json()
    assert (found["all"]["kappa"], found["all"]["pairs"], found["standings"]) == (10_000, 54, {})


async def test_a_second_assessor_opens_the_files_of_the_firm(twice: StageUnderTest) -> None:
    headers = twice.headers("assessor", subject=SECOND)
    assert (await twice.client.get(f"{PATH}/attachments", headers=headers)).status_code == 403
    await calibrators(twice)
    assert (await twice.client.get(f"{PATH}/attachments", headers=headers)).status_code == 200


async def test_an_operator_without_a_part_in_it_does_without_the_second(twice: StageUnderTest) -> None:
    await calibrators(twice)
    body, headers = {"reason": "El segundo evaluador enfermó"}, twice.headers("operator", subject="operator-2") | ANY
    assert (await post(twice, "assessor", "assessment", seen(mixed()), "assessor-1")).status_code == 200
    async with twice.database.connection() as connection:
        assert [tuple(row) for row in await connection.fetch(calibrations.HELD)] == [("drawn", 0)]
    assert await waits(twice, "expert") == []
    await twice.told()
    own = twice.headers("operator", subject="assessor-1") | ANY
    refused = await twice.client.post(f"{CALIBRATION}/waiver", json=body, headers=own)
    assert (refused.status_code, refused.json()["title"]) == (403, "waives_own")
    answer = await twice.client.post(f"{CALIBRATION}/waiver", json=body, headers=headers)
    assert (answer.status_code, answer.json()["standing"]) == (200, "waived")
    assert answer.json()["waiver"]["reason"] == body["reason"]
    assert types(await twice.told()) == ["diagnosis.second-assessment-waived", "diagnosis.diagnosis-assessed"]
    assert [each["task"] for each in await waits(twice, "expert")] == ["validate"]
    assert await waits(twice, "assessor", SECOND) == []
    async with twice.database.connection() as connection:
        assert await connection.fetch(calibrations.HELD) == []
    acts = await twice.rows("SELECT actor FROM audit WHERE action = 'diagnosis:diagnosis:waived'")
    assert len(acts) == 1
    assert (await post(twice, "expert", "validation", sheet(mixed()))).status_code == 200
    shown = (await get(twice, "operator", PATH)).json()
    assert [each["reason"] for each in shown["waivers"]] == [body["reason"]]


async def test_the_same_file_of_both_says_nothing_of_the_other_one_s(twice: StageUnderTest) -> None:
    """Seen: who gave what the other assessor had given got that record, with its name and its day."""
    await calibrators(twice)

    async def give(who: str, name: str) -> dict[str, Any]:
        headers = twice.headers("assessor", subject=who)
        given = await twice.client.post(f"{PATH}/attachments", files={"file": (name, files.PDF)}, headers=headers)
        assert given.status_code == 201, given.text
        shown: dict[str, Any] = given.json()
        return shown

    first = await give("assessor-1", "prensa de SECRETO.pdf")
    second = await give(SECOND, "visita.pdf")
    assert (second["id"] != first["id"], second["name"]) == (True, "visita.pdf")
    assert (await give(SECOND, "otra vez.pdf"))["id"] == second["id"]
    named = {"level": 3, "note": "Visto", "evidence": [{"attachment": first["id"]}]}
    refused = await put(twice, "T01", named, who=SECOND)
    assert (refused.status_code, refused.json()["title"]) == (422, "attachment_unknown")
    assert (await post(twice, "assessor", "assessment", seen(mixed()), "assessor-1")).status_code == 200
    assert (await post(twice, "assessor", "assessment", seen(mixed()), SECOND)).status_code == 200
    assert (await give(SECOND, "abierto.pdf"))["id"] == first["id"], "both are in: the older one is there for both"


async def walk(stage: StageUnderTest) -> None:
    """For `tests/http/walks.py`."""
    await begin(stage)
    await test_out_of_bounds_waits_for_the_lead_and_then_for_the_expert(stage)


async def waived(stage: StageUnderTest) -> None:
    """The same, of a round that goes on without its second assessor."""
    await begin(stage)
    await test_an_operator_without_a_part_in_it_does_without_the_second(stage)
